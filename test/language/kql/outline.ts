import { type KqlNode, type KqlText, plainText } from "../../../src/language/kql/ast.ts";

const SIGNS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** A query as nested brackets, so that tests can read what was understood. Quoted texts are in quotes. */
export function outline(node: KqlNode): string {
  switch (node.kind) {
    case "all":
      return "all";
    case "and":
    case "or":
      return `(${node.kind} ${node.nodes.map(outline).join(" ")})`;
    case "not":
      return `(not ${outline(node.node)})`;
    case "match":
      return `${node.field === undefined ? "" : `${text(node.field)}=`}${text(node.value)}`;
    case "range":
      return `${text(node.field)}${SIGNS[node.operator]}${text(node.value)}`;
    case "nested":
      return `${text(node.path)}{${outline(node.node)}}`;
  }
}

function text(value: KqlText): string {
  if (value.quoted) return JSON.stringify(plainText(value));
  // A star that is meant is shown with its backslash.
  return `[${value.parts.map((part) => part.replaceAll("*", "\\*")).join("*")}]`;
}
