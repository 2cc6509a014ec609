import { dirname, join, resolve } from "node:path";
import type { Node } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText } from "../../diagnostics/source.ts";
import type { ObjectValue } from "../../event/value.ts";
import { readProcessors } from "../events/read-processors.ts";
import type { InputConfig, LoggingConfig, OutputConfig, ShipperConfig } from "./config.ts";
import { findLoops } from "./find-loops.ts";
import { readInput, type Surrounding } from "./read-inputs.ts";
import { readOutput } from "./read-output.ts";
import { type ReadingContext, readSettings, type Settings } from "./settings.ts";
import { TOP_SETTINGS } from "./top-settings.ts";
import { elements, flatten, parseYaml, spanOf, type YamlSetting } from "./yaml-settings.ts";

const MAX_SEGMENT = 64 * 1024 * 1024;

/** Settings whose values are trees or lists of the user's own. */
function isWhole(name: string): boolean {
  return [
    "fields",
    "filebeat.inputs",
    "inputs",
    "processors",
    "filebeat.modules",
    "output.elasticsearch.headers",
  ].includes(name);
}

/**
 * Reads a shipper's configuration, a filebeat.yml; everything wrong goes to `found`, and the result is to be used only when there are no errors.
 * `included`: the files of a pattern of `filebeat.config.inputs`.
 */
export function readShipperConfig(
  source: SourceText,
  found: DiagnosticCollector,
  included: (pattern: string) => readonly SourceText[] = () => [],
): ShipperConfig {
  const root = parseYaml(source, found);
  const folder = dirname(resolve(source.name));
  const context: ReadingContext = {
    source,
    found,
    explained: new Set(),
    variables: { "path.config": folder, "path.home": folder },
    included,
  };
  const settings = flatten(source, root, isWhole);
  const isOutput = ({ name }: YamlSetting): boolean =>
    /^output\.(?:logstash|elasticsearch|file|console)(?:\.|$)/.test(name);
  const isInputs = ({ name }: YamlSetting): boolean => name === "filebeat.inputs" || name === "inputs";
  const top = readSettings(
    settings.filter((setting) => !isOutput(setting) && !isInputs(setting) && setting.name !== "filebeat.modules"),
    TOP_SETTINGS,
    context,
  );
  const surrounding: Surrounding = {
    fields: top.tree<ObjectValue>("fields"),
    fieldsUnderRoot: top.boolean("fields_under_root"),
    tags: top.list("tags"),
  };
  const inputs = readInputs(settings.filter(isInputs), top, surrounding, context);
  const list = settings.find(({ name }) => name === "processors")?.node ?? null;
  const config: ShipperConfig = {
    name: top.optional("name"),
    inputs,
    processors: readProcessors(source, list, found),
    output: readOutput(settings.filter(isOutput), context) as OutputConfig,
    spool: settings.some(({ name }) => name === "queue.disk" || name.startsWith("queue.disk."))
      ? spoolOf(top)
      : undefined,
    lingerMs: top.has("queue.mem.flush.timeout") ? Math.min(1000, top.duration("queue.mem.flush.timeout")) : 50,
    logging: loggingOf(top),
    http: {
      enabled: top.boolean("http.enabled"),
      host: top.text("http.host"),
      from: top.within("http.port", 0, 65_535),
      to: top.number("http.port") + (top.has("http.port") ? 0 : 100),
    },
    dataFolder: top.optional("path.data"),
    registryFlushMs: Math.max(100, top.duration("filebeat.registry.flush")),
    shutdownTimeoutMs: top.has("filebeat.shutdown_timeout") ? top.duration("filebeat.shutdown_timeout") : undefined,
    diskGuard: {
      minFreeBytes: top.number("antler.disk_guard.min_free"),
      releaseDeletedAfterMs: top.duration("antler.release_deleted_after"),
    },
  };
  if (found.errors === 0) findLoops(config, root, context);
  return config;
}

function readInputs(
  lists: readonly YamlSetting[],
  top: Settings,
  surrounding: Surrounding,
  context: ReadingContext,
): InputConfig[] {
  const { found } = context;
  const items: { node: Node; context: ReadingContext }[] = lists.flatMap(({ node }) =>
    elements(node).map((item) => ({ node: item, context })),
  );
  const pattern = top.optional("filebeat.config.inputs.path");
  if (pattern !== undefined && top.boolean("filebeat.config.inputs.enabled")) {
    for (const source of context.included(pattern)) {
      const list = parseYaml(source, found);
      items.push(...elements(list).map((node) => ({ node, context: { ...context, source } })));
    }
  }
  const inputs: InputConfig[] = [];
  let off: Node | undefined;
  items.forEach(({ node, context: own }, i) => {
    const input = readInput(node, i, surrounding, own);
    if (input === "off") off ??= node;
    else if (input !== undefined) inputs.push(input);
  });
  if (inputs.length === 0 && found.errors === 0) {
    if (off !== undefined)
      found.warning(
        "SHIP004",
        "no input is enabled, nothing will be read",
        { ...spanOf(context.source, off), end: spanOf(context.source, off).start + 1 },
        { help: "set enabled: true for this one" },
      );
    else
      found.error("SHIP004", "there is no input", undefined, {
        help: "filebeat.inputs: [{ type: filestream, id: my-logs, paths: [/var/log/*.log] }]",
      });
  }
  const ids = new Set<string>();
  for (const { id } of inputs) {
    if (ids.has(id))
      found.error("SHIP003", `two inputs have the id ${JSON.stringify(id)}`, undefined, {
        help: "give each input an id of its own",
      });
    ids.add(id);
  }
  return inputs;
}

function spoolOf(top: Settings): ShipperConfig["spool"] {
  const maxBytes = top.number("queue.disk.max_size");
  return {
    path: top.optional("queue.disk.path"),
    maxBytes,
    segmentBytes: top.has("queue.disk.segment_size")
      ? top.number("queue.disk.segment_size")
      : Math.min(MAX_SEGMENT, Math.ceil(maxBytes / 10)),
  };
}

function loggingOf(top: Settings): LoggingConfig {
  const level = top.choice("logging.level", ["info", "debug", "warning", "warn", "error", "critical"]);
  const levels = {
    info: "info",
    debug: "debug",
    warning: "warn",
    warn: "warn",
    error: "error",
    critical: "error",
  } as const;
  const logs = top.optional("path.logs");
  const data = top.optional("path.data");
  return {
    level: levels[level],
    files: top.boolean("logging.to_files")
      ? {
          path: top.optional("logging.files.path") ?? logs ?? (data === undefined ? undefined : join(data, "logs")),
          name: top.text("logging.files.name"),
          rotateEveryBytes: top.number("logging.files.rotateeverybytes"),
          keep: top.within("logging.files.keepfiles", 1, 1024),
        }
      : undefined,
  };
}
