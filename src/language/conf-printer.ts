import type {
  BranchNode,
  Configuration,
  ExpressionNode,
  HashEntry,
  PluginNode,
  Statement,
  TermNode,
  ValueNode,
} from "./conf-ast.ts";

const INDENT = "  ";

/**
 * A configuration as text: one statement a line, brackets around every operand of `and` and the like. Reading it gives the same tree;
 * comments are not in a tree.
 */
export function printConfiguration(configuration: Configuration): string {
  return configuration.sections.map(({ kind, statements }) => `${kind} {\n${block(statements, INDENT)}}\n`).join("");
}

function block(statements: readonly Statement[], indent: string): string {
  return statements
    .map((statement) => {
      const text = statement.type === "plugin" ? plugin(statement, indent) : conditions(statement.branches, indent);
      return `${indent}${text}\n`;
    })
    .join("");
}

function plugin({ name, attributes }: PluginNode, indent: string): string {
  if (attributes.length === 0) return `${quotedName(name)} { }`;
  const inner = indent + INDENT;
  const lines = attributes.map(({ name, value }) => `${inner}${quotedName(name)} => ${printValue(value, inner)}\n`);
  return `${quotedName(name)} {\n${lines.join("")}${indent}}`;
}

function conditions(branches: readonly BranchNode[], indent: string): string {
  return branches
    .map(({ condition, statements }, i) => {
      const head = condition === undefined ? "else" : `${i === 0 ? "if" : "else if"} ${printCondition(condition)}`;
      return `${head} {\n${block(statements, indent + INDENT)}${indent}}`;
    })
    .join(" ");
}

function printValue(value: ValueNode, indent: string): string {
  switch (value.type) {
    case "string":
      return `${value.quote}${value.raw}${value.quote}`;
    case "number":
    case "bareword":
      return value.text;
    case "array":
      return `[${value.items.map((item) => printValue(item, indent)).join(", ")}]`;
    case "hash":
      return `{ ${value.entries.map((entry) => hashEntry(entry, indent)).join(" ")} }`;
    case "plugin":
      return plugin(value, indent);
  }
}

function hashEntry({ key, value }: HashEntry, indent: string): string {
  return `${printValue(key, indent)} => ${printValue(value, indent)}`;
}

/** A condition as it stands behind `if`. */
export function printCondition(condition: ExpressionNode): string {
  switch (condition.type) {
    case "boolean":
      return `${operand(condition.left)} ${condition.operator} ${operand(condition.right)}`;
    case "not":
      return `!${condition.operand.type === "selector" ? term(condition.operand) : `(${printCondition(condition.operand)})`}`;
    case "comparison":
      return `${term(condition.left)} ${condition.operator} ${term(condition.right)}`;
    default:
      return term(condition);
  }
}

function operand(condition: ExpressionNode): string {
  return condition.type === "boolean" ? `(${printCondition(condition)})` : printCondition(condition);
}

function term(node: TermNode): string {
  switch (node.type) {
    case "selector":
      return node.text;
    case "regexp":
      return `/${node.pattern.replaceAll("/", "\\/")}/`;
    default:
      return printValue(node, "");
  }
}

/** Names that are no words stand in quotes. */
function quotedName(name: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  return name.includes('"') ? `'${name}'` : `"${name}"`;
}
