import { hasWildcard, isAny, type KqlText, plainText, wildcardExpression } from "../language/kql/ast.ts";
import { type ColumnKind, columnName, literal, quoted } from "./column-kinds.ts";
import type { DateContext } from "./date-math.ts";
import { type FieldType, fieldType, hasTextField } from "./field-types.ts";
import { allValues, elementsOf, type FieldValues, valuesAt, valuesLike } from "./field-values.ts";
import { MORE_COLUMN } from "./flat-writer.ts";

export interface KqlSettings extends DateContext {
  readonly fields: readonly { readonly path: string; readonly kind: ColumnKind }[];
  /** Types other than those that names and values tell. */
  readonly typeOf?: (path: string, kind: ColumnKind) => FieldType | undefined;
}

/** The object that a nested query looks at: an element of JSON by the name it has in the condition, or the columns below a path. */
export interface Scope {
  readonly path: string;
  readonly item: string | undefined;
  readonly depth: number;
}

type Name = Pick<KqlText, "parts">;
type Field = KqlSettings["fields"][number];

/** Which columns, and which values inside their JSON, a name of a query means. */
export class KqlTargets {
  readonly #settings: KqlSettings;
  readonly #fields: readonly Field[];

  constructor(settings: KqlSettings) {
    this.#settings = settings;
    this.#fields = settings.fields.filter(({ path }) => !path.startsWith("_"));
  }

  /** The values that a name reaches; with wildcards those of nested objects too. */
  named(name: Name, within: Scope | undefined): FieldValues[] {
    const full = within === undefined ? name : below(within.path, name);
    if (within?.item !== undefined) return [this.#inside(name, full, within, within.item)];
    const columns =
      within === undefined ? this.#fields : this.#fields.filter(({ path }) => path.startsWith(`${within.path}.`));
    return hasWildcard(full) ? this.#like(full, columns) : this.#exact(plainText(full), columns, within);
  }

  /** Everything that free text looks into, what is quick to look at first. */
  all(within: Scope | undefined): FieldValues[] {
    const any: Name = { parts: ["", ""] };
    if (within !== undefined) return this.named(any, within);
    const found = this.#like(
      any,
      this.#fields.filter(({ path }) => !this.#isNested(path)),
    );
    return found.sort((a, b) => cost(a) - cost(b));
  }

