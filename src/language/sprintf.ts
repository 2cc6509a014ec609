import { FieldReference, type FieldTrees } from "../event/field-reference.ts";
import { materialise } from "../event/lazy-value.ts";
import { Timestamp } from "../event/timestamp.ts";
import { isTree, type ObjectValue, type Value } from "../event/value.ts";
import { WholeFloat } from "../event/whole-float.ts";
import { compileDateFormat } from "./date/format.ts";

/** A text with `%{…}` places, compiled. */
export interface Sprintf {
  (event: FieldTrees): string;
  /** No places: always the same text. */
  readonly isConstant: boolean;
}

/** In this order: epoch seconds, java.time's pattern, Joda's pattern, a field. */
const PLACE = /%\{(?:(\+%s)|\{([^}]*)\}|\+([^}]*)|([^}]*))\}/g;

type Part = (event: FieldTrees) => string;

/**
 * Compiles a template: `%{field}`, `%{[a][b]}`, `%{+YYYY.MM.dd}` (Joda, in UTC), `%{{yyyy-MM-dd}}` (java.time), `%{+%s}` (epoch seconds),
 * `%{{TIME_NOW}}` (ISO 8601). A place whose field is missing or null stays as it is written; one for the time of an event without
 * `@timestamp` is empty. `now` gives epoch milliseconds. Source: Logstash, "sprintf format", StringInterpolation.
 */
export function compileSprintf(template: string, now: () => number = Date.now): Sprintf {
  const parts: (string | Part)[] = [];
  let from = 0;
  for (const match of template.matchAll(PLACE)) {
    if (match.index > from) parts.push(template.slice(from, match.index));
    parts.push(compilePlace(match, now));
    from = match.index + match[0].length;
  }
  if (from < template.length) parts.push(template.slice(from));
  if (parts.every((part) => typeof part === "string")) {
    const text = parts.join("");
    return Object.assign(() => text, { isConstant: true });
  }
  const [first] = parts;
  const write = parts.length === 1 && typeof first === "function" ? first : joined(parts);
  return Object.assign((event: FieldTrees) => write(event), { isConstant: false });
}

function joined(parts: readonly (string | Part)[]): Part {
  return (event) => {
    let text = "";
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as string | Part;
      text += typeof part === "string" ? part : part(event);
    }
    return text;
  };
}

function compilePlace(match: RegExpExecArray, now: () => number): string | Part {
  const [whole, seconds, java, joda, field = ""] = match;
  if (seconds !== undefined) return atTime((time) => String(Math.floor(time.epochMs / 1000)));
  if (java === "TIME_NOW") return () => new Timestamp(now()).toString();
  if (java !== undefined) return atTime(compileDateFormat(java, "java"));
  if (joda !== undefined) return atTime(compileDateFormat(joda, "joda"));
  let reference: FieldReference;
  try {
    reference = new FieldReference(field);
  } catch {
    // No field can be meant: the text stands for itself.
    return whole;
  }
  return (event) => {
    const stored = reference.peek(event);
    if (stored instanceof WholeFloat) return stored.toString();
    const value = stored === undefined || stored === null ? stored : materialise(stored);
    if (typeof value === "string") return value;
    return value === undefined || value === null ? whole : valueText(value);
  };
}

function atTime(write: (time: Timestamp) => string): Part {
  return (event) => {
    const time = event.fields["@timestamp"];
    return time instanceof Timestamp ? write(time) : "";
  };
}

/** A value as Logstash puts it into a text: lists joined by commas, objects as JSON. */
export function valueText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Timestamp) return value.toString();
  if (Array.isArray(value)) return value.map((item) => (item === null ? "" : valueText(item as Value))).join(",");
  if (isTree(value)) return JSON.stringify(value as ObjectValue);
  return String(value);
}
