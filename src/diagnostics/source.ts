/** A text that messages can point into: a `.conf`, a YAML file, the text of `-e`. */
export interface SourceText {
  /** File name as the user gave it, or `-e`. */
  readonly name: string;
  readonly text: string;
}

/** A place in a source: character offsets (UTF-16 units, as YAML's and zod's tools count too), `end` excluded. */
export interface Span {
  readonly source: SourceText;
  readonly start: number;
  readonly end: number;
}

/** Line and column, both from 1; columns count UTF-16 units. */
export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

const lineStarts = new WeakMap<SourceText, readonly number[]>();

function startsOf(source: SourceText): readonly number[] {
  let starts = lineStarts.get(source);
  if (starts === undefined) {
    const found = [0];
    for (let at = source.text.indexOf("\n"); at >= 0; at = source.text.indexOf("\n", at + 1)) found.push(at + 1);
    starts = found;
    lineStarts.set(source, starts);
  }
  return starts;
}

/** Where an offset is. One beyond the text is its end. */
export function lineColumn(source: SourceText, offset: number): LineColumn {
  const starts = startsOf(source);
  const place = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= place) low = middle;
    else high = middle - 1;
  }
  const start = starts[low] as number;
  // A byte order mark is not something a reader sees, or an editor counts.
  const hidden = low === 0 && place > 0 && source.text.charCodeAt(0) === 0xfeff ? 1 : 0;
  return { line: low + 1, column: place - start + 1 - hidden };
}

/** The text of a line (from 1) without its line end, and without a byte order mark. */
export function lineText(source: SourceText, line: number): string {
  const starts = startsOf(source);
  const start = starts[line - 1] ?? source.text.length;
  const end = (starts[line] ?? source.text.length + 1) - 1;
  const text = source.text.slice(start, end).replace(/\r$/, "");
  return line === 1 ? text.replace(/^\ufeff/, "") : text;
}
