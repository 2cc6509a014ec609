import { absentPlugins } from "../src/pipeline/compile/absent-plugins.ts";
import { PLUGINS } from "../src/pipeline/plugins.ts";
import type { Plugin } from "../src/plugin/definitions.ts";
import type { Options } from "../src/plugin/options.ts";
import { KNOWN_FAILURES } from "./known-failures.ts";

type Verdict = "same" | "differs" | "not there";

/** Features of the language and of running it: what, whether it is the same, and how it differs. */
const FEATURES: readonly (readonly [feature: string, verdict: Verdict, how: string])[] = [
  ["sections, plugins, attributes, comments", "same", ""],
  ["plugin names, option names and values as barewords or texts", "same", ""],
  ["`if`, `else if`, `else`, nested", "same", ""],
  ["`== != < > <= >= =~ !~ in`, `not in`", "same", ""],
  [
    "`and or xor nand not !`",
    "differs",
    "`xor` and `nand` beside other operators without brackets: Logstash refuses them, Antler reads them from left to right",
  ],
  ["field references, nested, of arrays, `[@metadata]`", "same", ""],
  ["`%{field}`, `%{[a][b]}`, `%{+joda}`, `%{{java}}`, `%{{TIME_NOW}}`, `%{+%s}`", "same", ""],
  [
    "a comparison that cannot be made",
    "differs",
    "the event goes to the dead letters with the reason; Logstash's pipeline stops, unless its dead letter queue is on",
  ],
  ["`config.support_escapes`", "same", ""],
  [
    "`${VAR}`, `${VAR:default}`",
    "differs",
    "`check` warns of a variable without value, a start refuses it; the keystore is not read",
  ],
  ["several files of a folder, in the order of their names, as one pipeline", "same", ""],
  [
    "`pipelines.yml`, `logstash.yml`",
    "differs",
    "what has no meaning here is named; paths in pipelines.yml are relative to its folder",
  ],
  [
    "`pipeline` inputs and outputs",
    "differs",
    "no queue stands between them: events move on within the worker, and are acknowledged when they have arrived behind the last",
  ],
  ["`pipeline.workers`, `pipeline.batch.size`", "differs", "for all pipelines of the process together"],
  ["`pipeline.ordered`", "same", ""],
  [
    "persistent queue",
    "differs",
    "[every batch is fsynced before its sender hears of it](queue.md); its own format; `queue.checkpoint.acks` is 0 by default; `queue.compression` is not there",
  ],
  [
    "dead letter queue",
    "differs",
    "on by default, for every stage, in a format of its own; when it is full batches with dead letters wait (Logstash drops the newer); `antler dlq replay` puts events back",
  ],
  ["reload without a restart", "not there", "planned; a restart takes under a second"],
  ["`ecs_compatibility`", "same", "`v8` is the default"],
  ["common options `id add_field add_tag remove_field remove_tag`", "same", ""],
  ["`enable_metric`", "differs", "counters are always kept"],
  [
    "plugins in Ruby gems, `logstash-plugin install`",
    "not there",
    "a ruby or javascript filter does what a small plugin did",
  ],
  [
    "filters with state (aggregate, throttle, metrics, ruby with `@x`)",
    "differs",
    "their pipeline runs on one worker, in order, by itself; Logstash needs `pipeline.workers: 1`",
  ],
  [
    "a filter that takes too long",
    "differs",
    "each event has a second at most, whatever the filter: it is tagged and goes on; Logstash waits, but for grok and kv with `timeout_millis`",
  ],
  [
    "numbers",
    "differs",
    "whole numbers beyond 2^53 lose digits; 1.0 in JSON is 1, while what a filter converts to float stays a float (1.0)",
  ],
  ["time zone data, names of months", "differs", "Node.js's (ICU) in place of Java's"],
];

/** docs/compatibility.md (Markdown). */
export function compatibilityPage(): string {
  return [
    "<!-- Made by `npm run docs` from the plugins' definitions, src/pipeline/compile/absent-plugins.ts and scripts/compatibility-page.ts. -->",
    "# What runs here of Logstash, and how it differs",
    [
      "Configurations of Logstash 8 run as they are, where these tables say *same*. `antler check` names every line that cannot run.",
      "Options have the names and defaults of Logstash's; those without effect here are accepted with a warning that says why (each plugin's page lists them).",
    ].join("\n"),
    "## The language, and running it",
    table(["feature", "", "how it differs"], FEATURES),
    ...(["input", "filter", "output", "codec"] as const).flatMap(pluginTables),
    "## Cases of the peers' own suites that fail",
    [
      "`npm run conformance` runs the test cases of Logstash's filters and of its pattern library, of Beats and of the dissect specification, where they lie",
      "beside the checkout. These do not pass:",
    ].join("\n"),
    table(
      ["case", "why"],
      Object.entries(KNOWN_FAILURES).map(([id, why]) => [`\`${id}\``, why] as const),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

function pluginTables(kind: Plugin["kind"]): string[] {
  const present = PLUGINS.filter((plugin) => plugin.kind === kind).map((plugin): [string, string, string] => {
    const name = `[${plugin.name}](reference/${kind}s/${plugin.name}.md)`;
    if (plugin.antlerOnly === true) return [name, "Antler's own", plugin.summary];
    const how = [...(plugin.differs ?? []), ...refused(plugin.options)];
    return [name, how.length === 0 ? "same" : "differs", how.join(" ")];
  });
  const absent = absentPlugins(kind).map(([name, instead]): [string, string, string] => [
    name,
    "not there",
    `${instead.slice(0, 1).toUpperCase()}${instead.slice(1)}.`,
  ]);
  return [`## ${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}s`, table([kind, "", ""], [...present, ...absent])];
}

/** Options that are refused here and not in Logstash. */
function refused(options: Options): string[] {
  const names = Object.keys(options).filter((name) => {
    const { obsolete } = options[name] ?? {};
    return obsolete !== undefined && !obsolete.startsWith("removed in Logstash too");
  });
  return names.length === 0 ? [] : [`Refused, with the way out: ${names.map((name) => `\`${name}\``).join(", ")}.`];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}
