import { type CharSet, complement, DIGIT, EVERYTHING, HEX, SPACE, single, union, WORD } from "./char-set.ts";
import type { PlainAnchor, PlainNode } from "./plain-syntax.ts";

/** The expression is outside of the plain part; it may well be a good one. */
class NotPlain extends Error {}

/** Escapes that are sets. `\h` is a hexadecimal digit in Ruby. */
const CLASSES: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: complement(DIGIT),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
  h: HEX,
  H: complement(HEX),
};
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, a: 7, e: 27 };
const ANCHORS: Readonly<Record<string, PlainAnchor>> = {
  b: "word",
  B: "not-word",
  A: "text-start",
  z: "text-end",
  Z: "last-line-end",
};

/**
 * Parses an expression in Ruby's syntax (with its "multiline" option: the dot takes line ends too) when it lies in the plain part;
 * undefined when not, or when it is wrong. Only named groups capture, as in Ruby when there is one; a pattern without any has
 * nothing to capture.
 */
export function parsePlain(text: string): PlainNode | undefined {
  const parser = new PlainParser(text);
  try {
    return parser.whole();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class PlainParser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): PlainNode {
    const node = this.#choice();
    if (this.#at < this.#text.length) throw new NotPlain();
    return node;
  }

  #choice(): PlainNode {
    if (++this.#depth > 200) throw new NotPlain();
    const branches = [this.#sequence()];
    while (this.#text[this.#at] === "|") {
      this.#at++;
      branches.push(this.#sequence());
    }
    this.#depth--;
    return branches.length === 1 ? (branches[0] as PlainNode) : { kind: "choice", branches };
  }

  #sequence(): PlainNode {
    const items: PlainNode[] = [];
    while (this.#at < this.#text.length) {
      const c = this.#text[this.#at];
      if (c === "|" || c === ")") break;
      const atom = this.#atom();
      if (atom !== undefined) items.push(this.#repeated(atom));
    }
    return items.length === 1 ? (items[0] as PlainNode) : { kind: "sequence", items };
  }

  #atom(): PlainNode | undefined {
    const c = this.#text[this.#at] as string;
    switch (c) {
      case "(":
        return this.#group();
      case "[":
        return { kind: "set", set: this.#class() };
      case ".":
        this.#at++;
        return { kind: "set", set: EVERYTHING };
      case "^":
        this.#at++;
        return { kind: "anchor", at: "line-start" };
      case "$":
        this.#at++;
        return { kind: "anchor", at: "line-end" };
      case "*":
      case "+":
      case "?":
        throw new NotPlain();
      case "\\": {
        const name = this.#text[this.#at + 1] ?? "";
        const anchor = Object.hasOwn(ANCHORS, name) ? ANCHORS[name] : undefined;
        if (anchor === undefined) return { kind: "set", set: this.#escape() };
        this.#at += 2;
        return { kind: "anchor", at: anchor };
      }
      default:
        return { kind: "set", set: single(this.#codePoint()) };
    }
  }

  #codePoint(): number {
    const code = this.#text.codePointAt(this.#at) as number;
    this.#at += code > 0xffff ? 2 : 1;
    return code;
  }

  /** The set that the escape at the cursor means, inside or outside of a class. */
  #escape(): CharSet {
    const name = this.#text[this.#at + 1];
    if (name === undefined) throw new NotPlain();
    this.#at += 2;
    const set = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
    if (set !== undefined) return set;
    if (Object.hasOwn(CONTROLS, name)) return single(CONTROLS[name] as number);
    if (name === "x") {
      const digits = /^[0-7][0-9A-Fa-f]/.exec(this.#text.slice(this.#at, this.#at + 2));
      if (digits === null) throw new NotPlain();
      this.#at += 2;
      return single(Number.parseInt(digits[0], 16));
    }
    // Letters and digits have meanings of their own, some only here or there; the rest stands for itself.
    if (/[A-Za-z0-9]/.test(name) || name.charCodeAt(0) > 126) throw new NotPlain();
    return single(name.charCodeAt(0));
  }

  #group(): PlainNode | undefined {
    const text = this.#text;
    const rest = text.slice(this.#at, this.#at + 24);
    if (rest.startsWith("(?#")) {
      const end = text.indexOf(")", this.#at);
      if (end < 0 || text.slice(this.#at, end).includes("\\")) throw new NotPlain();
      this.#at = end + 1;
      return undefined;
    }
    const opening = /^\((?:\?(?:[:=!]|<[=!]|<\w+>)|(?!\?))/.exec(rest)?.[0];
    if (opening === undefined) throw new NotPlain();
    this.#at += opening.length;
    const body = this.#choice();
    if (text[this.#at] !== ")") throw new NotPlain();
    this.#at++;
    const last = opening.at(-1);
    if (last === ">") return { kind: "capture", body };
    if (last !== "=" && last !== "!") return body;
    const behind = opening.startsWith("(?<");
    if (behind && !isShortLookbehind(body)) throw new NotPlain();
    return { kind: "look", body, behind, negative: last === "!" };
  }

  #class(): CharSet {
    const text = this.#text;
    this.#at++;
    const negative = text[this.#at] === "^";
    if (negative) this.#at++;
    let set: CharSet = [];
    let first = true;
    for (;;) {
      const c = text[this.#at];
      if (c === undefined || c === "[" || (c === "]" && first) || (c === "&" && text[this.#at + 1] === "&"))
        throw new NotPlain();
      if (c === "]") break;
      const dash = c === "-";
      const low = this.#classItem();
      if (text[this.#at] === "-" && text[this.#at + 1] !== "]") {
        // A dash that may be a range or not: only the clear case is plain.
        if (dash || low.length !== 1 || low[0]?.[0] !== low[0]?.[1]) {
          if (dash || /[\\[\]-]/.test(text[this.#at + 1] ?? "]")) throw new NotPlain();
          set = union(set, low);
        } else {
          this.#at++;
          const high = text[this.#at] === "[" || text[this.#at] === "-" ? undefined : this.#classItem();
          const from = low[0]?.[0] as number;
          const to = high?.[0]?.[1];
          if (high?.length !== 1 || to !== high[0]?.[0] || to === undefined || to < from) throw new NotPlain();
          set = union(set, [[from, to]]);
        }
      } else set = union(set, low);
      first = false;
    }
    this.#at++;
    return negative ? complement(set) : set;
  }

  #classItem(): CharSet {
    if (this.#text[this.#at] !== "\\") return single(this.#codePoint());
    // Backspace.
    if (this.#text[this.#at + 1] === "b") throw new NotPlain();
    return this.#escape();
  }

  /** `atom` with the quantifier behind it, if there is one. */
  #repeated(atom: PlainNode): PlainNode {
    const found = /^(?:[*+?]|\{(\d*)(,?)(\d*)\})/.exec(this.#text.slice(this.#at, this.#at + 24));
    if (found === null || (found[1] === "" && found[3] === "")) return atom;
    if (atom.kind === "look" || atom.kind === "anchor") throw new NotPlain();
    this.#at += found[0].length;
    const sign = found[0];
    const counted = sign[0] === "{";
    const min = counted ? Number(found[1] || 0) : sign === "+" ? 1 : 0;
    const open = counted ? found[2] === "," && found[3] === "" : sign !== "?";
    const max = open ? Number.POSITIVE_INFINITY : counted ? Number(found[2] === "," ? found[3] : found[1]) : 1;
    if (max < min || (max !== Number.POSITIVE_INFINITY && max > 1000)) throw new NotPlain();
    const next = this.#text[this.#at];
    const lazy = next === "?";
    // Possessive ones, and `{n}?`, which does not mean a lazy one.
    if (next === "+" || next === "*" || (lazy && counted && found[2] === "")) throw new NotPlain();
    if (lazy) this.#at++;
    if (/^(?:[*+?]|\{\d*,?\d*\})/.test(this.#text.slice(this.#at, this.#at + 24))) throw new NotPlain();
    return { kind: "repeat", body: atom, min, max, lazy };
  }
}

/** One character or a place, or a choice of those: read backwards they are the same. */
function isShortLookbehind(body: PlainNode): boolean {
  if (body.kind === "choice") return body.branches.every(isShortLookbehind);
  return body.kind === "set" || body.kind === "anchor";
}
