import { isIPv4 } from "node:net";
import type { KqlRangeOperator } from "../language/kql/ast.ts";
import { addressSpan, FIRST_ADDRESS, isAddressIn, LAST_ADDRESS, nextAddress } from "./address-match.ts";
import { literal } from "./column-kinds.ts";
import { type DateContext, dateSpan } from "./date-math.ts";
import type { FieldType } from "./field-types.ts";
import { type Scalar, textOf, textsOf } from "./field-values.ts";
import { equalsNumber, isNumberBeyond, isText, NUMBERS } from "./number-match.ts";
import { hasTokenBeyond, hasTokenLike, hasTokens } from "./text-match.ts";
import { tokensOf } from "./text-tokens.ts";
import { isTimeIn, timeOf } from "./time-match.ts";

/** Signs of comparisons in SQL. */
const SIGNS: Readonly<Record<KqlRangeOperator, string>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" };

/** A condition (SQL) on one value: `field: text`, or `field: "text"`. undefined: no value of this type can be it. */
export function equals(
  value: Scalar,
  type: FieldType,
  text: string,
  quoted: boolean,
  dates: DateContext,
): string | undefined {
  switch (type) {
    case "text": {
      const tokens = tokensOf(text);
      if (quoted || tokens.length < 2) return hasTokens(textsOf(value), tokens);
      return `(${[...new Set(tokens)].map((token) => hasTokens(textsOf(value), [token])).join(" OR ")})`;
    }
    case "long":
    case "double":
      return equalsNumber(value, text);
    case "boolean":
      return text === "true" || text === "false" ? `(${textOf(value)} = '${text}')` : undefined;
    case "date": {
      const span = dateSpan(text, dates);
      return span === undefined ? undefined : isTimeIn(value, span.from, span.to);
    }
    case "ip": {
      const span = addressSpan(text.split("%")[0] as string);
      return span === undefined ? undefined : isAddressIn(textOf(value), span);
    }
    case "dynamic": {
      const number = equalsNumber(value, text);
      const same = `(${textOf(value)} = ${literal(text)})`;
      return number === undefined ? same : `(${same} OR (${NUMBERS} AND ${number}))`;
    }
    case "keyword":
    case "wildcard":
      return `(${textOf(value)} = ${literal(text)})`;
    case "nested":
      return undefined;
  }
}

/**
 * `field: te*t`, for one pattern without blanks. Elasticsearch refuses wildcards for numbers, dates and addresses, and fields without an index: where
 * the field is named they are compared as they are written, else they do not match.
 */
export function fits(value: Scalar, type: FieldType, parts: readonly string[], named: boolean): string | undefined {
  if (type === "text") return hasTokenLike(textsOf(value), parts);
  const texts = type === "keyword" || type === "wildcard" || (type === "dynamic" && value.kind === "string");
  const like = isLike(textOf(value), parts);
  if (texts) return like;
  if (named) return like;
  return type === "dynamic" ? `(${isText} AND ${like})` : undefined;
}

function isLike(text: string, parts: readonly string[]): string {
  const [first = "", middle = "", last = ""] = parts;
  if (parts.length === 3 && first === "" && last === "") return `contains(${text}, ${literal(middle)})`;
  if (parts.length === 2 && middle === "") return `starts_with(${text}, ${literal(first)})`;
  if (parts.length === 2 && first === "") return `ends_with(${text}, ${literal(middle)})`;
  const pattern = parts.map((part) => part.replace(/[\\%_]/g, "\\$&")).join("%");
  return `(${text} LIKE ${literal(pattern)} ESCAPE '\\')`;
}

/** `field > value`. */
export function isBeyond(
  value: Scalar,
  type: FieldType,
  operator: KqlRangeOperator,
  text: string,
  dates: DateContext,
): string | undefined {
  const sign = SIGNS[operator];
  switch (type) {
    case "text":
      return hasTokenBeyond(textOf(value), sign, text);
    case "long":
    case "double":
      return isNumberBeyond(value, sign, text);
    case "boolean":
      return text === "true" || text === "false" ? `(CAST(${textOf(value)} AS BOOLEAN) ${sign} ${text})` : undefined;
    case "date": {
      const span = dateSpan(text, dates);
      if (span === undefined) return undefined;
      if (operator === "gt") return isTimeIn(value, span.to + 1, undefined);
      if (operator === "gte") return isTimeIn(value, span.from, undefined);
      return isTimeIn(value, undefined, operator === "lt" ? span.from - 1 : span.to);
    }
    case "ip":
      return isAddressBeyond(textOf(value), operator, text);
    case "dynamic": {
      const number = isNumberBeyond(value, sign, text);
      const lexical = `(${isText} AND ${textOf(value)} ${sign} ${literal(text)})`;
      return number === undefined ? lexical : `(${lexical} OR (${NUMBERS} AND ${number}))`;
    }
    case "keyword":
    case "wildcard":
      return `(${textOf(value)} ${sign} ${literal(text)})`;
    case "nested":
      return undefined;
  }
}

function isAddressBeyond(sql: string, operator: KqlRangeOperator, text: string): string | undefined {
  const bound = text.includes("/") ? undefined : addressSpan(text.split("%")[0] as string)?.from;
  if (bound === undefined) return undefined;
  const upwards = operator === "gt" || operator === "gte";
  const edge = operator === "gt" ? nextAddress(bound, 1) : operator === "lt" ? nextAddress(bound, -1) : bound;
  if (edge === undefined) return undefined;
  return isAddressIn(sql, upwards ? { from: edge, to: LAST_ADDRESS } : { from: FIRST_ADDRESS, to: edge });
}

/** `field: *`: a value that the type takes. */
export function isThere(value: Scalar, type: FieldType): string {
  if (type === "ip") return isAddressIn(textOf(value), { from: FIRST_ADDRESS, to: LAST_ADDRESS });
  if (type === "date" && value.kind !== "timestamp") return `(${timeOf(value)} IS NOT NULL)`;
  return `(${[value.sql, ...(value.others ?? [])].map((sql) => `${sql} IS NOT NULL`).join(" OR ")})`;
}

/** Letters of which a value has one that is this text, as JSON has them; none where it may be written in another way. */
export function soughtFor(type: FieldType, text: string): readonly string[] {
  if (type === "ip") {
    // An IPv4 address is written in one way, but as IPv6 in many.
    return isIPv4(text) ? [text, ":"] : [];
  }
  return isAsWritten(type) && !(type === "dynamic" && equalsNumber({ sql: "v", kind: "element" }, text) !== undefined)
    ? [text]
    : [];
}

/** The same for a text with wildcards: the longest of its parts. */
export function soughtForLike(type: FieldType, parts: readonly string[]): readonly string[] {
  const longest = parts.reduce((a, b) => (b.length > a.length ? b : a), "");
  return isAsWritten(type) && longest !== "" ? [longest] : [];
}

function isAsWritten(type: FieldType): boolean {
  return type === "keyword" || type === "wildcard" || type === "dynamic";
}
