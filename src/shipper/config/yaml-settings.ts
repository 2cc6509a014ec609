import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type ParsedNode, parseDocument } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../../diagnostics/source.ts";

/** One setting of a YAML file, with its dotted name: `output.logstash.hosts`, however the file nests it. */
export interface YamlSetting {
  readonly name: string;
  readonly key: Span;
  readonly span: Span;
  readonly node: Node | null;
}

/** Reads a YAML file; syntax errors go to `found`. */
export function parseYaml(source: SourceText, found: DiagnosticCollector): Node | null {
  const document = parseDocument(source.text, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    uniqueKeys: false,
  });
  for (const error of document.errors) {
    found.error("SHIP001", error.message.split("\n")[0] as string, {
      source,
      start: error.pos[0],
      end: Math.max(error.pos[1], error.pos[0] + 1),
    });
  }
  return document.contents as ParsedNode | null;
}

/**
 * The settings below `node`, names joined by dots. Names in `whole` are not taken apart: their values are trees of the user's own, or
 * lists of such.
 */
export function flatten(
  source: SourceText,
  node: Node | null,
  whole: (name: string) => boolean,
  prefix = "",
): YamlSetting[] {
  if (!isMap(node)) return [];
  return node.items.flatMap((pair): YamlSetting[] => {
    if (!isPair(pair) || !isScalar(pair.key)) return [];
    const name = prefix === "" ? String(pair.key.value) : `${prefix}.${String(pair.key.value)}`;
    const value = pair.value as Node | null;
    const key = spanOf(source, pair.key);
    if (isMap(value) && value.items.length > 0 && !whole(name)) return flatten(source, value, whole, name);
    return [{ name, key, span: value?.range == null ? key : spanOf(source, value), node: value }];
  });
}

export function spanOf(source: SourceText, node: Node): Span {
  const [start, end] = node.range ?? [0, 1];
  return { source, start, end: Math.max(end, start + 1) };
}

/** The elements of a list; one value alone is a list of one. */
export function elements(node: Node | null): Node[] {
  if (node === null) return [];
  return isSeq(node) ? (node.items as Node[]) : [node];
}

/** What is wrong with a `${…}`. */
export interface VariableProblem {
  readonly message: string;
  readonly help: string;
}

/**
 * A plain value with `${NAME}`, `${NAME:default}` and `${NAME:?what it is}` replaced; `variables` go before those of the environment.
 * Source: Beats reference, "Use environment variables in the configuration".
 */
export function plain(
  node: Node | null,
  variables: Readonly<Record<string, string>>,
  problem: (what: VariableProblem) => void,
): unknown {
  if (node === null) return null;
  if (isScalar(node)) {
    if (typeof node.value !== "string") return node.value;
    const text = substitute(node.value, variables, problem);
    // A variable's value is YAML again, as in Beats: numbers and booleans count as such.
    return node.value === text ? text : scalarOf(text);
  }
  if (isSeq(node)) return node.items.map((item) => plain(item as Node, variables, problem));
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [
        String((pair.key as { value?: unknown }).value),
        plain(pair.value as Node | null, variables, problem),
      ]),
    );
  }
  return null;
}

function substitute(
  text: string,
  variables: Readonly<Record<string, string>>,
  problem: (what: VariableProblem) => void,
): string {
  return text.replace(/\$\{([\w.]+)(?::([^}]*))?\}/g, (whole, name: string, fallback: string | undefined) => {
    const value = variables[name] ?? process.env[name];
    if (value !== undefined) return value;
    if (fallback !== undefined && !fallback.startsWith("?")) return fallback;
    problem({
      message: `the environment variable ${name} is not set${fallback === undefined ? "" : `: ${fallback.slice(1)}`}`,
      help: `set it, or give a default: \${${name}:default}`,
    });
    return whole;
  });
}

function scalarOf(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
