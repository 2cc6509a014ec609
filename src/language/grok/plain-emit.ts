import { type CharSet, classText, DIGIT, SPACE, WORD } from "./char-set.ts";
import type { PlainAnchor, PlainNode } from "./plain-syntax.ts";

/** Latin-1 characters that are word characters in Unicode (UTS 18, annex C). */
const LATIN1_WORD: CharSet = latin1Word();
const UNICODE_WORD = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]";

/** Which texts an emitted expression is for: those of Latin-1 characters (and one line, if it has line anchors), or all. */
export type Reach = "latin1-line" | "everything";

/** JavaScript source of `node`, for the `u` flag when it reaches everything, else for none. */
export function emitPlain(node: PlainNode, reach: Reach): string {
  switch (node.kind) {
    case "set":
      return setText(node.set, reach);
    case "word":
      return reach === "everything" ? UNICODE_WORD : classText(LATIN1_WORD, 0xff);
    case "sequence":
      return node.items
        .map((item) => (item.kind === "choice" ? `(?:${emitPlain(item, reach)})` : emitPlain(item, reach)))
        .join("");
    case "choice":
      return node.branches.map((branch) => emitPlain(branch, reach)).join("|");
    case "capture":
      return `(${emitPlain(node.body, reach)})`;
    case "look":
      return `(?${node.behind ? "<" : ""}${node.negative ? "!" : "="}${emitPlain(node.body, reach)})`;
    case "repeat":
      return repeatText(node, reach);
    case "anchor":
      return anchorText(node.at, reach);
  }
}

/** Whether the expression has anchors of lines, which mean more in a text of several lines. */
export function hasLineAnchors(node: PlainNode): boolean {
  switch (node.kind) {
    case "sequence":
      return node.items.some(hasLineAnchors);
    case "choice":
      return node.branches.some(hasLineAnchors);
    case "capture":
    case "look":
    case "repeat":
      return hasLineAnchors(node.body);
    case "anchor":
      return node.at === "line-start" || node.at === "line-end" || node.at === "last-line-end";
    default:
      return false;
  }
}

function setText(set: CharSet, reach: Reach): string {
  if (sameSet(set, DIGIT)) return "\\d";
  if (sameSet(set, WORD)) return "\\w";
  // V8's \s has more characters than Ruby's.
  if (sameSet(set, SPACE)) return "[\\t-\\r ]";
  return classText(set, reach === "everything" ? 0x10ffff : 0xff);
}

function sameSet(a: CharSet, b: CharSet): boolean {
  return a.length === b.length && a.every(([low, high], i) => b[i]?.[0] === low && b[i]?.[1] === high);
}

function repeatText(node: PlainNode & { kind: "repeat" }, reach: Reach): string {
  const body = emitPlain(node.body, reach);
  const atom = node.body.kind === "set" || node.body.kind === "capture" ? body : `(?:${body})`;
  return atom + quantifier(node.min, node.max) + (node.lazy ? "?" : "");
}

function quantifier(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`;
  if (min === 0 && max === 1) return "?";
  return min === max ? `{${min}}` : `{${min},${max}}`;
}

function anchorText(at: PlainAnchor, reach: Reach): string {
  const one = reach === "latin1-line";
  switch (at) {
    case "text-start":
      return "^";
    case "text-end":
      return "$";
    case "last-line-end":
      return one ? "$" : "(?=\\n?$)";
    case "line-start":
      // Ruby has no line start behind the last line end of a text.
      return one ? "^" : "(?:^|(?<=\\n)(?=[^]))";
    case "line-end":
      return one ? "$" : "(?=\\n|$)";
    default: {
      const word = emitPlain({ kind: "word" }, reach);
      return at === "word"
        ? `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`
        : `(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
    }
  }
}

function latin1Word(): CharSet {
  const made: [number, number][] = [];
  for (let code = 0; code < 256; code++) {
    if (!/[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]/u.test(String.fromCharCode(code))) continue;
    const last = made[made.length - 1];
    if (last !== undefined && last[1] === code - 1) last[1] = code;
    else made.push([code, code]);
  }
  return made;
}
