import { hasWildcard, isAny, isNull, type KqlNode, type KqlText, plainText } from "../language/kql/ast.ts";
import type { FieldType } from "./field-types.ts";
import { type FieldValues, hasSomething, type Scalar, someValue, withTextsTogether } from "./field-values.ts";
import { type KqlSettings, KqlTargets, type Scope } from "./kql-targets.ts";
import { termsOf } from "./kql-terms.ts";
import { equals, fits, isBeyond, isThere, soughtFor, soughtForLike } from "./value-match.ts";

export type { KqlSettings } from "./kql-targets.ts";

/**
 * A query as a condition (SQL) over the store's columns. It selects the documents that Elasticsearch selects with the mapping of its own
 * templates for `logs-*-*` (see field-types.ts) when Kibana asks; free text looks into every field, as Elasticsearch's default is
 * (`index.query.default_field: *`). The proof is test/store/kql-elasticsearch.test.ts. undefined: every document.
 *
 * What is different, on purpose:
 * - where Elasticsearch refuses the query because a value is none of the field's type (`http.response.status_code: abc`), nothing matches;
 * - a wildcard for a number, a date, or an address (`source.ip: 10.*`), which Elasticsearch refuses too, is compared with the value as it is written;
 * - a field in arrays of objects that a name with a wildcard reaches (`items.n*: x`) is compared by the kind of each value, not by its name;
 *   three levels below the array are looked at;
 * - arrays of objects can be asked both ways, as fields (`items.name: x`) and as objects (`items: { … }`).
 */
export function kqlCondition(query: KqlNode, settings: KqlSettings): string | undefined {
  return query.kind === "all" ? undefined : new Translator(settings).condition(query, undefined);
}

class Translator {
  readonly #settings: KqlSettings;
  readonly #targets: KqlTargets;

  constructor(settings: KqlSettings) {
    this.#settings = settings;
    this.#targets = new KqlTargets(settings);
  }

  /** Never NULL: a field that is missing does not match, and `not` of that does. `within`: the object that is looked at. */
  condition(node: KqlNode, within: Scope | undefined): string {
    switch (node.kind) {
      case "all":
        return "TRUE";
      case "and":
        return `(${node.nodes.map((one) => this.condition(one, within)).join(" AND ")})`;
      case "or":
        return either(node.nodes.map((one) => this.condition(one, within)));
      case "not":
        return `(NOT ${this.condition(node.node, within)})`;
      case "nested":
        return this.#nested(plainText(node.path), node.node, within);
      case "match":
        return this.#is(node.field, node.value, within);
      case "range": {
        const { operator, value } = node;
        return this.#some(this.#targets.named(node.field, within), (one, type) =>
          isBeyond(one, type, operator, plainText(value), this.#settings),
        );
      }
    }
  }

  #is(name: KqlText | undefined, value: KqlText, within: Scope | undefined): string {
    const wildcard = !value.quoted && hasWildcard(value);
    const anything = wildcard && isAny(value);
    if (anything && (name === undefined || isAny(name))) return "TRUE";
    if (isNull(value)) return "FALSE";
    const targets = name === undefined ? this.#targets.all(within) : this.#targets.named(name, within);
    if (anything) return this.#exists(name as KqlText, targets, within);
    const named = name !== undefined && !hasWildcard(name);
    if (!wildcard) {
      const text = plainText(value);
      return this.#some(
        withTextsTogether(targets),
        (one, type) => equals(one, type, text, value.quoted, this.#settings),
        (type) => soughtFor(type, text),
      );
    }
    const terms = termsOf(value.parts);
    const test = (one: Scalar, type: FieldType): string | undefined => {
      // Kibana asks keywords that are named for the whole value, and everything else by a query that is cut at blanks.
      if (name !== undefined && (type === "keyword" || type === "dynamic")) return fits(one, type, value.parts, named);
      const conditions = terms.map((term) => {
        if (term.length === 1) return equals(one, type, term[0] as string, false, this.#settings);
        return term.length === 2 && term[0] === "" && term[1] === ""
          ? isThere(one, type)
          : fits(one, type, term, named);
      });
      return either(conditions.filter((condition) => condition !== undefined));
    };
    // A piece without wildcards may be a number, which is written in several ways.
    const single = terms.length === 1 && (terms[0] as readonly string[]).length > 1;
    return this.#some(withTextsTogether(targets), test, (type) => (single ? soughtForLike(type, value.parts) : []));
  }

  #exists(name: KqlText, targets: readonly FieldValues[], within: Scope | undefined): string {
    return either([...targets, ...this.#targets.below(name, within)].map(exists));
  }

  /** One object for which the query holds: an element of an array, or the object whose fields are columns. */
  #nested(path: string, inner: KqlNode, within: Scope | undefined): string {
    const conditions = this.#targets.objects(path, within).map(({ list, scope }) => {
      const condition = this.condition(inner, scope);
      return `coalesce(len(list_filter(${list}, lambda ${scope.item}: json_type(${scope.item}) = 'OBJECT' AND ${condition})) > 0, FALSE)`;
    });
    const columns = this.#targets.columnsBelow(path, within);
    if (columns.length > 0) {
      const full = within === undefined ? path : `${within.path}.${path}`;
      const condition = this.condition(inner, { path: full, item: undefined, depth: (within?.depth ?? 0) + 1 });
      conditions.push(`(${either(columns.map((column) => `(${column} IS NOT NULL)`))} AND ${condition})`);
    }
    return either(conditions);
  }

  #some(
    targets: readonly FieldValues[],
    test: (one: Scalar, type: FieldType) => string | undefined,
    sought: (type: FieldType) => readonly string[] = () => [],
  ): string {
    return either(targets.map((field) => someValue(field, (one) => test(one, field.type), sought(field.type))));
  }
}

function either(conditions: readonly string[]): string {
  const possible = [...new Set(conditions)].filter((condition) => condition !== "FALSE");
  if (possible.length === 0) return "FALSE";
  return possible.length === 1 ? (possible[0] as string) : `(${possible.join(" OR ")})`;
}

/** `field: *`: a value that the type takes, or an object that has something. */
function exists(field: FieldValues): string {
  if (field.kind === "json" && (field.type === "dynamic" || field.type === "keyword")) return hasSomething(field.sql);
  return someValue(field, (one) => isThere(one, field.type));
}
