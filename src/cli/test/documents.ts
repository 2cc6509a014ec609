import { isDeepStrictEqual } from "node:util";

/** A document as it is indexed: what JSON can hold. */
export type Document = Readonly<Record<string, unknown>>;

/** A field whose value is not the expected one. `undefined`: the field is not there. */
export interface FieldDifference {
  /** Dotted name. */
  readonly field: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Fields by their dotted names. Arrays and empty objects are values; keys that hold dots already are taken as they are. */
export function flattenDocument(document: Document): Map<string, unknown> {
  const flat = new Map<string, unknown>();
  const add = (prefix: string, tree: Document): void => {
    for (const [key, value] of Object.entries(tree)) {
      const name = prefix === "" ? key : `${prefix}.${key}`;
      if (isObject(value) && Object.keys(value).length > 0) add(name, value);
      else flat.set(name, value);
    }
  };
  add("", document);
  return flat;
}

/** Fields that differ, by name. `matches` decides about a field instead of equality, where it gives an answer. */
export function compareDocuments(
  expected: Document,
  actual: Document,
  matches: (field: string, actual: unknown) => boolean | undefined = () => undefined,
): FieldDifference[] {
  const [wanted, found] = [flattenDocument(expected), flattenDocument(actual)];
  const fields = [...new Set([...wanted.keys(), ...found.keys()])].sort();
  return fields.flatMap((field) => {
    const difference: FieldDifference = { field, expected: wanted.get(field), actual: found.get(field) };
    const own = found.has(field) ? matches(field, difference.actual) : undefined;
    const equal = own ?? isDeepStrictEqual(difference.expected, difference.actual);
    return equal ? [] : [difference];
  });
}

/** The same value with the keys of objects sorted, so that files do not change with the order of filters. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sortedKeys(value[name])]));
}

/** The text of an expected file. */
export function renderDocuments(documents: readonly Document[]): string {
  return `${JSON.stringify(documents.map(sortedKeys), null, 2)}\n`;
}

function isObject(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
