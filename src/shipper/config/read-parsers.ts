import { isMap, isSeq, type Node } from "yaml";
import { MULTILINE_TYPES, type MultilineOptions } from "../../tail/options.ts";
import type { ParserConfig } from "./config.ts";
import { PARSER_SETTINGS } from "./input-settings.ts";
import { readRegexp } from "./read-regexp.ts";
import { type ReadingContext, readSettings, type Settings } from "./settings.ts";
import { elements, flatten, spanOf } from "./yaml-settings.ts";

const NAMES = ["multiline", "ndjson", "container", "syslog", "include_message"] as const;

/** `parsers:` of filestream. */
export function readParsers(item: Node, context: ReadingContext): ParserConfig[] {
  const list = isMap(item) ? (item.get("parsers", true) as Node | undefined) : undefined;
  return (isSeq(list) ? elements(list) : []).flatMap((node) => {
    const keys = isMap(node) ? node.items.map(({ key }) => String(key).split(".")[0]) : [];
    const name = NAMES.find((known) => keys.includes(known));
    if (name === undefined) {
      context.found.error("SHIP002", "this parser is not known", spanOf(context.source, node), {
        help: `${NAMES.join(", ")} are`,
      });
      return [];
    }
    const settings = readSettings(
      flatten(context.source, node, () => false),
      PARSER_SETTINGS,
      context,
      "parsers.",
    );
    const parser = parserOf(name, settings, node, context);
    return parser === undefined ? [] : [parser];
  });
}

function parserOf(
  name: (typeof NAMES)[number],
  settings: Settings,
  node: Node,
  context: ReadingContext,
): ParserConfig | undefined {
  switch (name) {
    case "multiline": {
      const options = readMultiline(settings, node, context);
      return options === undefined ? undefined : { kind: "multiline", options };
    }
    case "ndjson":
      return ndjson(settings, "ndjson");
    case "container":
      return containerParser(settings, "container.");
    case "syslog":
      return {
        kind: "syslog",
        format: settings.choice("syslog.format", ["auto", "rfc3164", "rfc5424"]),
        timezone: settings.text("syslog.timezone"),
        logErrors: settings.boolean("syslog.log_errors"),
        addErrorKey: settings.boolean("syslog.add_error_key"),
      };
    case "include_message": {
      const patterns = settings.regexps("include_message.patterns");
      return { kind: "include_message", patterns };
    }
  }
}

/** `ndjson` of filestream, `json` of the log input. */
export function ndjson(settings: Settings, prefix: "ndjson" | "json"): ParserConfig {
  // filestream's go to the top unless a target is given, the log input's below `json` unless they are wanted at the top.
  const usual = prefix === "ndjson" || settings.boolean("json.keys_under_root") ? "" : undefined;
  const target = prefix === "ndjson" && settings.has("ndjson.target") ? settings.text("ndjson.target") : usual;
  return {
    kind: "ndjson",
    target,
    overwriteKeys: settings.boolean(`${prefix}.overwrite_keys`),
    expandKeys: settings.boolean(`${prefix}.expand_keys`),
    addErrorKey: settings.boolean(`${prefix}.add_error_key`),
    messageKey: settings.optional(`${prefix}.message_key`),
    documentId: settings.optional(`${prefix}.document_id`),
    ignoreDecodingError: settings.boolean(`${prefix}.ignore_decoding_error`),
  };
}

/** The parser `container`, or the input of that type. */
export function containerParser(settings: Settings, prefix: string): ParserConfig {
  return {
    kind: "container",
    stream: settings.choice(`${prefix}stream`, ["all", "stdout", "stderr"]),
    format: settings.choice(`${prefix}format`, ["auto", "docker", "cri"]),
  };
}

/** `multiline.*`; undefined, with an error, where a pattern is missing. */
export function readMultiline(settings: Settings, node: Node, context: ReadingContext): MultilineOptions | undefined {
  const { found, source } = context;
  const type = settings.choice("multiline.type", MULTILINE_TYPES);
  const match = settings.choice("multiline.match", ["after", "before"]);
  const pattern = regexpOf("multiline.pattern", settings, context);
  const flushPattern = regexpOf("multiline.flush_pattern", settings, context);
  if (!settings.has("multiline.pattern") && (type === "pattern" || type === "while_pattern")) {
    found.error("SHIP004", "multiline needs a pattern", spanOf(source, node), {
      help: "multiline.pattern, or multiline.type: stacktrace",
    });
    return undefined;
  }
  return {
    type,
    ...(pattern === undefined ? {} : { pattern }),
    negate: settings.boolean("multiline.negate"),
    match,
    ...(flushPattern === undefined ? {} : { flushPattern }),
    countLines: settings.number("multiline.count_lines"),
    maxLines: settings.number("multiline.max_lines"),
    timeoutMs: settings.duration("multiline.timeout"),
    skipNewline: settings.boolean("multiline.skip_newline"),
  };
}

function regexpOf(name: string, settings: Settings, { found }: ReadingContext): RegExp | undefined {
  return settings.has(name) ? readRegexp(settings.text(name), settings.span(name), found) : undefined;
}
