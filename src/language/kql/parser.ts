import type { KqlName, KqlNode, KqlValue, RangeOperator } from "./ast.ts";

/** A query that is none: what stands at `at` (an index into it), and what was expected. */
export class KqlSyntaxError extends Error {
  readonly at: number;
  readonly query: string;

  constructor(query: string, at: number, message: string) {
    super(message);
    this.name = "KqlSyntaxError";
    this.query = query;
    this.at = at;
  }

  /** The query with a mark under the place. */
  excerpt(): string {
    const line = this.query.replaceAll(/\s/g, " ");
    return `  ${line}\n  ${" ".repeat(this.at)}^ ${this.message}`;
  }
}

/** Levels of parentheses and braces. */
const DEPTH_LIMIT = 100;
const SPECIAL = new Set('\\():<>"{}');
const OPERATORS: readonly (readonly [string, RangeOperator])[] = [
  ["<=", "lte"],
  [">=", "gte"],
  ["<", "lt"],
  [">", "gt"],
];

/** Parses a query; an empty one is everything. @throws KqlSyntaxError */
export function parseKql(query: string): KqlNode {
  return new Parser(query).query();
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  query(): KqlNode {
    this.#space();
    if (this.#at === this.#text.length) return { type: "all" };
    const node = this.#or(() => this.#part());
    this.#space();
    if (this.#at < this.#text.length) this.#unexpected("and, or, or the end");
    return node;
  }

  /** `a or b and not c`, of queries or of values. */
  #or(part: () => KqlNode): KqlNode {
    const nodes = [this.#and(part)];
    while (this.#keyword("or")) nodes.push(this.#and(part));
    return nodes.length === 1 ? (nodes[0] as KqlNode) : { type: "or", nodes };
  }

  #and(part: () => KqlNode): KqlNode {
    const nodes = [this.#not(part)];
    while (this.#keyword("and")) nodes.push(this.#not(part));
    return nodes.length === 1 ? (nodes[0] as KqlNode) : { type: "and", nodes };
  }

  #not(part: () => KqlNode): KqlNode {
    this.#space();
    if (!this.#startsNot()) return part();
    this.#at += 3;
    this.#space();
    return { type: "not", node: this.#not(part) };
  }

  #part(): KqlNode {
    if (this.#peek() === "(") return this.#enclosed("(", ")", () => this.#or(() => this.#part()));
    return this.#expression();
  }

  #expression(): KqlNode {
    const start = this.#at;
    const value = this.#value("a field or a value");
    this.#space();
    const operator = OPERATORS.find(([sign]) => this.#text.startsWith(sign, this.#at));
    if (this.#peek() !== ":" && operator === undefined) return { type: "is", field: undefined, value };
    if (value.parts.join("") === "" && value.parts.length === 1) this.#fail(start, "a field has a name");
    const field: KqlName = { parts: value.parts };
    if (operator !== undefined) {
      this.#at += operator[0].length;
      this.#space();
      const bound = this.#value("a value");
      return { type: "range", field, operator: operator[1], value: bound.parts.join("*") };
    }
    this.#at++;
    this.#space();
    if (this.#peek() === "{") {
      const path = field.parts.join("*");
      return { type: "nested", path, node: this.#enclosed("{", "}", () => this.#or(() => this.#part())) };
    }
    const one = (): KqlNode => {
      if (this.#peek() === "(") return this.#enclosed("(", ")", () => this.#or(one));
      return { type: "is", field, value: this.#value("a value") };
    };
    return one();
  }

  #enclosed(open: string, close: string, inside: () => KqlNode): KqlNode {
    const start = this.#at;
    if (++this.#depth > DEPTH_LIMIT) this.#fail(start, `more than ${DEPTH_LIMIT} levels`);
    this.#at += open.length;
    this.#space();
    const node = inside();
    this.#space();
    if (this.#peek() !== close) {
      if (this.#at >= this.#text.length) this.#fail(start, `this ${open} has no ${close}`);
      this.#unexpected(`and, or, or ${close}`);
    }
    this.#at++;
    this.#depth--;
    return node;
  }

  #value(expected: string): KqlValue {
    return this.#peek() === '"' ? this.#quoted() : this.#unquoted(expected);
  }

  #quoted(): KqlValue {
    const start = this.#at++;
    let text = "";
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined) this.#fail(start, 'this " has no partner');
      this.#at++;
      if (c === '"') return { parts: [text], quoted: true };
      text += c === "\\" ? this.#escape(true) : c;
    }
  }

  /** Words up to a keyword or a special character; blanks between them belong to the value. */
  #unquoted(expected: string): KqlValue {
    const parts: string[] = [];
    let text = "";
    let escapedEnd = 0;
    for (;;) {
      const c = this.#text[this.#at];
      if (c === undefined || (c !== "\\" && SPECIAL.has(c)) || this.#atKeyword()) break;
      this.#at++;
      if (c === "*") {
        parts.push(text);
        text = "";
        escapedEnd = 0;
      } else if (c === "\\") {
        text += this.#escape(false);
        escapedEnd = text.length;
      } else text += c;
    }
    // Blanks around a value are none of it, but for those that were escaped.
    text = text.slice(0, escapedEnd) + text.slice(escapedEnd).trimEnd();
    parts.push(text);
    if (parts.length === 1 && text === "") this.#unexpected(expected);
    return { parts, quoted: false };
  }

  /** What a backslash, just read, and the characters behind it stand for. */
  #escape(quoted: boolean): string {
    const at = this.#at;
    const next = this.#text[at];
    if (next === undefined) this.#fail(at - 1, "a backslash at the end escapes nothing");
    const blank = { t: "\t", r: "\r", n: "\n" }[next];
    if (blank !== undefined && !(!quoted && /^n?ot(?=\s)/i.test(this.#text.slice(at)))) {
      this.#at++;
      return blank;
    }
    const unicode = /^u([0-9a-f]{4})/i.exec(this.#text.slice(at, at + 5));
    if (unicode !== null) {
      this.#at += 5;
      return String.fromCharCode(Number.parseInt(unicode[1] as string, 16));
    }
    if (quoted) {
      this.#at++;
      return next === '"' || next === "\\" ? next : `\\${next}`;
    }
    const keyword = /^(?:or|and|not)/i.exec(this.#text.slice(at));
    if (keyword !== null) {
      this.#at += keyword[0].length;
      return keyword[0];
    }
    if (SPECIAL.has(next) || next === "*" || next === " ") {
      this.#at++;
      return next;
    }
    return this.#fail(at - 1, `\\${next} is no escape: a backslash itself is written \\\\`);
  }

  /** `or` and `and` stand between blanks. */
  #keyword(word: "or" | "and"): boolean {
    const rest = this.#text.slice(this.#at);
    const found = new RegExp(`^\\s*${word}(?=[\\s(])`, "i").exec(rest);
    if (found === null) return false;
    const before = this.#text[this.#at - 1];
    if (!/^\s/.test(rest) && before !== ")" && before !== '"' && before !== "}" && !/\s/.test(before ?? " "))
      return false;
    this.#at += found[0].length;
    return true;
  }

  #atKeyword(): boolean {
    const c = this.#text[this.#at] as string;
    if (/\s/.test(c)) return /^\s+(?:or|and)\s/i.test(this.#text.slice(this.#at, this.#at + 64)) || this.#trailing();
    return (c === "n" || c === "N") && this.#startsNot();
  }

  /** Only blanks follow. */
  #trailing(): boolean {
    return this.#text.slice(this.#at).trim() === "";
  }

  #startsNot(): boolean {
    if (!/^not\s/i.test(this.#text.slice(this.#at, this.#at + 4))) return false;
    return this.#at === 0 || /[\s(:{]/.test(this.#text[this.#at - 1] as string);
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #unexpected(expected: string): never {
    this.#space();
    const found = this.#text[this.#at];
    const there =
      found === undefined ? "the query ends" : `"${/^\w+|./su.exec(this.#text.slice(this.#at))?.[0]}" stands`;
    return this.#fail(this.#at, `${there} where ${expected} was expected`);
  }

  #fail(at: number, message: string): never {
    throw new KqlSyntaxError(this.#text, at, message);
  }
}
