import type { Node } from "yaml";
import type { CommonInput, FileInput, ParserConfig } from "./config.ts";
import { containerParser, ndjson, readMultiline, readParsers } from "./read-parsers.ts";
import type { ReadingContext, Settings } from "./settings.ts";
import { spanOf } from "./yaml-settings.ts";

/** filestream, and the older inputs `log` and `container`. */
export function readFileInput(
  type: string,
  common: CommonInput,
  item: Node,
  settings: Settings,
  context: ReadingContext,
): FileInput {
  const { found, source } = context;
  const paths = settings.list("paths");
  const at = spanOf(source, item);
  if (paths.length === 0) found.error("SHIP004", "an input needs paths", { ...at, end: at.start + 1 });
  for (const path of paths)
    if (!/^(?:\/|[A-Za-z]:[\\/])/.test(path))
      found.error("SHIP003", `${JSON.stringify(path)} is not an absolute path`, settings.span("paths"));
  const [clean, older] = [settings.duration("clean_inactive"), settings.duration("ignore_older")];
  if (clean > 0 && (older === 0 || clean <= older + settings.duration("prospector.scanner.check_interval")))
    found.error(
      "SHIP003",
      "clean_inactive must be longer than ignore_older and check_interval together",
      settings.span("clean_inactive"),
      {
        help: "else files that are still there would be read again from their beginning",
      },
    );
  const inactive = settings.optional("ignore_inactive");
  if (inactive !== undefined) settings.choice("ignore_inactive", ["since_first_start", "since_last_start"]);
  return {
    ...common,
    kind: "file",
    type: type === "container" ? "container" : type,
    parsers: [...olderParsers(type, item, settings, context), ...readParsers(item, context)],
    paths,
    excludeFiles: settings.regexps("prospector.scanner.exclude_files"),
    includeFiles: settings.regexps("prospector.scanner.include_files"),
    symlinks: settings.boolean("prospector.scanner.symlinks"),
    recursiveGlob: settings.boolean("prospector.scanner.recursive_glob"),
    encoding: settings.text("encoding"),
    compression: settings.choice("compression", ["auto", "gzip", "none"]),
    ignoreOlderMs: settings.duration("ignore_older"),
    ignoreInactive: inactive as FileInput["ignoreInactive"],
    readFrom: settings.boolean("tail_files") ? "end" : "beginning",
    closeInactiveMs: settings.duration("close.on_state_change.inactive"),
    closeRemoved: settings.boolean("close.on_state_change.removed"),
    closeRenamed: settings.boolean("close.on_state_change.renamed"),
    closeOnEof: settings.boolean("close.reader.on_eof"),
    closeAfterMs: settings.duration("close.reader.after_interval"),
    cleanInactiveMs: settings.duration("clean_inactive"),
    cleanRemoved: settings.boolean("clean_removed"),
    harvesterLimit: settings.number("harvester_limit"),
    bufferBytes: settings.number("buffer_size"),
    messageMaxBytes: settings.within("message_max_bytes", 1, 2 ** 30),
    scanMs: Math.max(100, settings.duration("prospector.scanner.check_interval")),
    backoffInitMs: Math.max(10, settings.duration("backoff.init")),
    backoffMaxMs: Math.max(10, settings.duration("backoff.max")),
  };
}

/** What the log input has as settings: container, then json, then multiline, as it applies them. */
function olderParsers(type: string, item: Node, settings: Settings, context: ReadingContext): ParserConfig[] {
  const parsers: ParserConfig[] = [];
  if (type === "container") parsers.push(containerParser(settings, ""));
  const json = ["keys_under_root", "overwrite_keys", "expand_keys", "add_error_key", "message_key", "document_id"];
  if (json.some((name) => settings.has(`json.${name}`))) parsers.push(ndjson(settings, "json"));
  if (settings.has("multiline.pattern") || settings.has("multiline.type")) {
    const options = readMultiline(settings, item, context);
    if (options !== undefined) parsers.push({ kind: "multiline", options });
  }
  return parsers;
}
