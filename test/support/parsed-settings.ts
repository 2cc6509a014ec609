import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import type { Span } from "../../src/diagnostics/source.ts";
import { parseConfiguration } from "../../src/language/conf-parser.ts";
import { rawSettings } from "../../src/pipeline/compile/raw-settings.ts";
import type { NamedSetting } from "../../src/plugin/settings.ts";

/** Settings as they stand between a plugin's braces; `place` is the plugin's name. */
export function parsedSettings(text: string): { settings: NamedSetting[]; place: Span } {
  const found = new DiagnosticCollector();
  const configuration = parseConfiguration([{ name: "test.conf", text: `filter { sample { ${text} } }` }], found);
  const plugin = configuration.sections[0]?.statements[0];
  if (plugin?.type !== "plugin" || found.errors > 0) throw new Error(`cannot parse ${text}`);
  const rules = { supportEscapes: false, environment: {}, hostProblem: "error", found } as const;
  return { settings: rawSettings(plugin.attributes, rules), place: plugin.nameSpan };
}

/** The text at a place. */
export function textAt(place: object | undefined): string {
  const { source, start, end } = place as Span;
  return source.text.slice(start, end);
}
