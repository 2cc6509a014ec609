import { type Scalar, textOf } from "./field-values.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^-?\d{1,18}$/;

/** Conditions on the element `v`, whose kind is only known in the document. */
export const NUMBERS = "json_type(v) IN ('BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT', 'DOUBLE')";
export const isText = "json_type(v) = 'VARCHAR'";

/** A condition (SQL): the value is this number. undefined when it is none. */
export function equalsNumber(value: Scalar, text: string): string | undefined {
  return compared(value, "=", text);
}

/** A condition: the value is beyond a number. undefined when it is none. */
export function isNumberBeyond(value: Scalar, sign: string, text: string): string | undefined {
  return compared(value, sign, text);
}

function compared(value: Scalar, sign: string, text: string): string | undefined {
  if (!NUMBER.test(text)) return undefined;
  // A whole number is compared as one: a double has only 53 bits.
  if (value.kind === "long") return `(${value.sql} ${sign} ${INTEGER.test(text) ? text : double(text)})`;
  if (value.kind === "double") return `(${value.sql} ${sign} ${double(text)})`;
  return `(TRY_CAST(${textOf(value)} AS DOUBLE) ${sign} ${double(text)})`;
}

function double(text: string): string {
  const number = Number(text);
  return Number.isFinite(number) ? `CAST('${number}' AS DOUBLE)` : `CAST('${number > 0 ? "" : "-"}Infinity' AS DOUBLE)`;
}
