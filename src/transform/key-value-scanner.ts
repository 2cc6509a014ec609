import type { TakePair } from "./key-value.ts";
import { mark } from "./key-value-class.ts";

const NEWLINE = 10;
const BLANK = 32;
const BACKSLASH = 92;
const SPLITS_VALUE = 1;
const SPLITS_FIELDS = 2;

/** What closes a value that begins with a quote or a bracket, by code. */
const QUOTES: readonly [string, string][] = [
  ['"', '"'],
  ["'", "'"],
];
const BRACKETS: readonly [string, string][] = [
  ["(", ")"],
  ["[", "]"],
  ["<", ">"],
];

/**
 * Finds key-value pairs that single characters split, in time proportional to the text (but for texts full of quotes that do not close).
 * It finds what the expression of `compileKeyValuePattern` finds, also where that one has to try again: a quote that is
 * closed in the middle of a value, a backslash that hides the only character that could split.
 */
export class KeyValueScanner {
  readonly #flags = new Uint8Array(128);
  readonly #closers = new Uint8Array(128);
  readonly #lenient: boolean;
  readonly #blankSplitsValue: boolean;

  /** Both lists hold ASCII characters, and no backslash. */
  constructor(valueSplit: string, fieldSplit: string, brackets: boolean, lenient: boolean) {
    mark(this.#flags, valueSplit, SPLITS_VALUE);
    mark(this.#flags, fieldSplit, SPLITS_FIELDS);
    for (const [open, close] of brackets ? [...QUOTES, ...BRACKETS] : QUOTES)
      mark(this.#closers, open, close.charCodeAt(0));
    this.#lenient = lenient;
    this.#blankSplitsValue = valueSplit.includes(" ");
  }

  find(text: string, take: TakePair): void {
    const length = text.length;
    let at = 0;
    while (at < length) {
      let keyEnd = this.#runEnd(text, at, SPLITS_VALUE | SPLITS_FIELDS);
      if (keyEnd === at) {
        at++;
        continue;
      }
      let from = this.#valueStart(text, keyEnd);
      if (from < 0) {
        const other = this.#otherKeyEnd(text, at, keyEnd);
        if (other.end < 0) {
          at = other.furthest + 1;
          continue;
        }
        keyEnd = other.end;
        from = this.#valueStart(text, keyEnd);
      }
      const key = text.slice(at, keyEnd);
      const first = text.charCodeAt(from);
      const close = first < 128 ? (this.#closers[first] as number) : 0;
      const closedAt = close === 0 ? -1 : this.#closedAt(text, from + 1, close);
      if (closedAt >= 0) {
        take(key, text.slice(from + 1, closedAt));
        at = closedAt + 1;
        if (this.#flag(text.charCodeAt(at)) & SPLITS_FIELDS) at++;
      } else {
        const end = this.#runEnd(text, from, SPLITS_FIELDS);
        take(key, text.slice(from, end));
        at = end + 1;
      }
    }
  }

  #flag(code: number): number {
    return code < 128 ? (this.#flags[code] as number) : 0;
  }

  /** Where characters end that do not split; those behind a backslash never do. */
  #runEnd(text: string, start: number, splits: number): number {
    const flags = this.#flags;
    const length = text.length;
    let at = start;
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += escapes(text, at) ? 2 : 1;
      else if (code < 128 && ((flags[code] as number) & splits) !== 0) break;
      else at++;
    }
    return at;
  }

  /** Where the value begins when a key ends at `at`; -1 when nothing there splits them. */
  #valueStart(text: string, at: number): number {
    if (!this.#lenient) return (this.#flag(text.charCodeAt(at)) & SPLITS_VALUE) !== 0 ? at + 1 : -1;
    let next = at;
    while (text.charCodeAt(next) === BLANK) next++;
    if ((this.#flag(text.charCodeAt(next)) & SPLITS_VALUE) === 0) {
      return next > at && this.#blankSplitsValue ? next : -1;
    }
    next++;
    while (text.charCodeAt(next) === BLANK) next++;
    return next;
  }

  /** Another end of a key, where the one found first does not do: only a backslash can have hidden one. */
  #otherKeyEnd(text: string, start: number, end: number): { end: number; furthest: number } {
    const escaped = text.indexOf("\\", start);
    if (escaped < 0 || escaped >= end) return { end: -1, furthest: end };
    const isStop = (code: number): boolean => this.#flag(code) !== 0;
    return runEndWhere(text, start, isStop, (at) => this.#valueStart(text, at) >= 0);
  }

  /** Where a quoted or bracketed value is closed, with the pair at its end there too; -1 when it is not. */
  #closedAt(text: string, start: number, close: number): number {
    const length = text.length;
    let at = start;
    let hasEscapes = false;
    while (at < length) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH && escapes(text, at)) {
        hasEscapes = true;
        at += 2;
      } else if (code === close) {
        if (this.#endsPair(text, at + 1)) return at;
        break;
      } else at++;
    }
    if (!hasEscapes) return -1;
    const isClose = (code: number): boolean => code === close;
    return runEndWhere(text, start, isClose, (end) => end < length && this.#endsPair(text, end + 1)).end;
  }

  #endsPair(text: string, at: number): boolean {
    if (at >= text.length) return true;
    const code = text.charCodeAt(at);
    return code === NEWLINE || (this.#flag(code) & SPLITS_FIELDS) !== 0;
  }
}

/** Whether the backslash at `at` takes the character behind it along: any but the end of a line. */
function escapes(text: string, at: number): boolean {
  return at + 1 < text.length && text.charCodeAt(at + 1) !== NEWLINE;
}

/**
 * The end of a run of characters that are none of `isStop` or stand behind a backslash, such that `accept` takes it. Tried in the order
 * of a backtracking expression: backslashes count first, then the last one does not, and so on; each position only once.
 */
function runEndWhere(
  text: string,
  start: number,
  isStop: (code: number) => boolean,
  accept: (end: number) => boolean,
): { end: number; furthest: number } {
  const tried = new Set<number>();
  const untried = [start];
  let furthest = start;
  for (let at = untried.pop(); at !== undefined; at = untried.pop()) {
    while (at < text.length && !tried.has(at)) {
      const code = text.charCodeAt(at);
      const isEscape = code === BACKSLASH && escapes(text, at);
      if (!isEscape && isStop(code)) break;
      tried.add(at);
      if (isEscape) untried.push(at + 1);
      at += isEscape ? 2 : 1;
    }
    if (tried.has(at)) continue;
    tried.add(at);
    if (accept(at)) return { end: at, furthest: at };
    furthest = Math.max(furthest, at);
  }
  return { end: -1, furthest };
}
