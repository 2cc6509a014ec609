import type { DiagnosticCollector } from "../../../diagnostics/diagnostic.ts";
import type { Span } from "../../../diagnostics/source.ts";
import { isTree, type ObjectValue } from "../../../event/value.ts";
import { compileGoRegexp } from "../../../language/go-regexp.ts";

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
    try {
      patterns.push(compileGoRegexp(entry.slice(1, -1)));
    } catch (error) {
      found.error("CONF008", `this is not a regular expression: ${(error as Error).message}`, at);
    }
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
