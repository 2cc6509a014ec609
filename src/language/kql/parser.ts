import type { KqlMatch, KqlNode, KqlRangeOperator, KqlText } from "./ast.ts";
import { KqlScanner } from "./scanner.ts";
import { KqlSyntaxError } from "./syntax-error.ts";

export { KqlSyntaxError } from "./syntax-error.ts";

/** Parentheses, braces and `not`s within each other. */
export const KQL_DEPTH_LIMIT = 200;
/** UTF-16 units of a query. */
export const KQL_LENGTH_LIMIT = 100_000;

const OPERATORS: Readonly<Record<string, KqlRangeOperator>> = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte" };

/**
 * Reads a query of Kibana's query language. What Kibana accepts is accepted with the same meaning; besides that `not not`, `not(`, and words
 * that end in "not" before a space (`cannot open`), which Kibana's grammar refuses.
 * @param name what messages call the query
 * @throws KqlSyntaxError with the place
 */
export function parseKql(text: string, name = "query"): KqlNode {
  const scanner = new KqlScanner({ name, text });
  if (text.length > KQL_LENGTH_LIMIT) {
    throw new KqlSyntaxError(`a query has at most ${KQL_LENGTH_LIMIT} characters`, scanner.span(0, 1));
  }
  const parser = new KqlParser(scanner);
  return parser.query();
}

/** Reads a value or a query of its own kind at the scanner's place. */
type Reader = () => KqlNode;

class KqlParser {
  readonly #scanner: KqlScanner;
  #depth = 0;

  constructor(scanner: KqlScanner) {
    this.#scanner = scanner;
  }

  query(): KqlNode {
    const scanner = this.#scanner;
    scanner.skipSpace();
    if (scanner.at >= scanner.text.length) return { kind: "all", span: scanner.span(0) };
    const node = this.#or(this.#subQuery);
    scanner.skipSpace();
    if (scanner.at < scanner.text.length) throw this.#unexpected("and, or, or the end of the query");
    return node;
  }

  #or(read: Reader): KqlNode {
    return this.#chain("or", () => this.#chain("and", () => this.#not(read)));
  }

  #chain(kind: "and" | "or", read: Reader): KqlNode {
    const scanner = this.#scanner;
    const start = scanner.at;
    const first = read();
    const nodes = [first];
    while (scanner.takeOperator(kind)) nodes.push(read());
    return nodes.length === 1 ? first : { kind, nodes, span: scanner.span(start) };
  }

  #not(read: Reader): KqlNode {
    const scanner = this.#scanner;
    const start = scanner.at;
    const beforeBracket = /^not\($/i.test(scanner.text.slice(start, start + 4));
    if (beforeBracket) scanner.at += 3;
    else if (!scanner.takeNot()) return read();
    const node = this.#deeper(() => this.#not(read));
    return { kind: "not", node, span: scanner.span(start) };
  }

  readonly #subQuery: Reader = () => {
    const scanner = this.#scanner;
    if (scanner.text[scanner.at] === "(") return this.#bracketed("(", ")", this.#subQuery);
    const start = scanner.at;
    const first = scanner.takeText();
    if (first === undefined) throw this.#unexpected('a field, a value, "not" or "("');
    const end = scanner.at;
    scanner.skipSpace();
    if (scanner.takeChar(":")) return this.#behindColon(start, first);
    const operator = this.#takeRangeOperator();
    if (operator === undefined) {
      scanner.at = end;
      return { kind: "match", field: undefined, value: first, span: first.span };
    }
    scanner.skipSpace();
    const value = scanner.takeText();
    if (value === undefined) throw this.#unexpected("a value to compare with");
    return { kind: "range", field: first, operator, value, span: scanner.span(start, value.span.end) };
  };

  #behindColon(start: number, field: KqlText): KqlNode {
    const scanner = this.#scanner;
    scanner.skipSpace();
    if (scanner.text[scanner.at] === "{") {
      const node = this.#bracketed("{", "}", this.#subQuery);
      return { kind: "nested", path: field, node, span: scanner.span(start) };
    }
    return this.#values(start, field);
  }

  #values(start: number, field: KqlText): KqlNode {
    const scanner = this.#scanner;
    if (scanner.text[scanner.at] === "(") return this.#bracketed("(", ")", () => this.#values(scanner.at, field));
    const value = scanner.takeText();
    if (value === undefined) throw this.#unexpected('a value, "(" or "{"', valueHelp(scanner, field));
    const match: KqlMatch = { kind: "match", field, value, span: scanner.span(start, value.span.end) };
    return match;
  }

  #bracketed(open: string, close: string, read: Reader): KqlNode {
    const scanner = this.#scanner;
    const start = scanner.at;
    scanner.takeChar(open);
    scanner.skipSpace();
    const node = this.#deeper(() => this.#or(read));
    scanner.skipSpace();
    if (scanner.takeChar(close)) return node;
    if (scanner.at < scanner.text.length) throw this.#unexpected(`and, or, or "${close}"`);
    throw new KqlSyntaxError(`"${open}" has no "${close}"`, scanner.span(start, start + 1), { label: "opened here" });
  }

  #takeRangeOperator(): KqlRangeOperator | undefined {
    const scanner = this.#scanner;
    const sign = /^[<>]=?/.exec(scanner.text.slice(scanner.at, scanner.at + 2))?.[0] ?? "";
    scanner.at += sign.length;
    return OPERATORS[sign];
  }

  #deeper(read: Reader): KqlNode {
    if (++this.#depth > KQL_DEPTH_LIMIT) {
      const { at } = this.#scanner;
      throw new KqlSyntaxError(
        `more than ${KQL_DEPTH_LIMIT} brackets within each other`,
        this.#scanner.span(at, at + 1),
      );
    }
    const node = read();
    this.#depth--;
    return node;
  }

  #unexpected(expected: string, help?: string): KqlSyntaxError {
    const { text, at } = this.#scanner;
    const more = help ?? hintFor(text, at);
    const found =
      text[at] === undefined ? "the end of the query" : `"${String.fromCodePoint(text.codePointAt(at) as number)}"`;
    const word = /^[\p{L}\p{N}_]+/u.exec(text.slice(at))?.[0] ?? "";
    const span = this.#scanner.span(at, at + Math.max(1, word.length));
    const stands = word.length > 1 ? `"${word}"` : found;
    return new KqlSyntaxError(`expected ${expected}, found ${stands}`, span, {
      label: `expected ${expected}`,
      ...(more === undefined ? {} : { help: more }),
    });
  }
}

function hintFor(text: string, at: number): string | undefined {
  const rest = text.slice(at);
  if (/^not\s/i.test(rest)) return 'write "and not" to leave out what follows';
  if (/^["(]/.test(rest))
    return 'write "and" or "or" before it, with spaces; a bracket or quote that is meant is written \\( or \\"';
  if (/^[)}]/.test(rest)) return `"${rest[0]}" closes nothing; one that is meant is written \\${rest[0]}`;
  if (/^[:<>{]/.test(rest)) return `put the value in quotes, or write \\${rest[0]}, if "${rest[0]}" belongs to it`;
  return undefined;
}

function valueHelp(scanner: KqlScanner, field: KqlText): string | undefined {
  if (scanner.at < scanner.text.length) return undefined;
  return `"${field.parts.join("*")}: *" finds documents that have the field`;
}
