import type {
  BooleanOperator,
  ComparisonOperator,
  ExpressionNode,
  SelectorNode,
  TermNode,
  ValueNode,
} from "./conf-ast.ts";
import type { FaultReporter } from "./conf-faults.ts";
import { SyntaxFault } from "./conf-faults.ts";
import type { ConfigurationScanner } from "./conf-scanner.ts";

/** Longest first, so that `<=` is not read as `<`. */
const COMPARISONS: readonly ComparisonOperator[] = ["==", "!=", "<=", ">=", "=~", "!~", "<", ">"];

/** `and` binds closer than `or` (Logstash's lscl.rb); nand goes with and, xor with or, where Logstash has no rule (CONF022). */
const PRECEDENCE: Readonly<Record<BooleanOperator, number>> = { and: 2, nand: 2, or: 1, xor: 1 };
const BOOLEAN_OPERATORS = Object.keys(PRECEDENCE) as BooleanOperator[];

/** Brackets in brackets beyond this many are refused, so that no text can exhaust the stack; */
const DEPTH_LIMIT = 200;
/** and operators in one condition, since the tree is as deep as they are many. */
const OPERATOR_LIMIT = 1000;

const FIELDS_IN_BRACKETS = 'a text stands in quotes: "name", a field in brackets: [name]';

/** Reads the conditions of one file. */
export class ConditionParser {
  readonly #scanner: ConfigurationScanner;
  readonly #faults: FaultReporter;
  #operators = 0;

  constructor(scanner: ConfigurationScanner, faults: FaultReporter) {
    this.#scanner = scanner;
    this.#faults = faults;
  }

  /** The condition of an `if`. @throws SyntaxFault */
  parse(): ExpressionNode {
    this.#operators = 0;
    return this.#condition(0);
  }

  /** Operands joined by boolean operators, up to what joins none. */
  #condition(depth: number): ExpressionNode {
    const scanner: ConfigurationScanner = this.#scanner;
    if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested parentheses`);
    const used: BooleanOperator[] = [];
    const start = scanner.at;
    const condition = this.#joined(0, depth, used);
    const unclear = used.find((operator) => operator === "xor" || operator === "nand");
    if (used.length > 1 && unclear !== undefined)
      this.#faults.warn(
        "CONF022",
        `"${unclear}" beside other operators has no order in Logstash`,
        scanner.span(start),
        "write parentheses",
      );
    return condition;
  }

  #joined(least: number, depth: number, used: BooleanOperator[]): ExpressionNode {
    const scanner: ConfigurationScanner = this.#scanner;
    let left = this.#operand(depth);
    for (;;) {
      const before = scanner.at;
      scanner.skip();
      const operator = BOOLEAN_OPERATORS.find((word) => scanner.takeWord(word));
      if (operator === undefined || PRECEDENCE[operator] <= least) {
        scanner.at = before;
        return left;
      }
      if (++this.#operators > OPERATOR_LIMIT) scanner.fail(`at most ${OPERATOR_LIMIT} operators in a condition`);
      used.push(operator);
      scanner.skip();
      const right = this.#joined(PRECEDENCE[operator], depth, used);
      left = { type: "boolean", operator, left, right, span: scanner.span(left.span.start, right.span.end) };
    }
  }

  #operand(depth: number): ExpressionNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    if (scanner.sees("(")) return this.#inParentheses(depth);
    if (scanner.take("!")) {
      scanner.skip();
      const operand = scanner.sees("(")
        ? this.#inParentheses(depth)
        : (scanner.selector() ??
          scanner.fail('"(" or a field in brackets after "!"', "for example ![a] or !([a] == 1)"));
      return { type: "not", operand, span: scanner.span(start) };
    }
    const left = this.#term();
    const operator = this.#comparison();
    if (operator === undefined) return left;
    scanner.skip();
    const right = operator === "=~" || operator === "!~" ? this.#pattern(operator) : this.#term();
    if (operator === "in" || operator === "not in") this.#checkList(right);
    return { type: "comparison", operator, left, right, span: scanner.span(start) };
  }

  #inParentheses(depth: number): ExpressionNode {
    const scanner: ConfigurationScanner = this.#scanner;
    scanner.expect("(", "before a condition");
    scanner.skip();
    const inner = this.#condition(depth + 1);
    scanner.skip();
    scanner.expect(")", "after a condition in parentheses");
    return inner;
  }

  #comparison(): ComparisonOperator | undefined {
    const scanner: ConfigurationScanner = this.#scanner;
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
    if (scanner.sees("=")) scanner.fail("a comparison", "== compares");
    scanner.at = before;
    return undefined;
  }

  #pattern(operator: string): TermNode {
    const scanner: ConfigurationScanner = this.#scanner;
    return (
      scanner.regexp() ??
      scanner.string() ??
      scanner.fail(`a /regular expression/ or a text in quotes after "${operator}"`)
    );
  }

  #term(): TermNode {
    const scanner: ConfigurationScanner = this.#scanner;
    const simple = scanner.string() ?? scanner.number() ?? scanner.selector();
    if (simple !== undefined) return simple;
    if (scanner.sees("[")) return this.#list(0);
    if (scanner.sees("/")) scanner.fail("a value", "a regular expression stands right of =~ or !~");
    this.#refuseCall();
    return scanner.fail("a value: a field in brackets, a text in quotes, a number or a list", FIELDS_IN_BRACKETS);
  }

  /** The grammar has calls such as `f([a])`, but Logstash never had a function. */
  #refuseCall(): void {
    const scanner: ConfigurationScanner = this.#scanner;
    const start = scanner.at;
    const word = scanner.bareword();
    scanner.skip();
    const call = word !== undefined && scanner.sees("(");
    scanner.at = start;
    if (call)
      throw new SyntaxFault(
        "CONF001",
        `there is no function ${JSON.stringify(word.text)}`,
        word.span,
        "conditions have no functions, in Logstash neither",
      );
  }

  #list(depth: number): Extract<ValueNode, { type: "array" }> {
    const scanner: ConfigurationScanner = this.#scanner;
    if (depth > DEPTH_LIMIT) scanner.fail(`at most ${DEPTH_LIMIT} nested lists`);
    const start = scanner.at;
    scanner.expect("[", "before a list");
    const items: ValueNode[] = [];
    scanner.skip();
    while (!scanner.take("]")) {
      items.push(
        scanner.string() ??
          scanner.number() ??
          scanner.bareword() ??
          (scanner.sees("[") ? this.#list(depth + 1) : scanner.fail('a text, a number or "]" in a list')),
      );
      scanner.skip();
      if (scanner.take(",")) {
        scanner.skip();
        if (scanner.sees("]")) scanner.fail('another element after ","', "leave the last comma out");
      } else if (!scanner.sees("]")) scanner.expect("]", "after a list", "elements are separated by commas");
    }
    return { type: "array", items, span: scanner.span(start) };
  }

  /** What Logstash reads in another way than its author. */
  #checkList(right: TermNode): void {
    if (right.type === "array" && right.items.length === 1)
      this.#faults.warn(
        "CONF021",
        "Logstash takes a list of one element for a field",
        right.span,
        "Antler takes it for a list; compare with == to mean the same in both",
      );
    else if (right.type === "selector" && /^\[\s*[\d.]+\s*\]$/.test(right.text))
      this.#faults.warn("CONF021", `${right.text} is a field here, not a list`, right.span, "compare a number with ==");
  }
}

/** Stands where a condition could not be read. */
export function brokenCondition(span: SelectorNode["span"]): SelectorNode {
  return { type: "selector", text: "[@metadata]", span };
}
