import { styleText } from "node:util";
import { CATALOGUE, type DiagnosticCode } from "../../diagnostics/catalogue.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { COMMON_OPTIONS } from "../../pipeline/compile/common-options.ts";
import { PLUGINS } from "../../pipeline/plugins.ts";
import type { Plugin } from "../../plugin/definitions.ts";
import { type PageStyle, terminalPage, wrapped } from "../docs/terminal-page.ts";
import { EXIT_USAGE } from "../exit-codes.ts";

const KINDS: readonly Plugin["kind"][] = ["input", "filter", "output", "codec"];

/** Where pages go; a terminal's width and colours are used when it is one. */
export interface DocsOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** `antler docs [topic]`: the page of a plugin or an error code, or the list of all. The exit code. */
export function runDocsCommand(
  topic: string | undefined,
  out: DocsOutput = process.stdout,
  complain: (text: string) => unknown = (text) => process.stderr.write(text),
): number {
  const style = styleOf(out);
  if (topic === undefined) {
    out.write(overview(style));
    return 0;
  }
  const code = topic.toUpperCase();
  if (Object.hasOwn(CATALOGUE, code)) {
    const { title, text, example } = CATALOGUE[code as DiagnosticCode];
    const shown = example.replaceAll(/^/gm, "  ");
    out.write(`${style.bold(`${code}: ${title}`)}\n${wrapped(text, "", style).join("\n")}\n\nFor example:\n${shown}\n`);
    return 0;
  }
  const found = pluginsOf(topic);
  if (found.length === 0) {
    const names = PLUGINS.flatMap(({ kind, name }) => [name, `${kind}/${name}`]);
    const meant = suggest(topic, names);
    complain(
      `antler docs: there is no page ${JSON.stringify(topic)}${meant === undefined ? "" : `; did you mean "${meant}"?`}\n` +
        "antler docs lists all pages.\n",
    );
    return EXIT_USAGE;
  }
  out.write(found.map((plugin) => terminalPage(plugin, COMMON_OPTIONS[plugin.kind], style)).join("\n"));
  return 0;
}

/** `filter/grok`, `filters/grok`, `filter grok`'s name alone: every plugin of that name. */
function pluginsOf(topic: string): Plugin[] {
  const [kind, name] = topic.includes("/") ? topic.split("/", 2) : [undefined, topic];
  return PLUGINS.filter(
    (plugin) => plugin.name === name && (kind === undefined || kind === plugin.kind || kind === `${plugin.kind}s`),
  );
}

function overview(style: PageStyle): string {
  const lists = KINDS.map((kind) => {
    const plugins = PLUGINS.filter((plugin) => plugin.kind === kind);
    const width = Math.max(...plugins.map(({ name }) => name.length));
    const lines = plugins.map(
      ({ name, summary }) => `  ${style.bold(name)}${" ".repeat(width - name.length)}  ${summary}`,
    );
    return `${style.bold(`${kind}s`)}\n${lines.join("\n")}\n`;
  });
  return `${lists.join("\n")}\nantler docs filter/grok shows a page, antler docs CONF012 explains an error.\n`;
}

function styleOf(out: DocsOutput): PageStyle {
  const colours = out.isTTY === true && process.env["NO_COLOR"] === undefined;
  return {
    columns: Math.min(120, Math.max(40, out.columns ?? 100)),
    bold: (text) => (colours ? styleText("bold", text) : text),
    dim: (text) => (colours ? styleText("dim", text) : text),
  };
}
