import { FieldReference, type FieldTrees } from "../event/field-reference.ts";
import { Timestamp } from "../event/timestamp.ts";
import { isTree, type ObjectValue, type Value } from "../event/value.ts";
import { compileDateFormat } from "./date/format.ts";

/** A text with `%{…}` places, compiled. */
export interface Sprintf {
  (event: FieldTrees): string;
  /** No places: always the same text. */
  readonly isConstant: boolean;
}

const PLACE = /%\{(\+%s|\+[^}]+|\{[^}]+\}|[^{}]+)\}/g;

type Part = (event: FieldTrees) => string;

/**
 * Compiles a template: `%{field}`, `%{[a][b]}`, `%{+YYYY.MM.dd}` (Joda, in UTC), `%{{yyyy-MM-dd}}` (java.time), `%{+%s}` (epoch seconds).
 * A place whose field is missing stays as it is written. Source: Logstash, "sprintf format".
 */
export function compileSprintf(template: string): Sprintf {
  const parts: (string | Part)[] = [];
  let from = 0;
  for (const match of template.matchAll(PLACE)) {
    if (match.index > from) parts.push(template.slice(from, match.index));
    parts.push(compilePlace(match[0], match[1] as string));
    from = match.index + match[0].length;
  }
  if (from < template.length || parts.length === 0) parts.push(template.slice(from));
  const texts = parts.filter((part) => typeof part === "string");
  if (texts.length === parts.length) return Object.assign(() => template, { isConstant: true });
  const only = parts.length === 1 ? (parts[0] as Part) : undefined;
  const join: Part = (event) => {
    let text = "";
    for (const part of parts) text += typeof part === "string" ? part : part(event);
    return text;
  };
  return Object.assign(only ?? join, { isConstant: false });
}

function compilePlace(whole: string, inside: string): Part {
  if (inside === "+%s") return (event) => whenTimed(event, whole, (time) => String(Math.floor(time.epochMs / 1000)));
  if (inside.startsWith("+") || inside.startsWith("{")) {
    const java = inside.startsWith("{");
    const pattern = java ? inside.slice(1, -1) : inside.slice(1);
    if (java && pattern === "TIME_NOW") return () => new Timestamp(Date.now()).toString();
    const format = compileDateFormat(pattern, java ? "java" : "joda");
    return (event) => whenTimed(event, whole, format);
  }
  let reference: FieldReference;
  try {
    reference = new FieldReference(inside);
  } catch {
    return () => whole;
  }
  return (event) => {
    const value = reference.get(event);
    return value === undefined || value === null ? whole : valueText(value);
  };
}

function whenTimed(event: FieldTrees, whole: string, format: (time: Timestamp) => string): string {
  const time = event.fields["@timestamp"];
  return time instanceof Timestamp ? format(time) : whole;
}

/** A value as Logstash puts it into a text: lists joined by commas, objects as JSON. */
export function valueText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Timestamp) return value.toString();
  if (Array.isArray(value)) return value.map((item) => (item === null ? "" : valueText(item as Value))).join(",");
  if (isTree(value)) return JSON.stringify(value as ObjectValue);
  return String(value);
}
