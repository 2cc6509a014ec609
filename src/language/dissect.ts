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
  /** Beats only: so many characters; 0: up to the delimiter. */
  readonly length: number;
  /** Beats only: what the text is converted to. */
  readonly type: string | undefined;
}

/** Whose rules hold: Beats also has lengths (`%{a#3}`) and types (`%{a|integer}`), which are parts of the name for Logstash. */
export type DissectFlavour = "logstash" | "beats";

/** Tells what a field has before the dissection: `%{+a}` appends to it and `%{&a}` may take its name from it. */
type ExistingValue = (name: string) => string | undefined;

export interface Dissector {
  /** Field references that a match sets, where they are known beforehand. */
  readonly fields: readonly string[];
  /** Fields and texts, in order; undefined when the text does not fit. An empty text never fits. */
  dissect(text: string, existing?: ExistingValue): readonly Found[] | undefined;
}

/** A field, its text, and the type that the mapping gives it. */
type Found = readonly [name: string, text: string, type?: string];

/** @throws DissectError */
export function compileDissect(mapping: string, flavour: DissectFlavour = "logstash"): Dissector {
  const { lead, keys } = parse(mapping, flavour);
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

function parse(mapping: string, flavour: DissectFlavour): { lead: string; keys: Key[] } {
  const keys: Key[] = [];
  const places = [...mapping.matchAll(/%\{([^}]*)\}/g)];
  if (places.length === 0) throw new DissectError("the mapping has no %{field}");
  const lead = mapping.slice(0, places[0]?.index);
  let separator = lead;
  places.forEach((place, i) => {
    const end = place.index + place[0].length;
    const delimiter = mapping.slice(end, places[i + 1]?.index ?? mapping.length);
    const key = parseKey(place[1] as string, separator || " ", delimiter, place[0], flavour);
    if (delimiter === "" && i < places.length - 1 && key.length === 0)
      throw new DissectError(`there is no delimiter between ${place[0]} and ${places[i + 1]?.[0]}`);
    keys.push(key);
    separator = delimiter;
  });
  return { lead, keys };
}

const KINDS: Readonly<Record<string, Kind>> = { "": "field", "+": "append", "?": "name", "*": "name", "&": "value" };

const LOGSTASH_KEY = /^([+?&*]?)(.*?)(?:\/(\d{1,4}))?()()(->)?$/s;
const BEATS_KEY = /^([+?&*]?)(.*?)(?:\/(\d{1,4}))?(?:#(\d{1,9}))?(?:\|(\w+))?(->)?$/s;

function parseKey(inside: string, separator: string, delimiter: string, whole: string, flavour: DissectFlavour): Key {
  const syntax = flavour === "beats" ? BEATS_KEY : LOGSTASH_KEY;
  const [, sign = "", name = "", order = "0", length, type, arrow] = syntax.exec(inside) ?? [];
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
    length: Number(length ?? 0),
    type: type === "" ? undefined : type,
  };
}

/** The texts of the keys. Every delimiter must be there; the last key without one takes the rest. */
function cut(text: string, lead: string, keys: readonly Key[]): string[] | undefined {
  if (text === "" || !text.startsWith(lead)) return undefined;
  const values: string[] = [];
  let at = lead.length;
  for (let i = 0; i < keys.length; i++) {
    const { delimiter, greedy, length } = keys[i] as Key;
    if (length > 0) {
      if (at + length > text.length || !text.startsWith(delimiter, at + length)) return undefined;
      values.push(text.slice(at, at + length));
      at += length + delimiter.length;
      continue;
    }
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

type Assemble = (values: readonly string[], existing: ExistingValue) => Found[];

/** For mappings whose every key is a field of its own. */
function picker(keys: readonly Key[]): Assemble {
  const picked = keys.flatMap(({ kind, name, type }, at) => (kind === "field" ? [{ name, at, type }] : []));
  return (values) => {
    const result: Found[] = [];
    for (const { name, at, type } of picked) {
      const text = values[at] as string;
      result.push(type === undefined ? [name, text] : [name, text, type]);
    }
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
    const result: [string, string, string?][] = parts.map(({ name, parts }) => {
      let text = parts[0]?.kind === "append" ? existing(name) : undefined;
      for (const { kind, separator, at } of parts) {
        const value = values[at] as string;
        text = text === undefined || kind === "field" ? value : text + separator + value;
      }
      return [name, text as string];
    });
    indirect.forEach(({ name, at, type }, i) => {
      const source = sources[i];
      const own = source === undefined ? result.find((entry) => entry[0] === name)?.[1] : values[source];
      const target = own ?? existing(name);
      if (target === undefined || target === "") return;
      const known = result.find((entry) => entry[0] === target);
      const text = values[at] as string;
      if (known === undefined) result.push(type === undefined ? [target, text] : [target, text, type]);
      else known[1] = text;
    });
    return result;
  };
}
