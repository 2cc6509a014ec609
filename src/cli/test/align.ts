import { type Document, flattenDocument } from "./documents.ts";

/** Places of an expected and an actual document that belong together; undefined: there is no partner. */
export type Pair = readonly [expected: number | undefined, actual: number | undefined];

/** More pairs than this are not searched: documents are then paired by their place. */
const SEARCH_LIMIT = 4_000_000;

/** Pairs documents: by place when there are as many of both, else so that most of those made from the same line meet. */
export function alignDocuments(expected: readonly Document[], actual: readonly Document[]): Pair[] {
  if (expected.length === actual.length || expected.length * actual.length > SEARCH_LIMIT)
    return byPlace(expected.length, actual.length);
  return byLongestCommon(expected.map(keyOf), actual.map(keyOf));
}

function byPlace(expected: number, actual: number): Pair[] {
  return Array.from({ length: Math.max(expected, actual) }, (_, i) => [
    i < expected ? i : undefined,
    i < actual ? i : undefined,
  ]);
}

/** What tells that two documents were made from the same line. */
function keyOf(document: Document): string {
  const flat = flattenDocument(document);
  return JSON.stringify(flat.get("event.original") ?? flat.get("message") ?? document);
}

/** The longest common subsequence of keys. */
function byLongestCommon(expected: readonly string[], actual: readonly string[]): Pair[] {
  const width = actual.length + 1;
  const lengths = new Uint32Array((expected.length + 1) * width);
  const at = (i: number, k: number): number => lengths[i * width + k] as number;
  for (let i = expected.length - 1; i >= 0; i--) {
    for (let k = actual.length - 1; k >= 0; k--) {
      lengths[i * width + k] = expected[i] === actual[k] ? at(i + 1, k + 1) + 1 : Math.max(at(i + 1, k), at(i, k + 1));
    }
  }
  const pairs: Pair[] = [];
  let [i, k] = [0, 0];
  while (i < expected.length || k < actual.length) {
    if (i < expected.length && k < actual.length && expected[i] === actual[k]) pairs.push([i++, k++]);
    else if (k >= actual.length || (i < expected.length && at(i + 1, k) >= at(i, k + 1))) pairs.push([i++, undefined]);
    else pairs.push([undefined, k++]);
  }
  return pairs;
}
