import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { lineColumn } from "../../diagnostics/source.ts";
import type { ComparisonNode, ExpressionNode, TermNode } from "../../language/conf-ast.ts";
import { printCondition } from "../../language/conf-printer.ts";
import type { ResolvedIf } from "./resolved.ts";

/** Warns of branches of an `if` that no event can take. */
export function checkBranches<T>({ branches }: ResolvedIf<T>, found: DiagnosticCollector): void {
  const earlier = new Map<string, ExpressionNode>();
  let always: ExpressionNode | undefined;
  for (const { condition } of branches) {
    if (condition === undefined) {
      if (always !== undefined) warn(found, always, "the `else` behind this condition is never taken: it always holds");
      continue;
    }
    const text = printCondition(condition);
    const same = earlier.get(text);
    const constant = constantOf(condition);
    const clash = constant === undefined ? contradiction(condition) : undefined;
    if (always !== undefined) warn(found, condition, "this branch is never taken: an earlier condition always holds");
    else if (same !== undefined) {
      const { line } = lineColumn(same.span.source, same.span.start);
      warn(found, condition, `this branch is never taken: line ${line} has the same condition`);
    } else if (constant === false) warn(found, condition, "this branch is never taken: the condition never holds");
    else if (clash !== undefined) warn(found, condition, `this branch is never taken: ${clash}`);
    earlier.set(text, condition);
    if (constant === true) always = condition;
  }
}

function warn(found: DiagnosticCollector, condition: ExpressionNode, message: string): void {
  found.warning("CONF026", message, condition.span);
}

/** What a condition of constants gives; undefined where it depends on the event. */
function constantOf(condition: ExpressionNode): boolean | undefined {
  switch (condition.type) {
    case "boolean": {
      const [left, right] = [constantOf(condition.left), constantOf(condition.right)];
      if (condition.operator === "and")
        return left === false || right === false ? false : both(left, right, (a, b) => a && b);
      if (condition.operator === "or")
        return left === true || right === true ? true : both(left, right, (a, b) => a || b);
      return both(left, right, condition.operator === "xor" ? (a, b) => a !== b : (a, b) => !(a && b));
    }
    case "not": {
      const operand = constantOf(condition.operand);
      return operand === undefined ? undefined : !operand;
    }
    case "comparison":
      return constantComparison(condition);
    default:
      return undefined;
  }
}

function both(
  a: boolean | undefined,
  b: boolean | undefined,
  join: (a: boolean, b: boolean) => boolean,
): boolean | undefined {
  return a === undefined || b === undefined ? undefined : join(a, b);
}

function constantComparison({ operator, left, right }: ComparisonNode): boolean | undefined {
  const [a, b] = [literalOf(left), literalOf(right)];
  if (a === undefined || b === undefined) return undefined;
  if (operator === "==") return a === b;
  return operator === "!=" ? a !== b : undefined;
}

/** Texts without variables, and numbers. */
function literalOf(term: TermNode): string | number | undefined {
  if (term.type === "number") return Number(term.text);
  return term.type === "string" && !term.raw.includes("${") && !term.raw.includes("\\") ? term.raw : undefined;
}

/** Why operands joined by `and` cannot hold together: a field that has to equal two values. */
function contradiction(condition: ExpressionNode): string | undefined {
  const wanted = new Map<string, string | number>();
  for (const operand of joined(condition)) {
    if (operand.type !== "comparison" || operand.operator !== "==" || operand.left.type !== "selector") continue;
    const value = literalOf(operand.right);
    if (value === undefined) continue;
    const field = operand.left.text;
    const other = wanted.get(field);
    if (other !== undefined && other !== value)
      return `${field} cannot be ${JSON.stringify(other)} and ${JSON.stringify(value)} at once`;
    wanted.set(field, value);
  }
  return undefined;
}

function joined(condition: ExpressionNode): ExpressionNode[] {
  if (condition.type !== "boolean" || condition.operator !== "and") return [condition];
  return [...joined(condition.left), ...joined(condition.right)];
}
