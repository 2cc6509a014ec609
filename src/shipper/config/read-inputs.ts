import { isMap, type Node, type YAMLMap } from "yaml";
import type { ObjectValue } from "../../event/value.ts";
import { readProcessors } from "../events/read-processors.ts";
import type { CommonInput, InputConfig, ParserConfig } from "./config.ts";
import {
  FILE_SETTINGS,
  JOURNALD_SETTINGS,
  LISTEN_SETTINGS,
  METRICSETS,
  STDIN_SETTINGS,
  SYSLOG_SETTINGS,
  SYSTEM_SETTINGS,
} from "./input-settings.ts";
import { readFileInput } from "./read-file-input.ts";
import { readListenInput } from "./read-listen-input.ts";
import { readParsers } from "./read-parsers.ts";
import { type ReadingContext, readSettings, type Settings, type SettingTable } from "./settings.ts";
import { flatten, spanOf } from "./yaml-settings.ts";

/** What the top of the file says about every input. */
export interface Surrounding {
  readonly fields: ObjectValue;
  readonly fieldsUnderRoot: boolean;
  readonly tags: readonly string[];
}

const TABLES: Readonly<Record<string, SettingTable>> = {
  filestream: FILE_SETTINGS,
  log: FILE_SETTINGS,
  container: FILE_SETTINGS,
  journald: JOURNALD_SETTINGS,
  syslog: SYSLOG_SETTINGS,
  tcp: LISTEN_SETTINGS,
  udp: LISTEN_SETTINGS,
  stdin: STDIN_SETTINGS,
  system: SYSTEM_SETTINGS,
};

/** Names in an input whose values are the user's own trees, or lists of such. */
const isWholeHere = (name: string): boolean => ["fields", "processors", "parsers"].includes(name);

/** One element of the list of inputs; undefined when it is not enabled or wrong. */
export function readInput(
  item: Node,
  index: number,
  surrounding: Surrounding,
  context: ReadingContext,
): InputConfig | "off" | undefined {
  const { source, found } = context;
  const at = spanOf(source, item);
  if (!isMap(item)) {
    found.error("SHIP003", "an input is a list entry with names and values", at);
    return undefined;
  }
  const type = String(item.get("type") ?? "filestream");
  const table = Object.hasOwn(TABLES, type) ? TABLES[type] : undefined;
  if (table === undefined) {
    if (item.get("enabled") === false) return "off";
    const node = item.get("type", true) as Node;
    found.error("SHIP003", `there is no input of type "${type}"`, spanOf(source, node), {
      help: `${Object.keys(TABLES).join(", ")} are there`,
    });
    return undefined;
  }
  const settings = readSettings(flatten(source, item, isWholeHere), table, context);
  if (!settings.boolean("enabled")) return "off";
  const common = commonOf(type, item, index, settings, surrounding, context);
  switch (type) {
    case "journald":
      for (const facility of settings.list("facilities"))
        if (!/^(?:1?\d|2[0-3])$/.test(facility))
          found.error("SHIP003", `"${facility}" is no facility`, settings.span("facilities"), { help: "0 to 23" });
      return {
        ...common,
        kind: "journald",
        paths: settings.list("paths"),
        seek: settings.choice("seek", ["head", "tail", "since", "cursor"]).replace("cursor", "head") as "head",
        sinceMs: Math.abs(settings.number("since")),
        units: settings.list("units"),
        identifiers: settings.list("syslog_identifiers"),
        transports: settings.list("transports"),
        facilities: settings.list("facilities").map(Number),
        matches: settings.list("include_matches"),
      };
    case "syslog":
    case "tcp":
    case "udp":
      return readListenInput(type, common, settings, at, context);
    case "stdin":
      return {
        ...common,
        kind: "stdin",
        parsers: lineParsers(item, context),
        encoding: settings.text("encoding"),
        messageMaxBytes: settings.within("message_max_bytes", 1, 2 ** 30),
      };
    case "system": {
      const metricsets = settings.has("metricsets") ? settings.list("metricsets") : METRICSETS;
      for (const name of metricsets)
        if (!METRICSETS.includes(name))
          found.error("SHIP003", `there is no metricset "${name}"`, settings.span("metricsets"), {
            help: `${METRICSETS.join(", ")} are there`,
          });
      return {
        ...common,
        kind: "system",
        metricsets,
        periodMs: Math.max(1000, settings.duration("period")),
        topProcesses: settings.number("process.include_top_n"),
      };
    }
    default:
      return readFileInput(type, common, item, settings, context);
  }
}

/** Parsers of standard input, where each line is an event. */
function lineParsers(item: YAMLMap, context: ReadingContext): ParserConfig[] {
  const parsers = readParsers(item, context);
  for (const { kind } of parsers)
    if (kind === "multiline" || kind === "container")
      context.found.error(
        "SHIP003",
        `standard input has no ${kind} parser: each of its lines is an event`,
        spanOf(context.source, item.get("parsers", true) as Node),
        { help: "write it to a file, and read that with type: filestream" },
      );
  return parsers;
}

function commonOf(
  type: string,
  item: Node,
  index: number,
  settings: Settings,
  surrounding: Surrounding,
  context: ReadingContext,
): CommonInput {
  const stream = ["type", "dataset", "namespace"].flatMap((name) => {
    const value = settings.optional(`data_stream.${name}`);
    return value === undefined ? [] : [[name, value] as const];
  });
  const list = isMap(item) ? ((item.get("processors", true) as Node | undefined) ?? null) : null;
  const underRoot = settings.has("fields_under_root")
    ? settings.boolean("fields_under_root")
    : surrounding.fieldsUnderRoot;
  return {
    id: settings.has("id") ? settings.text("id") : `${type}-${index + 1}`,
    type,
    fields: { ...surrounding.fields, ...settings.tree<ObjectValue>("fields") },
    fieldsUnderRoot: underRoot,
    tags: [...surrounding.tags, ...settings.list("tags")],
    dataStream: stream.length === 0 ? undefined : Object.fromEntries(stream),
    pipeline: settings.optional("pipeline"),
    index: settings.optional("index"),
    processors: readProcessors(context.source, list, context.found),
    includeLines: settings.regexps("include_lines"),
    excludeLines: settings.regexps("exclude_lines"),
    parsers: [],
  };
}
