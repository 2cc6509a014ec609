import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { Attribute, PluginNode, StringNode, ValueNode } from "../../language/conf-ast.ts";
import { readEscapes, substituteVariables } from "../../language/environment.ts";
import type { NamedSetting, RawSetting } from "../../plugin/settings.ts";

/** How texts of a configuration become values. */
export interface TextRules {
  readonly supportEscapes: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What depends on the host (an unset variable, an absent file) is an error at start, a warning in `check`. */
  readonly hostProblem: "error" | "warning";
  readonly found: DiagnosticCollector;
}

/** The value of a quoted text, with escapes read and variables replaced. */
export function textOf(node: StringNode, rules: TextRules): string {
  return substituted(rules.supportEscapes ? readEscapes(node.raw) : node.raw, node, rules);
}

function substituted(text: string, node: ValueNode, rules: TextRules): string {
  const { text: result, missing } = substituteVariables(text, rules.environment);
  for (const name of missing) {
    const help = `set it, or give a default: \${${name}:default}`;
    const severity = rules.hostProblem;
    rules.found.add({
      code: "CONF007",
      severity,
      message: `the environment variable ${name} is not set`,
      span: node.span,
      help,
    });
  }
  return result;
}

/** A plugin's settings in the form that options are checked in. */
export function rawSettings(attributes: readonly Attribute[], rules: TextRules): NamedSetting[] {
  return attributes.map(({ name, nameSpan, value }) => ({
    name,
    namePlace: nameSpan,
    value: rawSetting(value, rules),
  }));
}

function rawSetting(node: ValueNode, rules: TextRules): RawSetting {
  const place = node.span;
  switch (node.type) {
    case "string":
      return { kind: "scalar", text: textOf(node, rules), isNumber: false, place };
    case "number":
      return { kind: "scalar", text: node.text, isNumber: true, place };
    case "bareword":
      return { kind: "scalar", text: node.text, isNumber: false, place };
    case "array":
      return { kind: "list", items: node.items.map((item) => rawSetting(item, rules)), place };
    case "hash":
      return {
        kind: "hash",
        entries: node.entries.map(({ key, value }) => ({
          // Logstash replaces variables in values only.
          key: key.type === "string" ? (rules.supportEscapes ? readEscapes(key.raw) : key.raw) : key.text,
          value: rawSetting(value, rules),
        })),
        place,
      };
    case "plugin":
      return pluginSetting(node, rules);
  }
}

function pluginSetting(node: PluginNode, rules: TextRules): RawSetting {
  return { kind: "plugin", name: node.name, settings: rawSettings(node.attributes, rules), place: node.nameSpan };
}
