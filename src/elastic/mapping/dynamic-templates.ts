import type { ValueKind } from "../../plugin/value-shape.ts";
import { type FieldMapping, type IndexMapping, isObject, readField } from "./mapping.ts";

type Rule = Readonly<Record<string, unknown>>;

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
  { dynamicTemplates, dateDetection }: IndexMapping,
  names: readonly string[],
  kind: ValueKind,
): { readonly field: FieldMapping; readonly template: string } | undefined {
  if (kind === "unknown") return undefined;
  const path = names.join(".").split(".");
  for (const { name, rule } of dynamicTemplates) {
    // Expressions are Java's, and can be anyone's.
    if (rule["match_pattern"] === "regex") return undefined;
    if (!namesFit(rule, path)) continue;
    const types = [rule["match_mapping_type"] ?? "*"].flat().map(String);
    const own = JSON_TYPES[kind].filter((type) => dateDetection || type !== "date");
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

function namesFit(rule: Rule, path: readonly string[]): boolean {
  const [whole, last] = [path.join("."), path.at(-1) as string];
  const fits = (option: string, text: string): boolean | undefined =>
    rule[option] === undefined
      ? undefined
      : [rule[option]].flat().some((pattern) => matchesWildcard(String(pattern), text));
  return (
    fits("match", last) !== false &&
    fits("path_match", whole) !== false &&
    fits("unmatch", last) !== true &&
    fits("path_unmatch", whole) !== true
  );
}

/** Whether a name fits a pattern in which `*` stands for any text; in one pass, whoever made the pattern. */
export function matchesWildcard(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
