import { type ContainerFormat, parseContainerLine } from "./container-line.ts";

/** What a line does to the event in progress; flags, so that both may hold. */
export const ENDS_BEFORE = 1;
export const ENDS_AFTER = 2;

/** Decides what a line does to the event in progress, which has `lines` lines; see Multiline. */
export type Decide = (text: string, lines: number) => number;

/**
 * A decision that remembers what came before in the event. It may be asked for the same line again: with as many lines the answer is the same, and with 0
 * lines the event begins with it. `begin` and `next` give decisions; `next` for a line that ends the event before it leaves things as `begin` would.
 */
export function remembering(begin: (text: string) => number, next: (text: string) => number): Decide {
  let lastText = "";
  let lastLines = -1;
  let last = 0;
  return (text, lines) => {
    if (lines > 0 && lines === lastLines && text === lastText) return last;
    lastText = text;
    lastLines = lines;
    last = lines === 0 ? begin(text) : next(text);
    return last;
  };
}

/**
 * Joins the parts that a container's runtime made of a long line, and lets `inner` (multiline) decide on the texts. Lines of stdout and stderr lie between each other: where a part is
 * followed by the other stream the event ends there, since a record is one range of the file.
 */
export function containerLines(format: ContainerFormat, inner: Decide | undefined): Decide {
  let open = false;
  let stream = "";
  let text = "";
  /** Whole texts in the event. */
  let count = 0;

  /** `before`: what the line's beginning means for the event before it. */
  function take(line: string, goesOn: boolean): number {
    const parsed = parseContainerLine(line, format);
    const own = parsed?.text ?? line;
    const isPart = goesOn && open;
    let before = 0;
    if (!isPart) before = goesOn ? (inner === undefined ? ENDS_BEFORE : inner(own, count) & ENDS_BEFORE) : 0;
    if (before !== 0) count = 0;
    text = isPart ? text + own : own;
    stream = parsed?.stream ?? "";
    open = parsed?.partial === true;
    if (open) return before;
    const after = inner === undefined ? ENDS_AFTER : inner(text, count) & ENDS_AFTER;
    count++;
    return before | after;
  }

  return remembering(
    (line) => {
      open = false;
      count = 0;
      return take(line, false);
    },
    (line) => {
      if (open && (parseContainerLine(line, format)?.stream ?? "") !== stream) {
        open = false;
        count = 0;
        return ENDS_BEFORE | take(line, false);
      }
      return take(line, true);
    },
  );
}
