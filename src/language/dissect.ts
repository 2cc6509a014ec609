/** Dissect: fields between literal delimiters. Source: Logstash, "Dissect filter plugin", version 1.2; Elastic's dissect specification. */

/** A mistake in a mapping. */
export class DissectError extends Error {}

type Kind = "field" | "append" | "skip" | "name" | "value";

interface Key {
  readonly kind: Kind;
  readonly name: string;
  /** Place among the parts of a field: the plain one first, then by `/n` (0 when missing), then as in the mapping. */
  readonly order: number;
  /** What joins the part to those before it: the delimiter before it in the mapping, else a blank. */
  readonly separator: string;
  /** `->`: the delimiter may stand several times. */
  readonly greedy: boolean;
  /** What follows; empty: the rest of the text. */
  readonly delimiter: string;
}

/** Tells what a field has before the dissection: `%{+a}` appends to it and `%{&a}` may take its name from it. */
type ExistingValue = (name: string) => string | undefined;

export interface Dissector {
  /** Field references that a match sets, where they are known beforehand. */
  readonly fields: readonly string[];
  /** Fields and texts, in order; undefined when the text does not fit. An empty text never fits. */
  dissect(text: string, existing?: ExistingValue): readonly (readonly [string, string])[] | undefined;
}

/** @throws DissectError */
export function compileDissect(mapping: string): Dissector {
  const { lead, keys } = parse(mapping);
  const own = keys.filter(({ kind }) => kind === "field" || kind === "append");
  const fields = [...new Set(own.map(({ name }) => name))];
  const isPlain = own.length === fields.length && keys.every(({ kind }) => kind === "field" || kind === "skip");
  const assemble = isPlain ? picker(keys) : joiner(fields, keys);
  return {
    fields,
    dissect(text, existing = () => undefined) {
      const values = cut(text, lead, keys);
      return values === undefined ? undefined : assemble(values, existing);
    },
  };
}

function parse(mapping: string): { lead: string; keys: Key[] } {
  const keys: Key[] = [];
  const places = [...mapping.matchAll(/%\{([^}]*)\}/g)];
  if (places.length === 0) throw new DissectError("the mapping has no %{field}");
  const lead = mapping.slice(0, places[0]?.index);
  let separator = lead;
  places.forEach((place, i) => {
    const end = place.index + place[0].length;
    const delimiter = mapping.slice(end, places[i + 1]?.index ?? mapping.length);
    if (delimiter === "" && i < places.length - 1)
      throw new DissectError(`there is no delimiter between ${place[0]} and ${places[i + 1]?.[0]}`);
    keys.push(parseKey(place[1] as string, separator || " ", delimiter, place[0]));
    separator = delimiter;
  });
  return { lead, keys };
}

const KINDS: Readonly<Record<string, Kind>> = { "": "field", "+": "append", "?": "name", "*": "name", "&": "value" };

function parseKey(inside: string, separator: string, delimiter: string, whole: string): Key {
  const [, sign = "", name = "", order = "0", arrow] = /^([+?&*]?)(.*?)(?:\/(\d{1,4}))?(->)?$/s.exec(inside) ?? [];
  if (/^[+&]/.test(name) && (sign === "+" || sign === "&"))
    throw new DissectError(`${whole} both appends and takes its name from another field`);
  if (name === "" && sign !== "" && sign !== "?") throw new DissectError(`${whole} has no name`);
  const kind = name === "" ? "skip" : (KINDS[sign] as Kind);
  return {
    kind,
    name,
    order: kind === "append" ? Number(order) : -1,
    separator,
    greedy: arrow !== undefined,
    delimiter,
  };
}

/** The texts of the keys. Every delimiter must be there; the last key without one takes the rest. */
function cut(text: string, lead: string, keys: readonly Key[]): string[] | undefined {
  if (text === "" || !text.startsWith(lead)) return undefined;
  const values: string[] = [];
  let at = lead.length;
  for (let i = 0; i < keys.length; i++) {
    const { delimiter, greedy } = keys[i] as Key;
    if (delimiter === "") {
      values.push(greedy ? text.slice(at).trimEnd() : text.slice(at));
      break;
    }
    const end = text.indexOf(delimiter, at);
    if (end < 0) return undefined;
    values.push(text.slice(at, end));
    at = end + delimiter.length;
    if (greedy) while (text.startsWith(delimiter, at)) at += delimiter.length;
  }
  return values;
}

type Assemble = (values: readonly string[], existing: ExistingValue) => (readonly [string, string])[];

/** For mappings whose every key is a field of its own. */
function picker(keys: readonly Key[]): Assemble {
  const picked = keys.flatMap(({ kind, name }, at) => (kind === "field" ? [{ name, at }] : []));
  return (values) => {
    const result: (readonly [string, string])[] = [];
    for (const { name, at } of picked) result.push([name, values[at] as string]);
    return result;
  };
}

/** For mappings with fields of several parts, and with names that are values. */
function joiner(fields: readonly string[], keys: readonly Key[]): Assemble {
  const indexed = keys.map((key, at) => ({ ...key, at }));
  const parts = fields.map((name) => ({
    name,
    parts: indexed
      .filter((key) => key.name === name && (key.kind === "field" || key.kind === "append"))
      .sort((a, b) => a.order - b.order),
  }));
  const indirect = indexed.filter(({ kind }) => kind === "value");
  const sources = indirect.map(({ name }) => indexed.find((key) => key.kind === "name" && key.name === name)?.at);
  return (values, existing) => {
    const result: [string, string][] = parts.map(({ name, parts }) => {
      let text = parts[0]?.kind === "append" ? existing(name) : undefined;
      for (const { kind, separator, at } of parts) {
        const value = values[at] as string;
        text = text === undefined || kind === "field" ? value : text + separator + value;
      }
      return [name, text as string];
    });
    indirect.forEach(({ name, at }, i) => {
      const source = sources[i];
      const own = source === undefined ? result.find((entry) => entry[0] === name)?.[1] : values[source];
      const target = own ?? existing(name);
      if (target === undefined || target === "") return;
      const known = result.find((entry) => entry[0] === target);
      if (known === undefined) result.push([target, values[at] as string]);
      else known[1] = values[at] as string;
    });
    return result;
  };
}
