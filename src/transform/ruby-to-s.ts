import { LazyValue } from "../event/lazy-value.ts";
import { Timestamp } from "../event/timestamp.ts";
import type { StoredTree, StoredValue } from "../event/value.ts";
import { WholeFloat } from "../event/whole-float.ts";
import { rubyInspect } from "./ruby-inspect.ts";

/**
 * A value as Ruby's `to_s` writes it: null is nothing, an object is `{"a"=>1}`, an array `["a", 1]`. Hashes and ids made of such texts stay the
 * same when a pipeline moves from Logstash. With `sorted`, names of objects at all depths in the order of their bytes.
 */
export function rubyToS(value: StoredValue | undefined, sorted = false): string {
  if (value === undefined || value === null) return "";
  if (value instanceof LazyValue && !(value instanceof WholeFloat)) return rubyToS(value.materialise(), sorted);
  return typeof value === "string" ? value : inspect(value, sorted);
}

function inspect(value: StoredValue, sorted: boolean): string {
  if (value === null) return "nil";
  if (typeof value === "string") return rubyInspect(value);
  if (typeof value === "number") return rubyNumber(value);
  if (typeof value === "boolean" || value instanceof WholeFloat) return String(value);
  if (value instanceof Timestamp) return rubyTimestamp(value);
  if (value instanceof LazyValue) return inspect(value.materialise(), sorted);
  if (Array.isArray(value)) return `[${value.map((item) => inspect(item as StoredValue, sorted)).join(", ")}]`;
  // A removed field is undefined until the tree is written.
  const entries = Object.entries(value as StoredTree).filter(([, item]) => item !== undefined);
  if (sorted) entries.sort(([a], [b]) => compareBytes(a, b));
  return `{${entries.map(([name, item]) => `${rubyInspect(name)}=>${inspect(item, sorted)}`).join(", ")}}`;
}

/** A fraction below 0.0001 has an exponent of two digits at least (`1.0e-05`). A whole number is an integer: a float would be a WholeFloat. */
function rubyNumber(value: number): string {
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
  if (!Number.isFinite(value) || Math.abs(value) >= 1e-4) return String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e-");
  return `${digits.includes(".") ? digits : `${digits}.0`}e-${exponent.padStart(2, "0")}`;
}

/** Digits of a second come in threes, as `java.time.Instant` writes them. */
function rubyTimestamp(time: Timestamp): string {
  if (time.nanos === 0) return time.toString();
  const digits = String(time.nanos).padStart(6, "0");
  return `${new Timestamp(time.epochMs).toString().slice(0, -1)}${digits.endsWith("000") ? digits.slice(0, 3) : digits}Z`;
}

/** The order of texts by their UTF-8 bytes, as Ruby sorts. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
