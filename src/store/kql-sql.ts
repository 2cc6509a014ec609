import { hasWildcard, isAny, type KqlNode, type KqlText, plainText, wildcardExpression } from "../language/kql/ast.ts";
import { type ColumnKind, columnName, literal, quoted } from "./column-kinds.ts";
import { type FieldType, fieldType } from "./field-types.ts";
import { anyOf, itemsAt, type StoreField } from "./field-values.ts";
import { equals, fits, isBetween } from "./value-match.ts";

export interface KqlSettings {
  readonly fields: readonly { readonly path: string; readonly kind: ColumnKind }[];
  /** What "now" is, epoch milliseconds. */
  readonly now: number;
  /** Types other than those that names and values tell. */
  readonly typeOf?: (path: string, kind: ColumnKind) => FieldType | undefined;
}

/**
 * A query as a condition (SQL) over the store's columns. It selects the documents that Elasticsearch selects with the mapping of Antler's
 * templates; free text looks into every field, as Elasticsearch's default is (`index.query.default_field: *`).
 */
export function kqlCondition(query: KqlNode, settings: KqlSettings): string | undefined {
  return query.kind === "all" ? undefined : new Translator(settings).condition(query, undefined);
}

class Translator {
  readonly #settings: KqlSettings;

  constructor(settings: KqlSettings) {
    this.#settings = settings;
  }

  /** Never NULL: a field that is missing does not match, and `not` of that does. `within`: the array whose object is looked at. */
  condition(node: KqlNode, within: Scope | undefined): string {
    switch (node.kind) {
      case "all":
        return "TRUE";
      case "and":
      case "or":
        return `(${node.nodes.map((one) => this.condition(one, within)).join(node.kind === "and" ? " AND " : " OR ")})`;
      case "not":
        return `(NOT ${this.condition(node.node, within)})`;
      case "nested":
        return this.#nested(plainText(node.path), node.node, within);
      case "match":
        return this.#is(node.field, node.value, within);
      case "range": {
        const { operator, value } = node;
        return this.#some(this.#fields(node.field, within), (sql, type) =>
          isBetween(sql, type, operator, plainText(value), this.#settings.now),
        );
      }
    }
  }

  #is(name: Pick<KqlText, "parts"> | undefined, value: KqlText, within: Scope | undefined): string {
    if (name === undefined || isAny(name)) {
      if (isAny(value) && !value.quoted) return "TRUE";
      const all = this.#fields({ parts: ["", ""] }, within);
      return this.#some(all, (sql, type) => this.#matches(sql, type, value, true));
    }
    const fields = this.#fields(name, within);
    if (isAny(value) && !value.quoted) return this.#exists(name, within);
    return this.#some(fields, (sql, type) => this.#matches(sql, type, value, hasWildcard(name)));
  }

  #matches(sql: string, type: FieldType, value: KqlText, lenient: boolean): string | undefined {
    if (hasWildcard(value) && !value.quoted) return fits(sql, type, value.parts, lenient);
    return equals(sql, type, plainText(value), value.quoted, this.#settings.now);
  }

  #exists(name: Pick<KqlText, "parts">, within: Scope | undefined): string {
    const fields = this.#fields(name, within);
    const below = within === undefined ? this.#below(name) : [];
    return this.#either([
      ...fields.map((field) => anyOf(field, () => "TRUE")),
      ...below.map((path) => `(${quoted(columnName(path))} IS NOT NULL)`),
    ]);
  }

  #nested(path: string, inner: KqlNode, within: Scope | undefined): string {
    const fields = this.#fields({ parts: path.split("*") }, within);
    return this.#either(
      fields.map(({ sql, kind, type }) => {
        if (kind !== "json") return "FALSE";
        const condition = this.condition(inner, { path, item: "o", depth: (within?.depth ?? 0) + 1 });
        return anyOf({ sql, kind, type, objects: true }, () => condition, "o");
      }),
    );
  }

  #some(fields: readonly StoreField[], test: (sql: string, type: FieldType) => string | undefined): string {
    return this.#either(fields.map((field) => anyOf(field, (sql) => test(sql, field.type) ?? "FALSE")));
  }

  #either(conditions: readonly string[]): string {
    const possible = conditions.filter((condition) => condition !== "FALSE");
    return possible.length === 0 ? "FALSE" : `coalesce(${possible.join(" OR ")}, FALSE)`;
  }

  /** Columns of fields that a name means; a field inside an array of objects is reached through the array's column. */
  #fields(name: Pick<KqlText, "parts">, within: Scope | undefined): StoreField[] {
    if (within !== undefined) return [scopedField(name, within)];
    const wanted = wildcardExpression(name);
    const found = this.#settings.fields
      .filter(({ path }) => !path.startsWith("_") && wanted.test(path))
      .map(({ path, kind }) => ({ sql: quoted(columnName(path)), kind, type: this.#type(path, kind) }));
    if (hasWildcard(name)) return found;
    const path = plainText(name);
    for (const { path: outer, kind } of this.#settings.fields) {
      if (kind !== "json" || !path.startsWith(`${outer}.`)) continue;
      const inner = path.slice(outer.length + 1);
      found.push({ ...itemsAt(quoted(columnName(outer)), inner), type: this.#type(path, "string") });
    }
    if (found.length === 0 && this.#settings.fields.some((field) => field.path === "_more")) {
      found.push({
        sql: `json_extract(${quoted("_more")}, ${literal(jsonPath([path]))})`,
        kind: "json",
        type: this.#type(path, "string"),
      });
    }
    return found;
  }

  #type(path: string, kind: ColumnKind): FieldType {
    return this.#settings.typeOf?.(path, kind) ?? fieldType(path, kind);
  }

  /** Fields below an object that is named as a field. */
  #below(name: Pick<KqlText, "parts">): string[] {
    const wanted = wildcardExpression({ parts: [...name.parts.slice(0, -1), `${name.parts.at(-1)}.`, ""] });
    return this.#settings.fields.map(({ path }) => path).filter((path) => wanted.test(path));
  }
}

/** The object of an array that a nested query looks at. */
interface Scope {
  readonly path: string;
  readonly item: string;
  readonly depth: number;
}

function scopedField(name: Pick<KqlText, "parts">, scope: Scope): StoreField {
  const path = plainText(name);
  const inner = path.startsWith(`${scope.path}.`) ? path.slice(scope.path.length + 1) : path;
  return {
    sql: `json_extract(${scope.item}, ${literal(jsonPath(inner.split(".")))})`,
    kind: "json",
    type: fieldType(`${scope.path}.${inner}`, "string"),
  };
}

export function jsonPath(names: readonly string[]): string {
  return `$${names.map((name) => `.${JSON.stringify(name)}`).join("")}`;
}
