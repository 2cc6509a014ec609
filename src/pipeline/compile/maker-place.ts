import type { Span } from "../../diagnostics/source.ts";
import type { PluginNode, ValueNode } from "../../language/conf-ast.ts";
import type { Maker } from "../../plugin/made-fields.ts";

/** Where a configuration says what makes a field: the entry of the option, else the option, else the plugin. */
export function placeOfMaker({ plugin, option, entry }: Maker): Span {
  const node = plugin as PluginNode;
  const attributes = node.attributes.filter(({ name }) => name === option);
  if (entry !== undefined) {
    for (const { value } of attributes) {
      const place = placeIn(value, entry);
      if (place !== undefined) return place;
    }
  }
  return attributes.at(-1)?.nameSpan ?? node.nameSpan;
}

function placeIn(node: ValueNode, entry: string): Span | undefined {
  switch (node.type) {
    case "string": {
      const at = node.raw.indexOf(entry);
      if (at < 0) return undefined;
      // Behind the quote.
      const start = node.span.start + 1 + at;
      return { ...node.span, start, end: start + entry.length };
    }
    case "array":
      return first(node.items, entry);
    case "hash": {
      const own = node.entries.find(({ key }) => (key.type === "string" ? key.raw : key.text) === entry);
      if (own === undefined)
        return first(
          node.entries.map(({ value }) => value),
          entry,
        );
      // What it is set to, so that both show; lists and hashes can be long.
      return own.value.type === "array" || own.value.type === "hash" ? own.key.span : own.span;
    }
    default:
      return undefined;
  }
}

function first(nodes: readonly ValueNode[], entry: string): Span | undefined {
  for (const node of nodes) {
    const place = placeIn(node, entry);
    if (place !== undefined) return place;
  }
  return undefined;
}
