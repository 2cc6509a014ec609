/** Dissect: fields between literal delimiters. Source: Logstash, "Dissect filter plugin", and Elastic's dissect specification. */

/** A mistake in a mapping. */
export class DissectError extends Error {}

type Kind = "field" | "append" | "skip" | "name" | "value";

interface Key {
  readonly kind: Kind;
  readonly name: string;
  /** Place among appended parts, by `/n`; without it the order in the mapping. */
  readonly order: number;
  /** `->`: the delimiter may stand several times. */
  readonly greedy: boolean;
  /** What follows; empty: the rest of the text. */
  readonly delimiter: string;
}

export interface Dissector {
  /** Field references that a match sets, where they are known beforehand. */
  readonly fields: readonly string[];
  /** Fields and texts, in order; undefined when the text does not fit. */
  dissect(text: string): readonly (readonly [string, string])[] | undefined;
}

/** @throws DissectError */
export function compileDissect(mapping: string): Dissector {
  const { lead, keys } = parse(mapping);
  const appended = new Set(keys.filter(({ kind }) => kind === "append").map(({ name }) => name));
  const separators = separatorsOf(lead, keys);
  return {
    fields: [...new Set(keys.filter(({ kind }) => kind === "field" || kind === "append").map(({ name }) => name))],
    dissect(text) {
      const values = cut(text, lead, keys);
      return values === undefined ? undefined : assemble(keys, values, appended, separators);
    },
  };
}

function parse(mapping: string): { lead: string; keys: Key[] } {
  const keys: Key[] = [];
  const places = [...mapping.matchAll(/%\{([^}]*)\}/g)];
  if (places.length === 0) throw new DissectError("the mapping has no %{field}");
  const lead = mapping.slice(0, places[0]?.index);
  places.forEach((place, i) => {
    const end = place.index + place[0].length;
    const delimiter = mapping.slice(end, places[i + 1]?.index ?? mapping.length);
    if (delimiter === "" && i < places.length - 1)
      throw new DissectError(`there is no delimiter between ${place[0]} and ${places[i + 1]?.[0]}`);
    keys.push(parseKey(place[1] as string, delimiter, place[0]));
  });
  for (const { kind, name } of keys) {
    if (kind === "value" && !keys.some((key) => key.kind === "name" && key.name === name)) {
      throw new DissectError(`%{&${name}} has no %{?${name}}`);
    }
  }
  return { lead, keys };
}

function parseKey(inside: string, delimiter: string, whole: string): Key {
  const match = /^([+?&*]?)(.*?)(?:\/(\d{1,4}))?(->)?$/.exec(inside);
  if (match === null) throw new DissectError(`${whole} is not a field`);
  const [, sign, name = "", order, arrow] = match;
  const kind: Kind =
    sign === "+"
      ? "append"
      : sign === "?" || sign === "*"
        ? "name"
        : sign === "&"
          ? "value"
          : name === ""
            ? "skip"
            : "field";
  if (kind !== "skip" && name === "" && sign !== "?") throw new DissectError(`${whole} has no name`);
  return {
    kind: name === "" ? "skip" : kind,
    name,
    order: order === undefined ? -1 : Number(order),
    greedy: arrow !== undefined,
    delimiter,
  };
}

/** The texts of the keys. Every delimiter must be there; the last key without one takes the rest. */
function cut(text: string, lead: string, keys: readonly Key[]): string[] | undefined {
  if (!text.startsWith(lead)) return undefined;
  const values: string[] = [];
  let at = lead.length;
  for (let i = 0; i < keys.length; i++) {
    const { delimiter, greedy } = keys[i] as Key;
    if (delimiter === "") {
      values.push(greedy ? text.slice(at).trimEnd() : text.slice(at));
      at = text.length;
      continue;
    }
    const end = text.indexOf(delimiter, at);
    if (end < 0) return undefined;
    values.push(text.slice(at, end));
    at = end + delimiter.length;
    if (greedy) while (text.startsWith(delimiter, at)) at += delimiter.length;
  }
  return values;
}

/** What joins an appended part to the one before it: the delimiter that stands before it in the mapping. */
function separatorsOf(lead: string, keys: readonly Key[]): string[] {
  return keys.map((_key, i) => (i === 0 ? lead : (keys[i - 1] as Key).delimiter));
}

function assemble(
  keys: readonly Key[],
  values: readonly string[],
  appended: ReadonlySet<string>,
  separators: readonly string[],
): (readonly [string, string])[] {
  const result = new Map<string, string>();
  const names = new Map<string, string>();
  const parts = new Map<string, { order: number; at: number }[]>();
  keys.forEach((key, i) => {
    const value = values[i] as string;
    if (key.kind === "name") names.set(key.name, value);
    else if ((key.kind === "field" && appended.has(key.name)) || key.kind === "append") {
      const list = parts.get(key.name) ?? [];
      list.push({ order: key.order, at: i });
      parts.set(key.name, list);
      result.set(key.name, "");
    } else if (key.kind === "field") result.set(key.name, value);
  });
  for (const [name, list] of parts) {
    const sorted = list.some(({ order }) => order >= 0) ? [...list].sort((a, b) => a.order - b.order) : list;
    result.set(
      name,
      sorted.map(({ at }, i) => (i === 0 ? "" : (separators[at] as string)) + (values[at] as string)).join(""),
    );
  }
  keys.forEach((key, i) => {
    if (key.kind !== "value") return;
    const name = names.get(key.name);
    if (name !== undefined && name !== "") result.set(name, values[i] as string);
  });
  return [...result];
}
