import { Timestamp } from "../event/timestamp.ts";
import type { Value } from "../event/value.ts";
import { valueText } from "../language/sprintf.ts";

/** Types that values are converted to. `_eu`: a comma before decimals, points between thousands. */
export type ConvertType = "integer" | "integer_eu" | "float" | "float_eu" | "string" | "boolean";

export const CONVERT_TYPES: readonly ConvertType[] = [
  "integer",
  "integer_eu",
  "float",
  "float_eu",
  "string",
  "boolean",
];

const TRUE = /^(true|t|yes|y|1|1\.0)$/i;
const FALSE = /^(false|f|no|n|0|0\.0)$/i;

/** A value that cannot be what was asked for. */
export class ConversionError extends Error {}

/** Converts a value, lists element by element. Texts that are no number become 0, as Ruby's to_i has it. @throws ConversionError */
export function convertValue(value: Value, type: ConvertType): Value {
  if (Array.isArray(value)) return value.map((item) => convertValue(item as Value, type));
  if (value === null) return value;
  switch (type) {
    case "string":
      return valueText(value);
    case "boolean":
      return toBoolean(value);
    case "integer":
      return toInteger(value, false);
    case "integer_eu":
      return toInteger(value, true);
    case "float":
      return toFloat(value, false);
    case "float_eu":
      return toFloat(value, true);
  }
}

function toBoolean(value: Value): Value {
  if (typeof value === "boolean") return value;
  const text = valueText(value);
  if (TRUE.test(text)) return true;
  if (FALSE.test(text) || text === "") return false;
  return value;
}

function toInteger(value: Value, european: boolean): Value {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return Math.trunc(value);
  if (value instanceof Timestamp) return Math.floor(value.epochMs / 1000);
  if (typeof value !== "string") throw new ConversionError(`${valueText(value)} is no number`);
  return Math.trunc(leadingNumber(plainDigits(value, european)));
}

function toFloat(value: Value, european: boolean): Value {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return value;
  if (value instanceof Timestamp) return value.toSeconds();
  if (typeof value !== "string") throw new ConversionError(`${valueText(value)} is no number`);
  return leadingNumber(plainDigits(value, european));
}

function plainDigits(text: string, european: boolean): string {
  return european ? text.replaceAll(".", "").replace(",", ".") : text.replaceAll(",", "");
}

/** The number at the beginning of a text; 0 where there is none. */
function leadingNumber(text: string): number {
  const hex = /^\s*([+-]?)0x([0-9a-f]+)(?:\.([0-9a-f]*))?(?:p([+-]?\d+))?/i.exec(text);
  if (hex !== null) return hexNumber(hex);
  const match = /^\s*([+-]?\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?|[+-]?\.\d+)/i.exec(text);
  return match === null ? 0 : Number((match[1] as string).replaceAll("_", ""));
}

/** C99's hexadecimal numbers, which Ruby's Float() and Integer() read. */
function hexNumber([, sign, whole = "0", fraction = "", exponent = "0"]: RegExpExecArray): number {
  const digits = Number.parseInt(whole + fraction, 16) / 16 ** fraction.length;
  const value = digits * 2 ** Number(exponent);
  return sign === "-" ? -value : value;
}
