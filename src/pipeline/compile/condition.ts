import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { Event } from "../../event/event.ts";
import { FieldReference, FieldReferenceError } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import type { ComparisonNode, ExpressionNode, TermNode } from "../../language/conf-ast.ts";
import { compileRegexp } from "../../language/regexp.ts";
import type { Condition } from "../run/program.ts";
import { compare, isEqual, isIn, isTruthy, matches } from "./comparison.ts";
import { type TextRules, textOf } from "./raw-settings.ts";

type Term = (event: Event) => Value | undefined;

/** Compiles a condition once into nested functions. @throws for what `checkConditions` reports */
export function compileCondition(node: ExpressionNode, rules: TextRules): Condition {
  switch (node.type) {
    case "boolean": {
      const left = compileCondition(node.left, rules);
      const right = compileCondition(node.right, rules);
      switch (node.operator) {
        case "and":
          return (event) => left(event) && right(event);
        case "or":
          return (event) => left(event) || right(event);
        case "nand":
          return (event) => !(left(event) && right(event));
        case "xor":
          return (event) => left(event) !== right(event);
      }
      break;
    }
    case "not": {
      const operand = compileCondition(node.operand, rules);
      return (event) => !operand(event);
    }
    case "comparison":
      return compileComparison(node, rules);
    default: {
      const term = compileTerm(node, rules);
      return (event) => isTruthy(term(event));
    }
  }
  return () => false;
}

function compileComparison(node: ComparisonNode, rules: TextRules): Condition {
  const left = compileTerm(node.left, rules);
  if (node.operator === "=~" || node.operator === "!~") {
    const expression = compileRegexp(patternOf(node.right, rules));
    return node.operator === "=~"
      ? (event) => matches(left(event), expression)
      : (event) => !matches(left(event), expression);
  }
  const right = compileTerm(node.right, rules);
  switch (node.operator) {
    case "==":
      return (event) => isEqual(left(event), right(event));
    case "!=":
      return (event) => !isEqual(left(event), right(event));
    case "in":
      return (event) => isIn(left(event), right(event));
    case "not in":
      return (event) => !isIn(left(event), right(event));
    case "<":
      return (event) => (compare(left(event), right(event)) ?? 1) < 0;
    case ">":
      return (event) => (compare(left(event), right(event)) ?? -1) > 0;
    case "<=":
      return (event) => (compare(left(event), right(event)) ?? 1) <= 0;
    case ">=":
      return (event) => (compare(left(event), right(event)) ?? -1) >= 0;
  }
}

function compileTerm(node: TermNode, rules: TextRules): Term {
  if (node.type === "selector") {
    const reference = new FieldReference(node.text);
    return (event) => reference.get(event);
  }
  const constant = constantOf(node, rules);
  return () => constant;
}

function constantOf(node: Exclude<TermNode, { type: "selector" }>, rules: TextRules): Value {
  switch (node.type) {
    case "string":
      return textOf(node, rules);
    case "number":
      return Number(node.text);
    case "regexp":
      return node.pattern;
    case "bareword":
      return node.text;
    case "array":
      return node.items.map((item) => constantOf(item as Exclude<TermNode, { type: "selector" }>, rules));
  }
}

function patternOf(node: TermNode, rules: TextRules): string {
  if (node.type === "regexp") return node.pattern;
  return node.type === "string" ? textOf(node, rules) : String("text" in node ? node.text : "");
}

/** Reports what a condition has wrong: field references, regular expressions, branches decided beforehand. */
export function checkConditions(node: ExpressionNode, rules: TextRules, found: DiagnosticCollector): void {
  switch (node.type) {
    case "boolean":
      checkConditions(node.left, rules, found);
      checkConditions(node.right, rules, found);
      return;
    case "not":
      checkConditions(node.operand, rules, found);
      return;
    case "comparison":
      checkTerm(node.left, rules, found);
      if (node.operator === "=~" || node.operator === "!~") checkPattern(node.right, rules, found);
      else checkTerm(node.right, rules, found);
      return;
    default:
      checkTerm(node, rules, found);
      if (node.type !== "selector") {
        found.warning("CONF018", "this condition does not look at the event", node.span, {
          help: "fields stand in brackets: [name]",
        });
      }
  }
}

function checkTerm(node: TermNode, rules: TextRules, found: DiagnosticCollector): void {
  if (node.type === "string") textOf(node, rules);
  if (node.type !== "selector") return;
  try {
    new FieldReference(node.text);
  } catch (error) {
    if (!(error instanceof FieldReferenceError)) throw error;
    found.error("CONF005", error.message, node.span);
  }
}

function checkPattern(node: TermNode, rules: TextRules, found: DiagnosticCollector): void {
  if (node.type === "selector") {
    found.error("CONF001", "expected a /regular expression/ or a text, found a field", node.span);
    return;
  }
  try {
    compileRegexp(patternOf(node, rules));
  } catch (error) {
    found.error("CONF008", `this is not a regular expression: ${(error as Error).message}`, node.span);
  }
}
