import type { SourceText, Span } from "../../diagnostics/source.ts";
import type { KqlText } from "./ast.ts";
import { KqlSyntaxError } from "./syntax-error.ts";

const SPACE = /[ \t\r\n\u00a0]*/y;
/** Where a text without quotes ends: and/or between spaces, `not` at the beginning of a word. */
const KEYWORD = /[ \t\r\n\u00a0]+(?:and|or)[ \t\r\n\u00a0]+/iy;
const NOT = /not[ \t\r\n\u00a0]+/iy;
const ESCAPED_KEYWORD = /\\(and|or|not(?=[ \t\r\n\u00a0]|$))/iy;
const UNICODE = /\\u([0-9a-f]{4})/iy;
const SPECIAL = '\\():<>"*{}';
const WHITE: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };

/** Reads names and values at a position. Source of the forms: the grammar that Kibana documents with its query language. */
export class KqlScanner {
  readonly source: SourceText;
  readonly text: string;
  at = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
  }

  span(start: number, end: number = this.at): Span {
    return { source: this.source, start, end };
  }

  skipSpace(): boolean {
    return this.#take(SPACE) !== "";
  }

  takeChar(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at++;
    return true;
  }

  /** `and` or `or` with spaces around it. */
  takeOperator(word: "and" | "or"): boolean {
    const before = this.at;
    if (this.#take(KEYWORD)?.trim().toLowerCase() === word) return true;
    this.at = before;
    return false;
  }

  takeNot(): boolean {
    return this.#take(NOT) !== undefined;
  }

  /** A name or value; undefined where there is none. */
  takeText(): KqlText | undefined {
    return this.text[this.at] === '"' ? this.#quoted() : this.#unquoted();
  }

  #quoted(): KqlText {
    const { text } = this;
    const start = this.at++;
    let value = "";
    for (;;) {
      const char = text[this.at];
      if (char === undefined) {
        throw new KqlSyntaxError("this quoted text has no end", this.span(start, start + 1), {
          label: "begins here",
          help: 'a quote inside a quoted text is written \\"',
        });
      }
      if (char === '"') break;
      const next = text[this.at + 1];
      if (char === "\\" && (next === '"' || next === "\\")) {
        value += next;
        this.at += 2;
      } else {
        const escaped = char === "\\" ? this.#escape() : undefined;
        if (escaped === undefined) this.at++;
        value += escaped ?? char;
      }
    }
    this.at++;
    return { parts: [value], quoted: true, span: this.span(start) };
  }

  #unquoted(): KqlText | undefined {
    const { text } = this;
    const start = this.at;
    const parts = [""];
    const add = (piece: string): void => {
      parts[parts.length - 1] += piece;
    };
    for (;;) {
      const char = text[this.at];
      if (char === undefined || this.#isKeyword(start)) break;
      if (char === "*") {
        parts.push("");
        this.at++;
      } else if (char === "\\") add(this.#unquotedEscape());
      else if (SPECIAL.includes(char)) break;
      else {
        add(char);
        this.at++;
      }
    }
    if (this.at === start) return undefined;
    parts[0] = (parts[0] as string).trimStart();
    parts[parts.length - 1] = (parts.at(-1) as string).trimEnd();
    const shown = text.slice(start, this.at).trimEnd().length;
    return { parts, quoted: false, span: this.span(start, start + shown) };
  }

  #isKeyword(start: number): boolean {
    const { text, at } = this;
    KEYWORD.lastIndex = at;
    if (KEYWORD.test(text)) return true;
    NOT.lastIndex = at;
    return (at === start || " \t\r\n\u00a0".includes(text[at - 1] as string)) && NOT.test(text);
  }

  #unquotedEscape(): string {
    const keyword = this.#take(ESCAPED_KEYWORD);
    if (keyword !== undefined) return keyword.slice(1);
    const escaped = this.#escape();
    if (escaped !== undefined) return escaped;
    const next = this.text[this.at + 1] ?? "";
    if (next !== "" && SPECIAL.includes(next)) {
      this.at += 2;
      return next;
    }
    throw new KqlSyntaxError(
      next === "" ? "a backslash stands before what it escapes" : `"\\${next}" is no escape`,
      this.span(this.at, this.at + 1 + next.length),
      {
        label: 'expected one of \\ ( ) : < > " * { } behind the backslash, t, r, n, uXXXX, or and, or, not',
        help: "a backslash itself is written \\\\",
      },
    );
  }

  /** `\t \r \n \uXXXX`, which hold inside quotes too. */
  #escape(): string | undefined {
    const white = WHITE[this.text[this.at + 1] ?? ""];
    if (white !== undefined) {
      this.at += 2;
      return white;
    }
    const unicode = this.#take(UNICODE);
    return unicode === undefined ? undefined : String.fromCharCode(Number.parseInt(unicode.slice(2), 16));
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return undefined;
    this.at = pattern.lastIndex;
    return found[0];
  }
}
