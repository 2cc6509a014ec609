import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { lineColumn } from "../../src/diagnostics/source.ts";
import type { Configuration, ExpressionNode, Statement, ValueNode } from "../../src/language/conf-ast.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";

export interface Parsed {
  readonly configuration: Configuration;
  /** The tree on one line. */
  readonly outline: string;
  /** `code line:column message`, sorted. */
  readonly findings: readonly string[];
  readonly found: DiagnosticCollector;
}

export function parse(...texts: readonly string[]): Parsed {
  const found = new DiagnosticCollector();
  const sources = texts.map((text, i) => ({ name: `${i + 1}.conf`, text }));
  const configuration = parseConfiguration(sources, found);
  const findings = found.sorted().map(({ code, span, message }) => {
    const place = span === undefined ? undefined : lineColumn(span.source, span.start);
    return `${code} ${place?.line}:${place?.column} ${message}`;
  });
  const outline = configuration.sections.map(({ kind, statements }) => `${kind}${block(statements)}`).join(" ");
  return { configuration, outline, findings, found };
}

function block(statements: readonly Statement[]): string {
  return `{${statements.map(statementOutline).join(" ")}}`;
}

function statementOutline(node: Statement): string {
  if (node.type === "plugin") return valueOutline(node);
  return node.branches
    .map(({ condition, statements }) => {
      const test = condition === undefined ? "else" : `if ${expressionOutline(condition)} `;
      return test + block(statements);
    })
    .join(" ");
}

export function expressionOutline(node: ExpressionNode): string {
  switch (node.type) {
    case "boolean":
      return `(${expressionOutline(node.left)} ${node.operator} ${expressionOutline(node.right)})`;
    case "not":
      return `!${expressionOutline(node.operand)}`;
    case "comparison":
      return `(${expressionOutline(node.left)} ${node.operator} ${expressionOutline(node.right)})`;
    case "selector":
      return node.text;
    case "regexp":
      return `/${node.pattern}/`;
    default:
      return valueOutline(node);
  }
}

function valueOutline(node: ValueNode): string {
  switch (node.type) {
    case "string":
      return JSON.stringify(node.raw);
    case "number":
    case "bareword":
      return node.text;
    case "array":
      return `[${node.items.map(valueOutline).join(", ")}]`;
    case "hash":
      return `{${node.entries.map(({ key, value }) => `${valueOutline(key)}: ${valueOutline(value)}`).join(", ")}}`;
    case "plugin":
      return `${node.name}(${node.attributes.map(({ name, value }) => `${name}=${valueOutline(value)}`).join(", ")})`;
  }
}
