import { Timestamp } from "../event/timestamp.ts";
import type { Value } from "../event/value.ts";
import { valueText } from "../language/sprintf.ts";
import { rubyInspect } from "./ruby-inspect.ts";

/**
 * A value as Ruby's `to_s` writes it: null is nothing, an object is `{"a"=>1}`, an array `["a", 1]`. Hashes and ids made of such texts stay the
 * same when a pipeline moves from Logstash. With `sorted`, names of objects at all depths in the order of their bytes.
 */
export function rubyToS(value: Value | undefined, sorted = false): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" && !(value instanceof Timestamp) ? inspect(value, sorted) : valueText(value);
}

function inspect(value: Value, sorted: boolean): string {
  if (value === null) return "nil";
  if (typeof value === "string") return rubyInspect(value);
  if (typeof value !== "object" || value instanceof Timestamp) return valueText(value);
  if (Array.isArray(value)) return `[${value.map((item) => inspect(item as Value, sorted)).join(", ")}]`;
  const entries = Object.entries(value);
  if (sorted) entries.sort(([a], [b]) => compareBytes(a, b));
  return `{${entries.map(([name, item]) => `${rubyInspect(name)}=>${inspect(item, sorted)}`).join(", ")}}`;
}

/** The order of texts by their UTF-8 bytes, as Ruby sorts. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
