import { isIP } from "node:net";
import type { TextForm, ValueShape } from "../../plugin/value-shape.ts";
import { type FieldMapping, isObjectType, refusesObjects } from "./mapping.ts";

/** Why a value does not fit a field. `certain`: Elasticsearch refuses every such document; else many of them. */
export interface Misfit {
  readonly certain: boolean;
  /** What the value is, for a message: `a text such as a word`. */
  readonly value: string;
  /** What the field takes. */
  readonly takes: string;
}

/** A type's answer for a value: `never`: refused always; `maybe`: probably for some; undefined: it fits, or that is not known. */
type Verdict = "never" | "maybe" | undefined;

/**
 * Whether a value fits a mapped field. Says nothing where it is not known. Nothing of null: that fits everywhere. Source: Elasticsearch's pages on the
 * types, `coerce`, `ignore_malformed`; tried on 8.19.
 */
export function misfit(value: ValueShape, field: FieldMapping): Misfit | undefined {
  for (const one of [field, ...field.fields]) {
    const verdict = verdictOf(value, one);
    if (verdict !== undefined) return { certain: verdict === "never", value: describe(value), takes: takesOf(one) };
  }
  return undefined;
}

function verdictOf(value: ValueShape, field: FieldMapping): Verdict {
  const { type } = field;
  if (type === "alias") return "never";
  if (value.kind === "unknown") return undefined;
  if (isObjectType(type)) return value.kind === "object" || !field.enabled ? undefined : "never";
  if (value.kind === "object") return refusesObjects(type) ? "never" : undefined;
  if (type === "flattened") return "never";
  // The value is left out of the index then, and the document is taken.
  if (String(field.settings["ignore_malformed"]) === "true") return undefined;
  if (INTEGERS.has(type) || FLOATS.has(type)) return number(value, field);
  switch (type) {
    case "boolean":
      return boolean(value);
    case "ip":
      return ip(value);
    case "date":
    case "date_nanos":
      return date(value, field);
    case "constant_keyword":
      return constant(value, field.settings["value"]);
    default:
      return undefined;
  }
}

/** Smallest and largest value. */
const INTEGERS: ReadonlyMap<string, readonly [bigint, bigint]> = new Map([
  ["byte", [-128n, 127n]],
  ["short", [-32768n, 32767n]],
  ["integer", [-(2n ** 31n), 2n ** 31n - 1n]],
  ["long", [-(2n ** 63n), 2n ** 63n - 1n]],
  ["unsigned_long", [0n, 2n ** 64n - 1n]],
]);
const FLOATS: ReadonlySet<string> = new Set(["double", "float", "half_float", "scaled_float"]);
const NO_NUMBER: ReadonlySet<TextForm> = new Set(["address", "time", "name"]);

function number(value: ValueShape, field: FieldMapping): Verdict {
  const coerce = String(field.settings["coerce"] ?? "true") !== "false";
  switch (value.kind) {
    case "boolean":
    case "date":
      return "never";
    case "float":
      return !coerce && INTEGERS.has(field.type) ? "maybe" : undefined;
    case "text":
      if (value.literal !== undefined) return isNumber(value.literal, field, coerce) ? undefined : "never";
      if (value.form !== undefined && NO_NUMBER.has(value.form)) return "never";
      if (!coerce && value.form !== undefined) return "never";
      return value.form === "word" || value.form === "host" ? "maybe" : undefined;
    default:
      return undefined;
  }
}

function isNumber(text: string, { type }: FieldMapping, coerce: boolean): boolean {
  if (!coerce) return false;
  // Counts as null.
  if (text === "") return true;
  const match = /^([+-]?\d+)(?:\.\d*)?$/.exec(text);
  if (match === null) {
    // Java's forms of numbers are many: only what holds other letters than theirs is none.
    return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[dfDF]?$/i.test(text.trim());
  }
  const range = INTEGERS.get(type);
  if (range === undefined) return true;
  const whole = BigInt((match[1] as string).replace("+", ""));
  return whole >= range[0] && whole <= range[1];
}

function boolean(value: ValueShape): Verdict {
  if (value.kind === "boolean") return undefined;
  if (value.kind !== "text") return "never";
  if (value.literal !== undefined) return ["true", "false", ""].includes(value.literal) ? undefined : "never";
  if (value.form === undefined) return undefined;
  return value.form === "word" || value.form === "host" ? "maybe" : "never";
}

function ip(value: ValueShape): Verdict {
  if (value.kind !== "text") return "never";
  if (value.literal !== undefined) return isIP(value.literal) === 0 ? "never" : undefined;
  if (value.form === undefined || value.form === "address") return undefined;
  return value.form === "host" ? "maybe" : "never";
}

const USUAL_FORMAT = "strict_date_optional_time||epoch_millis";
/** The formats that what is known here of dates holds for. */
const KNOWN_FORMATS: ReadonlySet<string> = new Set([
  USUAL_FORMAT,
  "strict_date_optional_time_nanos||epoch_millis",
  "strict_date_optional_time",
  "date_optional_time||epoch_millis",
]);

function date(value: ValueShape, { settings }: FieldMapping): Verdict {
  const format = String(settings["format"] ?? USUAL_FORMAT);
  if (!KNOWN_FORMATS.has(format)) return undefined;
  if (value.kind === "boolean") return "never";
  if (value.kind !== "text") return undefined;
  if (value.literal !== undefined) return isDate(value.literal) ? undefined : "never";
  if (value.form === "name" || value.form === "address") return "never";
  return value.form === "word" || value.form === "host" ? "maybe" : undefined;
}

/** Whether it can be a date in one of those formats: a year, with more behind it, or milliseconds. */
function isDate(text: string): boolean {
  return text === "" || /^-?\d+(?:\.\d+)?$/.test(text) || /^[+-]?\d{4,9}(?:-\d{1,2}(?:-\d{1,2})?)?(?:T.*)?$/.test(text);
}

function constant(value: ValueShape, expected: unknown): Verdict {
  if (expected === undefined || expected === null || value.literal === undefined) return undefined;
  return value.literal === String(expected) ? undefined : "never";
}

const FORMS: Readonly<Record<TextForm, string>> = {
  integer: "a text of digits",
  number: "a text of digits",
  address: "an IP address as text",
  host: "a host's name or address",
  word: "a word",
  time: "a time as text",
  name: "a text that is no number, address or ISO time",
};

/** A value, for a message. */
export function describe({ kind, literal, form }: ValueShape): string {
  if (kind === "text" && literal !== undefined) return `the text ${JSON.stringify(shortened(literal))}`;
  if (form !== undefined) return FORMS[form];
  return {
    object: "an object",
    text: "a text",
    integer: "a whole number",
    float: "a number",
    boolean: "true or false",
    date: "a time",
    unknown: "a value",
  }[kind];
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function takesOf({ type, settings }: FieldMapping): string {
  if (type === "constant_keyword" && settings["value"] !== undefined)
    return `${type} with the value ${JSON.stringify(settings["value"])}`;
  return isObjectType(type) ? `an ${type === "object" ? "object" : `object (${type})`}` : type;
}
