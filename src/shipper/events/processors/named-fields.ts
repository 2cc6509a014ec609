import type { DiagnosticCollector } from "../../../diagnostics/diagnostic.ts";
import type { Span } from "../../../diagnostics/source.ts";
import { isTree, type ObjectValue } from "../../../event/value.ts";
import { readRegexp } from "../../config/read-regexp.ts";

/** Names of fields, and expressions between slashes that names may match. */
export interface NamedFields {
  readonly names: readonly string[];
  readonly patterns: readonly RegExp[];
}

export function readNamedFields(
  list: readonly string[],
  at: Span | undefined,
  found: DiagnosticCollector,
): NamedFields {
  const names: string[] = [];
  const patterns: RegExp[] = [];
  for (const entry of list) {
    if (entry.length < 2 || !entry.startsWith("/") || !entry.endsWith("/")) {
      names.push(entry);
      continue;
    }
    const pattern = readRegexp(entry.slice(1, -1), at, found);
    if (pattern !== undefined) patterns.push(pattern);
  }
  return { names, patterns };
}

/** Names with dots of all fields in a tree, objects and what is in them, that match one of `patterns`. */
export function matchingNames(tree: ObjectValue, patterns: readonly RegExp[], prefix = ""): string[] {
  if (patterns.length === 0) return [];
  return Object.entries(tree).flatMap(([key, value]) => {
    const name = prefix + key;
    const own = patterns.some((pattern) => pattern.test(name)) ? [name] : [];
    return isTree(value) ? [...own, ...matchingNames(value as ObjectValue, patterns, `${name}.`)] : own;
  });
}