  /** Fields below an object that is named as a field. */
  below(name: Name, within: Scope | undefined): FieldValues[] {
    if (within?.item !== undefined) return [];
    const full = within === undefined ? name : below(within.path, name);
    const wanted = wildcardExpression({ parts: [...full.parts.slice(0, -1), `${full.parts.at(-1)}.`, ""] });
    const seen =
      within !== undefined || hasWildcard(name)
        ? this.#fields
        : this.#fields.filter(({ path }) => !this.#isNested(path));
    return seen.filter(({ path }) => wanted.test(path)).map(({ path, kind }) => this.#column(path, kind));
  }

  /** Lists of objects at a path, each with the scope of a query inside. */
  objects(path: string, within: Scope | undefined): { list: string; scope: Scope & { item: string } }[] {
    const depth = (within?.depth ?? 0) + 1;
    const full = within === undefined ? path : `${within.path}.${path}`;
    const scope = { path: full, item: `o${depth}`, depth };
    if (within?.item !== undefined) return [{ list: valuesAt(within.item, path.split(".")), scope }];
    return this.#fields
      .filter(({ path: outer, kind }) => kind === "json" && (full === outer || full.startsWith(`${outer}.`)))
      .map(({ path: outer }) => ({ list: this.#jsonAt(outer, full), scope }));
  }

  columnsBelow(path: string, within: Scope | undefined): string[] {
    if (within?.item !== undefined) return [];
    const full = within === undefined ? path : `${within.path}.${path}`;
    return this.#fields.filter((field) => field.path.startsWith(`${full}.`)).map((field) => column(field.path));
  }

  #inside(name: Name, full: Name, within: Scope, item: string): FieldValues {
    if (!hasWildcard(name)) {
      const path = plainText(full);
      return { kind: "json", type: this.#type(path, "json"), sql: valuesAt(item, plainText(name).split(".")) };
    }
    const sql = isAny(name) ? allValues(item) : valuesLike(item, `${within.path}.`, wildcardExpression(full).source);
    return { kind: "json", type: "dynamic", sql };
  }

  #exact(path: string, columns: readonly Field[], within: Scope | undefined): FieldValues[] {
    const found: FieldValues[] = [];
    for (const { path: outer, kind } of columns) {
      if (within === undefined && this.#isNested(outer)) continue;
      if (outer === path) found.push(this.#column(path, kind));
      else if (path === `${outer}.text` && this.#hasText(outer))
        found.push({ ...this.#column(outer, kind), type: "text" });
      else if (kind === "json" && path.startsWith(`${outer}.`)) {
        found.push({ kind, type: this.#type(path, "json"), sql: this.#jsonAt(outer, path), text: column(outer) });
      }
    }
    return this.#hasMore ? [...found, ...this.#more(path)] : found;
  }

  /** A field that has no column in some rows: there it may stand as itself, or inside an object. */
  #more(path: string): FieldValues[] {
    const type = this.#type(path, "json");
    const names = path.split(".");
    return names.map((_, i) => {
      const outer = names.slice(0, i + 1).join(".");
      const value = `json_extract(${column(MORE_COLUMN)}, ${literal(`$.${JSON.stringify(outer)}`)})`;
      const rest = names.slice(i + 1);
      return { kind: "json", type, sql: rest.length === 0 ? elementsOf(value) : valuesAt(value, rest) };
    });
  }

  get #hasMore(): boolean {
    return this.#settings.fields.some((field) => field.path === MORE_COLUMN);
  }

  #like(name: Name, columns: readonly Field[]): FieldValues[] {
    const wanted = wildcardExpression(name);
    const first = name.parts[0] as string;
    const all = columns.flatMap(({ path, kind }) => {
      const found: FieldValues[] = wanted.test(path) ? [this.#column(path, kind)] : [];
      if (wanted.test(`${path}.text`) && this.#hasText(path)) found.push({ ...this.#column(path, kind), type: "text" });
      const type = this.#type(path, kind);
      const inner = kind === "json" && (type === "dynamic" || type === "nested");
      if (!inner || !(first.startsWith(`${path}.`) || `${path}.`.startsWith(first))) return found;
      const sql = isAny(name) ? allValues(column(path)) : valuesLike(column(path), `${path}.`, wanted.source);
      return [...found, { kind, type: "dynamic" as const, sql, text: column(path) }];
    });
    if (!this.#hasMore) return all;
    const more = column(MORE_COLUMN);
    const sql = isAny(name) ? allValues(more) : valuesLike(more, "", wanted.source);
    return [...all, { kind: "json", type: "dynamic", sql, text: more }];
  }

  #column(path: string, kind: ColumnKind): FieldValues {
    const type = this.#type(path, kind);
    const sql = column(path);
    return kind === "json" ? { kind, type, sql: elementsOf(sql), text: sql } : { kind, type, sql };
  }

  #jsonAt(outer: string, path: string): string {
    const rest = path.slice(outer.length + 1);
    return rest === "" ? elementsOf(column(outer)) : valuesAt(column(outer), rest.split("."));
  }

  #type(path: string, kind: ColumnKind): FieldType {
    return this.#settings.typeOf?.(path, kind) ?? fieldType(path, kind);
  }

  #hasText(path: string): boolean {
    return hasTextField(path);
  }

  /** Whether the field, or an object that it stands in, is nested. */
  #isNested(path: string): boolean {
    const { typeOf } = this.#settings;
    if (typeOf === undefined) return false;
    for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
      if (typeOf(path.slice(0, end), "json") === "nested") return true;
    }
    return false;
  }
}

function column(path: string): string {
  return quoted(columnName(path));
}

function below(path: string, { parts: [first = "", ...rest] }: Name): Name {
  return { parts: [`${path}.${first}`, ...rest] };
}

/** Texts of words and JSON cost more than to compare a value. */
function cost({ kind, type }: FieldValues): number {
  return kind === "json" ? 3 : type === "text" ? 2 : kind === "string" ? 1 : 0;
}
