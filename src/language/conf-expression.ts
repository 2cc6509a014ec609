import type { BooleanOperator, ComparisonOperator, ExpressionNode, SelectorNode, TermNode } from "./conf-ast.ts";
import type { ConfigurationScanner } from "./conf-scanner.ts";

/** Longest first, so that `<=` is not read as `<`. */
const COMPARISONS: readonly ComparisonOperator[] = ["==", "!=", "<=", ">=", "=~", "!~", "<", ">"];

/** `and` binds closer than `or` (Logstash's compiler, lscl.rb); nand goes with and, xor with or. */
const PRECEDENCE: Readonly<Record<BooleanOperator, number>> = { and: 2, nand: 2, or: 1, xor: 1 };
const BOOLEAN_OPERATORS = Object.keys(PRECEDENCE) as BooleanOperator[];

/** Brackets in brackets beyond this many are refused, so that no text can exhaust the stack. */
const DEPTH_LIMIT = 200;

/** Reads the condition of an `if`. @throws SyntaxFault */
export function parseCondition(scanner: ConfigurationScanner, least = 0, depth = 0): ExpressionNode {
  if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested parentheses`);
  let left = parseOperand(scanner, depth);
  for (;;) {
    const before = scanner.at;
    scanner.skip();
    const operator = BOOLEAN_OPERATORS.find((word) => scanner.takeWord(word));
    if (operator === undefined || PRECEDENCE[operator] <= least) {
      scanner.at = before;
      return left;
    }
    scanner.skip();
    const right = parseCondition(scanner, PRECEDENCE[operator], depth + 1);
    left = { type: "boolean", operator, left, right, span: scanner.span(left.span.start, right.span.end) };
  }
}

function parseOperand(scanner: ConfigurationScanner, depth: number): ExpressionNode {
  const start = scanner.at;
  if (scanner.take("(")) {
    scanner.skip();
    const inner = parseCondition(scanner, 0, depth + 1);
    scanner.skip();
    scanner.expect(")", "after a condition in parentheses");
    return inner;
  }
  if (scanner.take("!")) {
    scanner.skip();
    if (scanner.take("(")) {
      scanner.skip();
      const operand = parseCondition(scanner, 0, depth + 1);
      scanner.skip();
      scanner.expect(")", "after a condition in parentheses");
      return { type: "not", operand, span: scanner.span(start) };
    }
    const operand =
      scanner.selector() ??
      scanner.fail('"(" or a field in brackets after "!"', "for example: ![field] or !([a] == 1)");
    return { type: "not", operand, span: scanner.span(start) };
  }
  const left = parseTerm(scanner);
  const operator = parseComparison(scanner);
  if (operator === undefined) return left;
  scanner.skip();
  const right = parseTerm(scanner);
  return { type: "comparison", operator, left, right, span: scanner.span(start) };
}

function parseComparison(scanner: ConfigurationScanner): ComparisonOperator | undefined {
  const before = scanner.at;
  scanner.skip();
  const sign = COMPARISONS.find((operator) => scanner.take(operator));
  if (sign !== undefined) return sign;
  if (scanner.takeWord("in")) return "in";
  if (scanner.takeWord("not")) {
    scanner.skip();
    if (scanner.takeWord("in")) return "not in";
    scanner.fail('"in" after "not"');
  }
  scanner.at = before;
  return undefined;
}

function parseTerm(scanner: ConfigurationScanner): TermNode {
  const simple = scanner.string() ?? scanner.number() ?? scanner.regexp() ?? scanner.selector();
  if (simple !== undefined) return simple;
  if (scanner.sees("[")) return parseTermList(scanner);
  const word = scanner.bareword();
  if (word !== undefined) {
    if (/^\s*\(/.test(scanner.text.slice(scanner.at, scanner.at + 20))) {
      scanner.at = word.span.start;
      scanner.fail("a value", "function calls were never implemented in this language");
    }
    return word;
  }
  return scanner.fail(
    "a value: a field in brackets, a text, a number, a list or a /regular expression/",
    "fields stand in brackets: [name]",
  );
}

function parseTermList(scanner: ConfigurationScanner): TermNode {
  const start = scanner.at;
  scanner.expect("[", "before a list");
  const items: Exclude<TermNode, SelectorNode | { type: "regexp" }>[] = [];
  scanner.skip();
  while (!scanner.take("]")) {
    const item = parseTerm(scanner);
    if (item.type === "selector" || item.type === "regexp") scanner.fail("texts and numbers in a list");
    items.push(item);
    scanner.skip();
    if (!scanner.take(",") && !scanner.sees("]")) scanner.expect("]", "after a list");
    scanner.skip();
  }
  return { type: "array", items, span: scanner.span(start) };
}
