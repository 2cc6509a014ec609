import type { KqlRangeOperator } from "../language/kql/ast.ts";
import { addressDigits, addressSpan } from "./address-match.ts";
import { literal } from "./column-kinds.ts";
import { dateSpan } from "./date-math.ts";
import type { FieldType } from "./field-types.ts";
import { hasWordLike, hasWords, wordsOf } from "./text-match.ts";

const SIGNS: Readonly<Record<KqlRangeOperator, string>> = { gt: ">", gte: ">=", lt: "<", lte: "<=" };
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

const asText = (sql: string): string => `CAST(${sql} AS VARCHAR)`;
const asNumber = (sql: string): string => `TRY_CAST(${sql} AS DOUBLE)`;
const asTime = (sql: string): string => `epoch_ms(TRY_CAST(${sql} AS TIMESTAMP))`;

/** A condition (SQL) on one value: `field: text`, or `field: "text"`. undefined: no value of this type can be it. */
export function equals(
  sql: string,
  type: FieldType,
  text: string,
  quotedText: boolean,
  now: number,
): string | undefined {
  switch (type) {
    case "text": {
      const words = wordsOf(text);
      if (quotedText || words.length <= 1) return words.length === 0 ? undefined : hasWords(asText(sql), words);
      return `(${words.map((word) => hasWords(asText(sql), [word])).join(" OR ")})`;
    }
    case "number":
      return NUMBER.test(text) ? `(${asNumber(sql)} = ${Number(text)})` : undefined;
    case "boolean":
      return text === "true" || text === "false" ? `(${asText(sql)} = '${text}')` : undefined;
    case "date": {
      const span = dateSpan(text, now);
      return span === undefined ? undefined : `(${asTime(sql)} BETWEEN ${span.from} AND ${span.to})`;
    }
    case "ip": {
      const span = addressSpan(text);
      if (span === undefined) return undefined;
      if (span.from === span.to && !text.includes(":")) return `(${sql} = ${literal(text)})`;
      return `(${addressDigits(asText(sql))} BETWEEN '${span.from}' AND '${span.to}')`;
    }
    case "keyword":
      return `(${asText(sql)} = ${literal(text)})`;
  }
}

/** `field: te*t`; `lenient` where the field was not named. */
export function fits(sql: string, type: FieldType, parts: readonly string[], lenient: boolean): string | undefined {
  if (type === "text") {
    // Words of their own, of which one is enough.
    const terms = splitTerms(parts);
    const conditions = terms.flatMap((term) => {
      if (term.length > 1) return [hasWordLike(asText(sql), term)];
      const words = wordsOf(term[0] as string);
      return words.length === 0 ? [] : [hasWords(asText(sql), words)];
    });
    return conditions.length === 0 ? undefined : `(${conditions.join(" OR ")})`;
  }
  if (type !== "keyword" && lenient) return undefined;
  // Elasticsearch knows no wildcards for numbers and addresses; here they are looked at as they are written.
  const pattern = parts.map((part) => part.replace(/[\\%_]/g, "\\$&")).join("%");
  return `(${asText(sql)} LIKE ${literal(pattern)} ESCAPE '\\')`;
}

/** Parts of a value with wildcards, cut at blanks. */
function splitTerms(parts: readonly string[]): string[][] {
  const terms: string[][] = [[]];
  parts.forEach((part, i) => {
    part.split(/\s+/).forEach((piece, k) => {
      if (k > 0) terms.push([]);
      (terms.at(-1) as string[]).push(piece);
    });
    if (i === parts.length - 1) return;
  });
  return terms.filter((term) => term.length > 1 || term[0] !== "");
}

/** `field > value`. */
export function isBetween(
  sql: string,
  type: FieldType,
  operator: KqlRangeOperator,
  value: string,
  now: number,
): string | undefined {
  const sign = SIGNS[operator];
  switch (type) {
    case "number":
      return NUMBER.test(value) ? `(${asNumber(sql)} ${sign} ${Number(value)})` : undefined;
    case "date": {
      const span = dateSpan(value, now);
      if (span === undefined) return undefined;
      // A day as a bound is all of it: later than it is later than its end.
      const bound = operator === "gt" || operator === "lte" ? span.to : span.from;
      return `(${asTime(sql)} ${sign} ${bound})`;
    }
    case "ip": {
      const span = addressSpan(value);
      if (span === undefined) return undefined;
      const bound = operator === "gt" || operator === "lte" ? span.to : span.from;
      return `(${addressDigits(asText(sql))} ${sign} '${bound}')`;
    }
    case "boolean":
      return undefined;
    case "text":
      return `(len(list_filter(regexp_extract_all(lower(${asText(sql)}), '[\\p{L}\\p{N}_]+'), w -> w ${sign} ${literal(value.toLowerCase())})) > 0)`;
    case "keyword":
      return `(${asText(sql)} ${sign} ${literal(value)})`;
  }
}
