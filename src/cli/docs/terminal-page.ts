import type { Plugin, PluginExample } from "../../plugin/definitions.ts";
import type { Option, Options } from "../../plugin/options.ts";
import { exampleSetting, literal, optionFacts, typeOf } from "../../plugin/reference-page.ts";

/** How a page is set: width in columns, and how headings and names stand out. */
export interface PageStyle {
  readonly columns: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const INDENT = "  ";

/** The page of one plugin for a terminal. `common`: the options that all plugins of its kind have. */
export function terminalPage(plugin: Plugin, common: Options, style: PageStyle): string {
  const own = Object.entries(plugin.options);
  const shared = Object.entries(common).filter(([name]) => !Object.hasOwn(plugin.options, name));
  const lines = [style.bold(`${plugin.kind} ${plugin.name}`), ...wrapped(plugin.summary, "", style), ""];
  lines.push(style.bold("Options"));
  if (own.length === 0) lines.push(`${INDENT}It has none of its own.`);
  lines.push(...own.flatMap(([name, option]) => optionLines(name, option, style)));
  if (shared.length > 0) {
    lines.push("", style.bold(`Options of every ${plugin.kind}`));
    lines.push(...shared.flatMap(([name, option]) => optionLines(name, option, style)));
  }
  if (plugin.differs !== undefined) {
    lines.push("", style.bold("Different from Logstash's"));
    lines.push(...plugin.differs.flatMap((sentence) => wrapped(sentence, INDENT, style)));
  }
  lines.push("", style.bold("Examples"), ...plugin.examples.flatMap((example) => exampleLines(plugin, example)));
  return `${lines.join("\n")}\n`;
}

function optionLines(name: string, option: Option, style: PageStyle): string[] {
  const facts = [typeOf(option)];
  if (option.required === true) facts.push("required");
  else if (option.default !== undefined) facts.push(`default ${literal(option.default)}`);
  const description = optionFacts(option, (word) => `${word}:`).join(". ");
  const [head = "", ...rest] = wrapped(facts.join(", "), INDENT.repeat(2), style, name.length + INDENT.length + 2);
  return [
    `${INDENT}${style.bold(name)}  ${style.dim(head.trimStart())}`,
    ...rest.map(style.dim),
    ...wrapped(description, INDENT.repeat(2), style),
  ];
}

function exampleLines(plugin: Plugin, { title, config, given, expect }: PluginExample): string[] {
  const shown = (text: string): string[] => text.split("\n").map((line) => `${INDENT.repeat(2)}${line}`);
  const value = (one: unknown): string => (typeof one === "string" ? one : JSON.stringify(one, undefined, 2));
  const lines = [`${INDENT}${title}`, ...shown(exampleSetting(plugin, config))];
  if (given !== undefined) lines.push(`${INDENT}in:`, ...shown(value(given).trimEnd()));
  if (expect !== undefined) lines.push(`${INDENT}out:`, ...shown(value(expect).trimEnd()));
  return [...lines, ""];
}

/** Words in lines of the page's width; the first line has `used` columns less. */
export function wrapped(text: string, indent: string, style: PageStyle, used: number = indent.length): string[] {
  const lines: string[] = [];
  let line = "";
  let room = style.columns - used;
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(`${indent}${line}`);
      line = word;
      room = style.columns - indent.length;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, `${indent}${line}`];
}
