import type { ValueKind } from "../../plugin/value-shape.ts";
import { type FieldMapping, type IndexMapping, isObject, readField } from "./mapping.ts";

/** What Elasticsearch takes a JSON value for before it looks for a template. Source: "Dynamic templates", match_mapping_type. */
const JSON_TYPES: Readonly<Record<Exclude<ValueKind, "unknown">, readonly string[]>> = {
  object: ["object"],
  // Whether a text is taken for a date depends on what it says.
  text: ["string", "date"],
  date: ["string", "date"],
  integer: ["long"],
  float: ["double"],
  boolean: ["boolean"],
};

/** The mapping that the first fitting dynamic template gives a new field; undefined where none fits, or that is not certain. */
export function dynamicField(
  { dynamicTemplates }: IndexMapping,
  names: readonly string[],
  kind: ValueKind,
): { readonly field: FieldMapping; readonly template: string } | undefined {
  if (kind === "unknown") return undefined;
  const path = names.join(".").split(".");
  for (const { name, rule } of dynamicTemplates) {
    if (!namesFit(rule, path)) continue;
    const types = [rule["match_mapping_type"] ?? "*"].flat().map(String);
    const own = JSON_TYPES[kind];
    const fits = own.filter((type) => types.includes("*") || types.includes(type));
    if (fits.length === 0) continue;
    // It depends on the text: a template behind this one can be the one.
    if (fits.length < own.length) return undefined;
    const mapping = rule["mapping"];
    if (rule["runtime"] !== undefined || !isObject(mapping) || String(mapping["type"] ?? "{").includes("{"))
      return undefined;
    return { field: readField(mapping), template: name };
  }
  return undefined;
}

function namesFit(rule: Readonly<Record<string, unknown>>, path: readonly string[]): boolean {
  const [whole, last] = [path.join("."), path.at(-1) as string];
  const isRegex = rule["match_pattern"] === "regex";
  const fits = (option: string, text: string): boolean | undefined => {
    if (rule[option] === undefined) return undefined;
    return [rule[option]]
      .flat()
      .some((pattern) => matches(String(pattern), text, isRegex && !option.startsWith("path")));
  };
  return (
    fits("match", last) !== false &&
    fits("path_match", whole) !== false &&
    fits("unmatch", last) !== true &&
    fits("path_unmatch", whole) !== true
  );
}

/** `*` stands for any text; with `match_pattern: regex` an expression of Java's for the whole name. */
function matches(pattern: string, text: string, isRegex: boolean): boolean {
  if (!isRegex) return wildcard(pattern).test(text);
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return false;
  }
}

/** A name with `*` in it. */
export function wildcard(pattern: string): RegExp {
  return new RegExp(`^${pattern.split("*").map(escaped).join(".*")}$`, "s");
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
