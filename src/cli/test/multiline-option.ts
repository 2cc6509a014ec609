import { multiline } from "../../pipeline/codecs/multiline.ts";
import type { LineJoin } from "../../plugin/definitions.ts";

const NAMES: readonly string[] = ["pattern", "negate", "match", "what", "max_lines"];

/**
 * `multiline` of a test's options: as the codec's (`what: previous`), or with Filebeat's word for the same (`match: after`).
 * A text says what is wrong.
 */
export function multilineOption(value: unknown): LineJoin | string {
  if (typeof value !== "object" || value === null) return "pattern, negate and match are expected";
  const given = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) return `there is no ${unknown}; there are ${NAMES.join(", ")}`;
  const { pattern, negate = false, match = "after", max_lines = 500 } = given;
  const what = given["what"] ?? (match === "after" ? "previous" : match === "before" ? "next" : match);
  if (typeof pattern !== "string") return "a pattern is expected";
  if (typeof negate !== "boolean") return "negate is true or false";
  if (what !== "previous" && what !== "next") return "match is after or before (what: previous or next)";
  if (typeof max_lines !== "number" || !(max_lines >= 1)) return "max_lines is a number from 1 on";
  try {
    return multiline.joinLines?.({ pattern, negate, what, max_lines, patterns_dir: [] }) ?? "lines cannot be joined";
  } catch (error) {
    return (error as Error).message;
  }
}
