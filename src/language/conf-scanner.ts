import type { SourceText, Span } from "../diagnostics/source.ts";
import type { BarewordNode, NumberNode, RegexpNode, SelectorNode, StringNode } from "./conf-ast.ts";
import { SyntaxFault } from "./conf-faults.ts";
import { describe, hintFor } from "./conf-hints.ts";

const NAME = /[A-Za-z0-9_-]+/y;
/** At least two characters, as in Logstash's grammar. */
const BAREWORD = /[A-Za-z_][A-Za-z0-9_]+/y;
const NUMBER = /-?[0-9]+(?:\.[0-9]*)?/y;
const WORD_CHARACTER = /[A-Za-z0-9_]/;
const SELECTOR = /(?:\[[^\],[]+\])+/y;
/** `[[a][b]]` and the like: brackets within brackets, which Logstash takes in options only. */
const COMPOSITE = /(?:\[(?:[^\],[]+|(?:\[[^\],[]+\])+)\])+/y;
/** A list with a quoted element is a list, also one of a single element (CONF021). */
const QUOTED_LIST = /\[\s*["']/y;
const SECTION_BEGIN = /(?:input|filter|output)\s*\{/y;

/** Reads the smallest parts of the language at a position. Source of the forms: Logstash's grammar.treetop. */
export class ConfigurationScanner {
  readonly source: SourceText;
  readonly text: string;
  at = 0;
  #longText: Span | undefined;

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
  }

  /** The last text that went over a line end: perhaps one whose closing quote is missing. */
  get longText(): Span | undefined {
    return this.#longText;
  }

  forgetLongText(): void {
    this.#longText = undefined;
  }

  span(start: number, end: number = this.at): Span {
    return { source: this.source, start, end };
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Passes whitespace and comments. True when there was any. */
  skip(): boolean {
    const { text } = this;
    const before = this.at;
    let at = before;
    for (;;) {
      const code = text.charCodeAt(at);
      // Space, tab to carriage return, byte order mark.
      if (code === 32 || (code >= 9 && code <= 13) || code === 0xfeff) at++;
      else if (code === 35) {
        const end = text.indexOf("\n", at);
        at = end < 0 ? text.length : end;
      } else break;
    }
    this.at = at;
    return at > before;
  }

  /** Whether `token` stands here. */
  sees(token: string): boolean {
    return this.text.startsWith(token, this.at);
  }

  /** Takes `token` if it stands here. */
  take(token: string): boolean {
    if (!this.sees(token)) return false;
    this.at += token.length;
    return true;
  }

  /** Takes a word that is not the beginning of a longer one. */
  takeWord(word: string): boolean {
    if (!this.sees(word) || WORD_CHARACTER.test(this.text[this.at + word.length] ?? "")) return false;
    this.at += word.length;
    return true;
  }

  /** Whether a section begins here; there is no plugin and no option of these names. */
  seesSection(): boolean {
    return this.#match(SECTION_BEGIN, false) !== undefined;
  }

  expect(token: string, context: string, help?: string): void {
    if (this.take(token)) return;
    const code = token === "}" || token === "]" || token === ")" ? "CONF003" : "CONF001";
    throw this.#fault(code, `${JSON.stringify(token)} ${context}`, help);
  }

  fail(expected: string, help?: string): never {
    throw this.#fault("CONF001", expected, help);
  }

  #fault(code: "CONF001" | "CONF003", expected: string, help: string | undefined): SyntaxFault {
    const { name, width } = describe(this.text, this.at);
    const span = this.span(this.at, this.at + width);
    return new SyntaxFault(code, `expected ${expected}, found ${name}`, span, hintFor(this.text, this.at) ?? help);
  }

  /** A plugin's or attribute's name, bare or quoted. @throws SyntaxFault when the quote is not closed */
  name(): { readonly text: string; readonly span: Span } | undefined {
    const quoted = this.string();
    if (quoted !== undefined) return { text: quoted.raw, span: quoted.span };
    const start = this.at;
    const text = this.#match(NAME, true);
    return text === undefined ? undefined : { text, span: this.span(start) };
  }

  bareword(): BarewordNode | undefined {
    const start = this.at;
    const text = this.#match(BAREWORD, true);
    return text === undefined ? undefined : { type: "bareword", text, span: this.span(start) };
  }

  number(): NumberNode | undefined {
    const start = this.at;
    const text = this.#match(NUMBER, true);
    return text === undefined ? undefined : { type: "number", text, span: this.span(start) };
  }

  string(): StringNode | undefined {
    const quote = this.text[this.at];
    if (quote !== '"' && quote !== "'") return undefined;
    const end = this.#closing(quote, `the text that begins here has no closing ${quote}`);
    const start = this.at;
    this.at = end + 1;
    const raw = this.text.slice(start + 1, end);
    const span = this.span(start);
    if (raw.includes("\n")) this.#longText = span;
    return { type: "string", raw, quote, span };
  }

  regexp(): RegexpNode | undefined {
    if (!this.sees("/")) return undefined;
    const end = this.#closing("/", "the regular expression that begins here has no closing /");
    const start = this.at;
    this.at = end + 1;
    return { type: "regexp", pattern: this.text.slice(start + 1, end).replaceAll("\\/", "/"), span: this.span(start) };
  }

  selector(): SelectorNode | undefined {
    if (!this.sees("[") || this.#match(QUOTED_LIST, false) !== undefined) return undefined;
    const start = this.at;
    const text = this.#match(SELECTOR, true) ?? this.#match(COMPOSITE, true);
    return text === undefined ? undefined : { type: "selector", text, span: this.span(start) };
  }

  /** Goes to the end of the line of `from`. */
  toLineEnd(from: number = this.at): void {
    const end = this.text.indexOf("\n", from);
    this.at = end < 0 ? this.text.length : end;
  }

  /** Position of the closing quote. A backslash keeps the quote behind it from closing, whatever stands before the backslash. */
  #closing(quote: string, message: string): number {
    for (let end = this.text.indexOf(quote, this.at + 1); end >= 0; end = this.text.indexOf(quote, end + 1)) {
      if (this.text[end - 1] !== "\\") return end;
    }
    throw new SyntaxFault("CONF002", message, this.span(this.at, this.at + 1));
  }

  #match(expression: RegExp, advance: boolean): string | undefined {
    expression.lastIndex = this.at;
    const found = expression.exec(this.text)?.[0];
    if (found === undefined || found === "") return undefined;
    if (advance) this.at += found.length;
    return found;
  }
}
