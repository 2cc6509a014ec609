/** A part of a value with wildcards: `parts` are the texts between them, one part is a text without any. */
export type Term = readonly string[];

/**
 * A value with wildcards goes to Elasticsearch as a `query_string`, which cuts it at blanks: each piece with a wildcard is a pattern of its own, pieces
 * without one in a row are a text, and one of all that is enough.
 */
export function termsOf(parts: readonly string[]): readonly Term[] {
  const pieces: string[][] = [[]];
  for (const part of parts) {
    part.split(/[ \t\r\n\u3000]+/).forEach((piece, k) => {
      if (k > 0) pieces.push([]);
      (pieces.at(-1) as string[]).push(piece);
    });
  }
  const terms: string[][] = [];
  let open: string[] | undefined;
  for (const piece of pieces) {
    if (piece.length === 1) {
      const [text = ""] = piece;
      if (text === "") continue;
      if (open !== undefined) open[0] += ` ${text}`;
      else {
        open = [text];
        terms.push(open);
      }
    } else {
      open = undefined;
      terms.push(piece);
    }
  }
  return terms;
}
