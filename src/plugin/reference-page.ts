import type { Plugin, PluginExample } from "./definitions.ts";
import type { Option, Options } from "./options.ts";

/** Why a page must not be edited, at its beginning. */
const GENERATED = "<!-- Made from the plugin's definition by `npm run docs`; change it there. -->";

/** The page of one plugin (Markdown). `common`: the options that all plugins of its kind have. */
export function referencePage(plugin: Plugin, common: Options): string {
  const own = Object.keys(plugin.options);
  const shared = Object.fromEntries(Object.entries(common).filter(([name]) => !own.includes(name)));
  const parts = [GENERATED, `# ${plugin.name} ${plugin.kind}`, plugin.summary, "## Options"];
  parts.push(own.length === 0 ? "It has no options of its own." : optionTable(plugin.options));
  if (Object.keys(shared).length > 0) parts.push(`## Options of every ${plugin.kind}`, optionTable(shared));
  if (plugin.differs !== undefined)
    parts.push("## Different from Logstash's", plugin.differs.map((sentence) => `- ${sentence}`).join("\n"));
  parts.push("## Examples", ...plugin.examples.map((example) => exampleText(plugin, example)));
  return `${parts.join("\n\n")}\n`;
}

/** The list of all plugins (Markdown), with links to `<kind>s/<name>.md`. */
export function referenceIndex(plugins: readonly Plugin[]): string {
  const kinds = [...new Set(plugins.map(({ kind }) => kind))];
  const sections = kinds.map((kind) => {
    const lines = plugins
      .filter((plugin) => plugin.kind === kind)
      .map(({ name, summary }) => `- [${name}](${kind}s/${name}.md): ${summary}`);
    return `## ${capital(kind)}s\n\n${lines.join("\n")}`;
  });
  const errors = "[Errors and warnings](errors.md) explains every code of `antler check`.";
  return `${[GENERATED.replace("the plugin's definition", "the definitions"), "# Reference", errors, ...sections].join("\n\n")}\n`;
}

function optionTable(options: Options): string {
  const rows = Object.entries(options).map(
    ([name, option]) => `| \`${name}\` | ${typeOf(option)} | ${defaultOf(option)} | ${descriptionOf(option)} |`,
  );
  return ["| Option | Type | Default | |", "|---|---|---|---|", ...rows].join("\n");
}

export function typeOf(option: Option): string {
  if (option.kind === "any") return "string, list or hash";
  const kind = option.kind.replaceAll("_", " ");
  return option.many === true ? `${kind}, or a list of them` : kind;
}

function defaultOf(option: Option): string {
  if (option.required === true) return "required";
  return option.default === undefined ? "" : `\`${cell(literal(option.default))}\``;
}

/** A default as it would stand in a configuration. */
export function literal(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if ("name" in value && "options" in value) return String(value.name);
  const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)} => ${literal(item)}`);
  return entries.length === 0 ? "{ }" : `{ ${entries.join(" ")} }`;
}

function descriptionOf(option: Option): string {
  return cell(optionFacts(option, (name) => `**${name}:**`).join(". "));
}

/** What is to be said of an option, a fragment each; `heading` renders a word that stands out. */
export function optionFacts(option: Option, heading: (name: string) => string): string[] {
  const parts = [option.description];
  if (option.choices !== undefined) parts.push(`One of ${option.choices.map((one) => `\`${one}\``).join(", ")}`);
  if (option.range !== undefined) parts.push(rangeText(option.range));
  if (option.deprecated !== undefined) parts.push(`${heading("Deprecated")} ${option.deprecated}`);
  if (option.ignored !== undefined) parts.push(`${heading("Without effect")} ${option.ignored}`);
  if (option.obsolete !== undefined) parts.push(`${heading("Not supported")} ${option.obsolete}`);
  return parts;
}

function rangeText([least, most]: readonly [number, number]): string {
  return most >= Number.MAX_SAFE_INTEGER ? `At least ${least}` : `${least} to ${most}`;
}

/** Text that does not break a table. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function exampleText(plugin: Plugin, example: PluginExample): string {
  const { title, config, given, expect } = example;
  const parts = [`### ${title}`, fence("ruby", exampleSetting(plugin, config))];
  if (given !== undefined)
    parts.push("In:", typeof given === "string" ? fence("text", given.replace(/\n$/, "")) : json(given));
  if (expect !== undefined) parts.push(...outcome(expect));
  return parts.join("\n\n");
}

/** An example as it stands in a `.conf`. */
export function exampleSetting(plugin: Plugin, config: string): string {
  return plugin.kind === "codec" ? `codec => ${config}` : `${plugin.kind} {\n  ${config.replaceAll("\n", "\n  ")}\n}`;
}

function outcome(expect: NonNullable<PluginExample["expect"]>): string[] {
  if (expect === "dropped") return ["Out: nothing, the event is dropped."];
  return ["Out:", typeof expect === "string" ? fence("text", expect.replace(/\n$/, "")) : json(expect)];
}

function json(value: unknown): string {
  return fence("json", JSON.stringify(value, undefined, 2));
}

/** A fence that is longer than any in the text. */
function fence(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  return `${ticks}${language}\n${text}\n${ticks}`;
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
