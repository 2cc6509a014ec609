import { parseDocument } from "yaml";
import { isTree, type Value } from "../event/value.ts";
import { csvPairs } from "./dictionary-csv.ts";
import { parseJson } from "./parse-json.ts";

/** Texts and what they are translated to, in the order of the file. */
export type Dictionary = ReadonlyMap<string, Value>;

export type DictionaryFormat = "csv" | "json" | "yaml";

/** The format that a file's name tells: `.csv`, `.json`, `.yml` or `.yaml`. */
export function dictionaryFormat(path: string): DictionaryFormat | undefined {
  const [, ending] = /\.(csv|json|ya?ml)$/.exec(path) ?? [];
  return ending === "yml" ? "yaml" : (ending as DictionaryFormat | undefined);
}

/**
 * Reads a dictionary: JSON and YAML hold one object (keys of YAML are texts, as they are written), CSV two columns. Of equal keys the last
 * one holds.
 * @throws Error with what is wrong
 */
export function parseDictionary(text: string, format: DictionaryFormat): Map<string, Value> {
  const content = text.startsWith("\ufeff") ? text.slice(1) : text;
  if (format === "csv") return csvPairs(content);
  if (format === "json") return entriesOf(parseJson(content));
  return simpleYaml(content) ?? entriesOf(parseYaml(content));
}

function entriesOf(document: unknown): Map<string, Value> {
  if (!isTree(document)) throw new Error("it does not hold one object of keys and values");
  return new Map(Object.entries(document as Record<string, Value>));
}

function parseYaml(text: string): unknown {
  // Looking for equal keys would take time that grows with the square of their number.
  const document = parseDocument(text, { uniqueKeys: false, stringKeys: true });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(error.message.split("\n")[0]);
  return document.toJS();
}

/** `key: value` of plain words, numbers or texts in quotes without anything to unescape. */
const SIMPLE_LINE =
  /^(?:"([^"\\]*)"|'([^']*)'|([\w./](?:[\w./@ +-]*[\w./@+-])?)) *: +(?:"([^"\\]*)"|'([^']*)'|(0|-?[1-9]\d{0,14})|([A-Za-z](?:[\w./@,;()|+ -]*[\w./@,;()|+-])?)) *$/;
const NOTHING = /^\s*(?:#.*)?$/;
const WORDS_WITH_MEANING = /^(?:true|false|null)$/i;

/** Large dictionaries are mostly lines as simple as can be: those are read here, forty times as quickly. Undefined for any other. */
function simpleYaml(text: string): Map<string, Value> | undefined {
  const found = new Map<string, Value>();
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    if (NOTHING.test(line) || (i === 0 && line === "---")) continue;
    const match = SIMPLE_LINE.exec(line);
    if (match === null) return undefined;
    const [, doubleKey, singleKey, plainKey, double, single, number, plain] = match;
    if (plain !== undefined && WORDS_WITH_MEANING.test(plain)) return undefined;
    const value = double ?? single ?? (number === undefined ? (plain as string) : Number(number));
    found.set(doubleKey ?? singleKey ?? (plainKey as string), value);
  }
  return found.size === 0 ? undefined : found;
}
