/** Edits from `a` to `b`: insertions, deletions, replacements, and swaps of neighbours (Damerau-Levenshtein, optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let before = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((row[j - 1] as number) + 1, (before[j] as number) + 1, (before[j - 1] as number) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (older[j - 2] as number) + 1);
      row.push(least);
    }
    older = before;
    before = row;
  }
  return before[b.length] as number;
}

/** Candidates longer than this are not compared: the work grows with the product of both lengths. */
const LENGTH_LIMIT = 100;

/**
 * The candidate that `word` most likely was meant to be; undefined when none is near: more than a third of it would have to change, or
 * anything but the case of a word of one or two letters. Of equally near ones that with the longest common beginning.
 */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length === 0 || word.length > LENGTH_LIMIT) return undefined;
  const wanted = plain(word);
  let best: string | undefined;
  let least = word.length < 3 ? 0 : Math.max(1, Math.floor(word.length / 3));
  let common = -1;
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > least) continue;
    const other = plain(candidate);
    const edits = editDistance(wanted, other);
    if (edits > least) continue;
    const beginning = commonBeginning(wanted, other);
    if (edits === least && beginning <= common) continue;
    [best, least, common] = [candidate, edits, beginning];
  }
  return best;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll("-", "_");
}

function commonBeginning(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
