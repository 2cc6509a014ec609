import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { isMap, isScalar, type Node } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../../diagnostics/source.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { Value } from "../../event/value.ts";
import type { LineJoin } from "../../plugin/definitions.ts";
import { parseYaml, spanOf } from "../../shipper/config/yaml-settings.ts";
import type { TestCase } from "./find-cases.ts";
import { multilineOption } from "./multiline-option.ts";
import { zoneOption } from "./zone-option.ts";

/** Options of a case: `<name>.log-config.yml`. */
export interface CaseOptions {
  readonly fields: readonly (readonly [string, Value])[];
  readonly path: string;
  /** Epoch milliseconds. */
  readonly clock: number;
  /** A name that the process's time zone can have. */
  readonly timezone: string;
  readonly join: LineJoin | undefined;
  readonly entry: boolean;
  /** Place of `entry`, to say that there is none. */
  readonly entryPlace: Span | undefined;
  /** By dotted field name. */
  readonly dynamic: ReadonlyMap<string, RegExp>;
}

/** So that dates of every month are of this year, as the date filter guesses it. */
const DEFAULT_CLOCK: number = Date.UTC(2026, 10, 30, 12);

const NAMES = ["clock", "dynamic_fields", "entry", "fields", "multiline", "path", "timezone"] as const;
type Name = (typeof NAMES)[number];

/** One option of the file as it was written. */
interface Given {
  readonly value: unknown;
  readonly span: Span;
}

/** Reads a case's options. What is wrong with them goes to `found`, with its place. */
export function readCaseOptions(test: TestCase, found: DiagnosticCollector): CaseOptions {
  const given = existsSync(test.config) ? read(test.config, found) : new Map<Name, Given>();
  const take = <T>(name: Name, fallback: T, convert: (given: Given) => T | string): T => {
    const one = given.get(name);
    if (one === undefined) return fallback;
    const value = convert(one);
    // A text is what the option should have been; options that are texts come wrapped.
    if (typeof value !== "string") return value;
    found.error("CONF014", `${name}: ${value}`, one.span);
    return fallback;
  };
  return {
    fields: take("fields", [], fieldsOption),
    path: take("path", { text: `/test/${basename(test.log)}` }, textOf).text,
    clock: take("clock", DEFAULT_CLOCK, clockOf),
    timezone: take("timezone", { text: "UTC" }, ({ value }) => zoneOption(value)).text,
    join: take<LineJoin | undefined>("multiline", undefined, ({ value }) => multilineOption(value)),
    entry: take("entry", false, ({ value }) => (typeof value === "boolean" ? value : "true or false is expected")),
    entryPlace: given.get("entry")?.span,
    dynamic: take<ReadonlyMap<string, RegExp>>("dynamic_fields", new Map(), ({ value }) => expressionsOf(value)),
  };
}

function read(path: string, found: DiagnosticCollector): Map<Name, Given> {
  const options = new Map<Name, Given>();
  const source = readSource(path, found);
  const root = source === undefined ? null : parseYaml(source, found);
  if (source === undefined || root === null) return options;
  if (!isMap(root)) {
    found.error("CONF013", "options are expected, each with its name", spanOf(source, root));
    return options;
  }
  for (const { key, value } of root.items) {
    const name = isScalar(key) ? String(key.value) : "";
    const node = value as Node | null;
    const place = spanOf(source, key as Node);
    if (!(NAMES as readonly string[]).includes(name)) {
      const meant = suggest(name, NAMES);
      const help = meant === undefined ? `the options: ${NAMES.join(", ")}` : `did you mean "${meant}"?`;
      found.error("CONF012", `unknown option ${JSON.stringify(name)} for a test`, place, { help });
      continue;
    }
    const span = node?.range == null ? place : spanOf(source, node);
    options.set(name as Name, { value: node === null ? null : (node.toJSON() as unknown), span });
  }
  return options;
}

function readSource(path: string, found: DiagnosticCollector): SourceText | undefined {
  try {
    return { name: path, text: readFileSync(path, "utf8") };
  } catch (error) {
    found.error("CONF020", `${path}: ${(error as Error).message}`);
    return undefined;
  }
}

function textOf({ value }: Given): { readonly text: string } | string {
  return typeof value === "string" && value !== "" ? { text: value } : "a text is expected";
}

function clockOf({ value }: Given): number | string {
  const time = typeof value === "string" ? Timestamp.parse(value) : undefined;
  return time?.epochMs ?? "a time such as 2026-11-22T10:00:00Z is expected";
}

function fieldsOption({ value }: Given): CaseOptions["fields"] | string {
  if (!isTree(value)) return "fields with their values are expected";
  const fields = fieldsOf(value);
  try {
    for (const [reference] of fields) new FieldReference(reference);
  } catch (error) {
    return (error as Error).message;
  }
  return fields;
}

/** Fields by reference; nested and dotted names mean the same. */
function fieldsOf(tree: Readonly<Record<string, unknown>>, prefix = ""): (readonly [string, Value])[] {
  return Object.entries(tree).flatMap(([name, value]) => {
    const reference =
      prefix +
      (name.startsWith("[")
        ? name
        : name
            .split(".")
            .map((part) => `[${part}]`)
            .join(""));
    return isTree(value) ? fieldsOf(value, reference) : [[reference, value as Value] as const];
  });
}

function expressionsOf(value: unknown): ReadonlyMap<string, RegExp> | string {
  if (!isTree(value)) return "fields with a regular expression each are expected";
  const expressions = new Map<string, RegExp>();
  for (const [name, text] of Object.entries(value)) {
    try {
      expressions.set(dotted(name), new RegExp(String(text)));
    } catch (error) {
      return `${name}: ${(error as Error).message}`;
    }
  }
  return expressions;
}

function dotted(name: string): string {
  return name.startsWith("[") ? name.slice(1, -1).replaceAll("][", ".") : name;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
