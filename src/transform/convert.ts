import { Timestamp } from "../event/timestamp.ts";
import { isTree, type StoredValue, type Value } from "../event/value.ts";
import { storedFloat, WholeFloat } from "../event/whole-float.ts";
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

const TRUE = /^(?:true|t|yes|y|1|1\.0)$/i;
const FALSE = /^(?:false|f|no|n|0|0\.0)?$/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]+)(?:\.([0-9a-f]+))?(?:p([+-]?\d+))?$/i;
/** What Ruby's `Float()` takes: the whole text, digits on both sides of a point. */
const DECIMAL = /^[+-]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:e[+-]?\d+)?$/i;
/** What Ruby's `to_i` takes: the beginning of the text. */
const LEADING_INTEGER = /^[+-]?\d+(?:_\d+)*/;

/** A value that cannot be what was asked for. */
export class ConversionError extends Error {}

/**
 * Converts a value as Logstash (8.14 and later) does; an array element by element, an object stays as it is. A text that is no
 * boolean stays. A text that is no number is 0 as an integer if it has no `e` in it, else an error: that is what Ruby's functions do.
 * @throws ConversionError
 */
export function convertValue(value: Value | WholeFloat, type: ConvertType): StoredValue {
  if (value instanceof WholeFloat) return type === "string" ? value.toString() : convertOne(value.materialise(), type);
  if (isTree(value)) return value;
  if (Array.isArray(value)) return value.map((item) => (item === null ? null : convertOne(item as Value, type)));
  return value === null ? null : convertOne(value, type);
}

function convertOne(value: Value, type: ConvertType): StoredValue {
  switch (type) {
    case "string":
      return valueText(value);
    case "boolean":
      return toBoolean(value);
    case "integer":
      return toNumber(value, plainNumber, integerOf);
    case "integer_eu":
      return toNumber(value, europeanNumber, integerOf);
    case "float":
      return storedFloat(toNumber(value, plainNumber, floatOf));
    case "float_eu":
      return storedFloat(toNumber(value, europeanNumber, floatOf));
  }
}

function toBoolean(value: Value): Value {
  if (typeof value === "object") return value;
  const text = String(value);
  if (TRUE.test(text)) return true;
  return FALSE.test(text) ? false : value;
}

interface NumberReader {
  read(text: string): number;
  fit(value: number): number;
}

const floatOf: NumberReader = { read: readFloat, fit: (value) => value };
const integerOf: NumberReader = { read: readInteger, fit: Math.trunc };

function toNumber(value: Value, plain: (text: string) => string, reader: NumberReader): number {
  if (typeof value === "string") return reader.read(plain(value));
  if (typeof value === "number") return reader.fit(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value instanceof Timestamp) return reader === integerOf ? Math.floor(value.epochMs / 1000) : value.toSeconds();
  throw new ConversionError("an array or object is no number");
}

function plainNumber(text: string): string {
  return text.trim().replaceAll(",", "");
}

function europeanNumber(text: string): string {
  return text.trim().replaceAll(".", "").replaceAll(",", ".");
}

function readFloat(text: string): number {
  const hex = HEXADECIMAL.exec(text);
  if (hex !== null) return hexNumber(hex);
  if (!DECIMAL.test(text)) throw new ConversionError(`${JSON.stringify(text)} is no number`);
  return Number(text.replaceAll("_", ""));
}

function readInteger(text: string): number {
  if (/^[+-]?0x/i.test(text) || /e/i.test(text)) return Math.trunc(readFloat(text));
  const digits = LEADING_INTEGER.exec(text)?.[0];
  return digits === undefined ? 0 : Number(digits.replaceAll("_", ""));
}

/** C99's hexadecimal numbers. */
function hexNumber([, sign, whole = "0", fraction = "", exponent = "0"]: RegExpExecArray): number {
  const digits = Number.parseInt(whole + fraction, 16) / 16 ** fraction.length;
  const value = digits * 2 ** Number(exponent);
  return sign === "-" ? -value : value;
}
