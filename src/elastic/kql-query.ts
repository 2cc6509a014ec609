import {
  hasWildcard,
  isAny,
  isNull,
  type KqlMatch,
  type KqlNode,
  type KqlRange,
  type KqlText,
  plainText,
  wildcardExpression,
} from "../language/kql/ast.ts";

/** A field of the indices that are searched: what Kibana's data view knows of it. */
export interface KnownField {
  readonly name: string;
  /** Elasticsearch's type; "date" and "keyword" make a difference. */
  readonly type: string;
  /** The nested object that it is in. */
  readonly nestedPath?: string;
}

export interface KqlQueryOptions {
  /** Without them names with wildcards are not expanded, and dates are matched as texts are. */
  readonly fields?: readonly KnownField[];
  /** The zone of dates that have none: a name or an offset; UTC when there is none. */
  readonly timeZone?: string;
}

export type QueryDsl = Readonly<Record<string, unknown>>;

/**
 * A query as Elasticsearch's query DSL, as Kibana translates it: `match`, `match_phrase` for quoted texts, `wildcard` for wildcards in keywords and `query_string` in others, `range`, `exists`,
 * `nested`; a name with wildcards becomes a query for each known field; free text is a lenient `multi_match` over the fields that the index has for it
 * (`index.query.default_field`: all of them where nobody set it, as in the templates for `logs-*-*`). Other than Kibana's, a name with wildcards is
 * lenient: there one number among the fields makes Elasticsearch refuse `*: word`. A range over such a name is not.
 */
export function kqlQuery(node: KqlNode, options: KqlQueryOptions = {}): QueryDsl {
  return translate(node, options, undefined);
}

function translate(node: KqlNode, options: KqlQueryOptions, path: string | undefined): QueryDsl {
  switch (node.kind) {
    case "all":
      return { match_all: {} };
    case "and":
      return { bool: { filter: node.nodes.map((one) => translate(one, options, path)) } };
    case "or":
      return oneOf(node.nodes.map((one) => translate(one, options, path)));
    case "not":
      return { bool: { must_not: translate(node.node, options, path) } };
    case "nested": {
      const inner = joined(path, plainText(node.path));
      return { nested: { path: inner, query: translate(node.node, options, inner), score_mode: "none" } };
    }
    case "match":
      return match(node, options, path);
    case "range":
      return range(node, options, path);
  }
}

function match({ field, value }: KqlMatch, options: KqlQueryOptions, path: string | undefined): QueryDsl {
  if (field === undefined && path === undefined) {
    // Kibana has a query_string of `*` for it, which finds the same.
    if (hasWildcard(value)) return { query_string: { query: queryString(value) } };
    return { multi_match: { type: value.quoted ? "phrase" : "best_fields", query: sentValue(value), lenient: true } };
  }
  if (field !== undefined && isAny(field) && isAny(value)) return { match_all: {} };
  // Kibana's own name for "no field" inside braces.
  const fields = field === undefined ? [{ name: joined(path, "null"), type: "" }] : fieldsOf(field, options, path);
  const known = options.fields;
  if (isAny(value) && known !== undefined && fields.length === known.length) return { match_all: {} };
  const several = field !== undefined && hasWildcard(field);
  return oneOf(
    fields.flatMap((one) => {
      if (isAny(value)) return [within({ exists: { field: one.name } }, one, field, path)];
      if (several && one.type === "date" && !LIKE_A_DATE.test(plainText(value))) return [];
      return [within(single(one, value, several, options), one, field, path)];
    }),
  );
}

const LIKE_A_DATE = /^(?:now|\d{4}-\d\d|-?\d+$)/;

function single({ name, type }: KnownField, value: KqlText, several: boolean, options: KqlQueryOptions): QueryDsl {
  const lenient = several ? { lenient: true } : {};
  if (hasWildcard(value)) {
    // Since 8.5, so that a value with blanks is one.
    if (type === "keyword") return { wildcard: { [name]: { value: wildcardPattern(value) } } };
    return { query_string: { fields: [name], query: queryString(value), ...lenient } };
  }
  const sent = sentValue(value);
  if (type === "date") return { range: { [name]: { gte: sent, lte: sent, ...zone(options) } } };
  // A phrase alone cannot be lenient.
  if (several && value.quoted) return { multi_match: { type: "phrase", query: sent, fields: [name], ...lenient } };
  return { [value.quoted ? "match_phrase" : "match"]: { [name]: several ? { query: sent, ...lenient } : sent } };
}

function range({ field, operator, value }: KqlRange, options: KqlQueryOptions, path: string | undefined): QueryDsl {
  return oneOf(
    fieldsOf(field, options, path).map((one) => {
      const bounds = { [operator]: sentValue(value), ...(one.type === "date" ? zone(options) : {}) };
      return within({ range: { [one.name]: bounds } }, one, field, path);
    }),
  );
}

/** Known fields of a name; one that nobody knows stays as it is written, so that it finds nothing. */
function fieldsOf(name: KqlText, { fields = [] }: KqlQueryOptions, path: string | undefined): readonly KnownField[] {
  const full = joined(path, plainText(name));
  const prefix = path === undefined ? "" : `${path}.`;
  const wanted = wildcardExpression({ parts: [prefix + name.parts[0], ...name.parts.slice(1)] });
  const found = fields.filter((field) => wanted.test(field.name));
  return found.length > 0 ? found : [{ name: full, type: "" }];
}

/** A name with wildcards may mean nested fields too, which need a query of their own. */
function within(query: QueryDsl, field: KnownField, name: KqlText | undefined, path: string | undefined): QueryDsl {
  if (path !== undefined || field.nestedPath === undefined || name === undefined || !hasWildcard(name)) return query;
  return { nested: { path: field.nestedPath, query, score_mode: "none" } };
}

const oneOf = (queries: readonly QueryDsl[]): QueryDsl => ({ bool: { should: queries, minimum_should_match: 1 } });
const joined = (path: string | undefined, name: string): string => (path === undefined ? name : `${path}.${name}`);
const zone = ({ timeZone }: KqlQueryOptions): QueryDsl => (timeZone === undefined ? {} : { time_zone: timeZone });

/** The value as Kibana sends it: the words true, false and null without quotes are no texts. */
function sentValue(value: KqlText): string | boolean | null {
  const text = plainText(value);
  if (isNull(value)) return null;
  return !value.quoted && !hasWildcard(value) && (text === "true" || text === "false") ? text === "true" : text;
}

/** A value with wildcards for `query_string`: everything that means something there is escaped, also the words that Kibana forgets. */
function queryString({ parts }: KqlText): string {
  const signs = parts.map((part) => part.replace(/[+\-=&|><!(){}[\]^"~*?:\\/]/g, "\\$&")).join("*");
  return signs.replace(/(?<!\S)(?:AND|OR|NOT)(?!\S)/g, "\\$&");
}

function wildcardPattern({ parts }: KqlText): string {
  return parts.map((part) => part.replace(/[*?\\]/g, "\\$&")).join("*");
}
