import { storedFloat, type WholeFloat } from "../../event/whole-float.ts";
import type { CaptureType } from "./expand.ts";

/** The captured text in its type; text that is no number is 0, as Ruby's `to_i` and `to_f` have it. */
export function convert(text: string, type: CaptureType): string | number | WholeFloat {
  return type === "string" ? text : type === "int" ? toInteger(text) : toFloat(text);
}

/** The whole number at the start of `text`, else 0. Beyond 2^53 the last digits are lost. */
export function toInteger(text: string): number {
  const length = text.length;
  if (length > 15) return slowInteger(text);
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return slowInteger(text);
    value = value * 10 + digit;
  }
  return value;
}

function slowInteger(text: string): number {
  const digits = /^\s*[+-]?\d+(?:_\d+)*/.exec(text)?.[0];
  // Adding zero makes no "-0" of "-0".
  return digits === undefined ? 0 : Number(digits.replaceAll("_", "")) + 0;
}

/** The number at the start of `text`, else 0. */
export function toFloat(text: string): number | WholeFloat {
  const value = Number.parseFloat(text);
  return storedFloat(Number.isFinite(value) ? value : 0);
}
