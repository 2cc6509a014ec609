import type { DiagnosticCode } from "../diagnostics/catalogue.ts";
import type { SourceText, Span } from "../diagnostics/source.ts";
import type { BarewordNode, NumberNode, RegexpNode, SelectorNode, StringNode } from "./conf-ast.ts";

/** A syntax error on its way to the place where the parser goes on. */
export class SyntaxFault extends Error {
  readonly code: DiagnosticCode;
  readonly span: Span;
  readonly help: string | undefined;

  constructor(code: DiagnosticCode, message: string, span: Span, help?: string) {
    super(message);
    this.code = code;
    this.span = span;
    this.help = help;
  }
}

const SPACE_OR_COMMENT = /(?:[ \t\r\n\f\v\ufeff]+|#[^\n]*)*/y;
const NAME = /[A-Za-z0-9_-]+/y;
const BAREWORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?[0-9]+(?:\.[0-9]*)?/y;
const SELECTOR = /(?:\[[^\],[]+\])+/y;
/** `[[a][b]]` and the like: brackets within brackets. */
const COMPOSITE = /(?:\[(?:[^\],[]+|(?:\[[^\],[]+\])+)\])+/y;

/** Reads the smallest parts of the language at a position. */
export class ConfigurationScanner {
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

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** What stands here, for messages. */
  here(): string {
    if (this.atEnd) return "the end of the file";
    return JSON.stringify(this.#match(NAME, false) ?? this.#character());
  }

  #character(): string {
    return String.fromCodePoint(this.text.codePointAt(this.at) as number);
  }

  skip(): void {
    this.#match(SPACE_OR_COMMENT, true);
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
    if (!this.sees(word) || /[A-Za-z0-9_]/.test(this.text[this.at + word.length] ?? "")) return false;
    this.at += word.length;
    return true;
  }

  expect(token: string, context: string, help?: string): void {
    if (this.take(token)) return;
    const width = this.atEnd ? 0 : this.#match(NAME, false)?.length || this.#character().length;
    const code = token === "}" || token === "]" || token === ")" ? "CONF003" : "CONF001";
    throw new SyntaxFault(
      code,
      `expected ${JSON.stringify(token)} ${context}, found ${this.here()}`,
      this.span(this.at, this.at + width),
      help,
    );
  }

  fail(expected: string, help?: string): never {
    const width = this.atEnd ? 0 : this.#match(NAME, false)?.length || this.#character().length;
    throw new SyntaxFault(
      "CONF001",
      `expected ${expected}, found ${this.here()}`,
      this.span(this.at, this.at + width),
      help,
    );
  }

  /** A plugin's or attribute's name. */
  name(): { readonly text: string; readonly span: Span } | undefined {
    const start = this.at;
    if (this.sees('"') || this.sees("'")) {
      const { raw, span } = this.string() as StringNode;
      return { text: raw, span };
    }
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
    return { type: "string", raw: this.text.slice(start + 1, end), quote, span: this.span(start) };
  }

  regexp(): RegexpNode | undefined {
    if (!this.sees("/")) return undefined;
    const end = this.#closing("/", "the regular expression that begins here has no closing /");
    const start = this.at;
    this.at = end + 1;
    return { type: "regexp", pattern: this.text.slice(start + 1, end).replaceAll("\\/", "/"), span: this.span(start) };
  }

  selector(): SelectorNode | undefined {
    const start = this.at;
    // A list with a quoted element is a list, also one of a single element.
    if (/^\[\s*["']/.test(this.text.slice(start, start + 40))) return undefined;
    const text = this.#match(SELECTOR, true) ?? this.#match(COMPOSITE, true);
    return text === undefined ? undefined : { type: "selector", text, span: this.span(start) };
  }

  /** Goes to the end of the line; after an unterminated text. */
  skipLine(): void {
    const end = this.text.indexOf("\n", this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  /** Position of the closing quote; a backslash keeps the character behind it from closing. */
  #closing(quote: string, message: string): number {
    for (let i = this.at + 1; i < this.text.length; i++) {
      const c = this.text[i];
      if (c === "\\" && this.text[i + 1] === quote) i++;
      else if (c === quote) return i;
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
