import type { ParserConfig } from "../../config/config.ts";
import type { ShipperEvent } from "../event.ts";
import { containerParser } from "./container.ts";
import { includeMessage } from "./include-message.ts";
import { ndjsonParser } from "./ndjson.ts";
import { syslogParser } from "./syslog.ts";

/** What a parser works on: the text so far, and the event that it fills. */
export interface ParsedLine {
  /** undefined: there is no text any more, its fields are in the event. */
  message: string | undefined;
  /** The line goes on in the next: nothing stands between them. */
  partial: boolean;
  readonly event: ShipperEvent;
}

/** False: the event is not wanted. */
export type Parser = (line: ParsedLine) => boolean;

/** Decodes a record's text into the event; false: it is not wanted. */
export type EventDecoder = (text: string, event: ShipperEvent) => boolean;

/** The decoder of a list of parsers; undefined where framing has done all there is. `now`: epoch milliseconds, for times without a year. */
export function compileParsers(parsers: readonly ParserConfig[], now: () => number): EventDecoder | undefined {
  const at = parsers.findIndex(({ kind }) => kind === "multiline");
  const multiline = parsers[at];
  const before = parsers.slice(0, Math.max(at, 0)).map((parser) => parserOf(parser, now));
  const after = parsers.slice(at + 1).map((parser) => parserOf(parser, now));
  const container = at < 0 && parsers.some(({ kind }) => kind === "container");
  if (before.length === 0 && !container)
    return after.length === 0 ? undefined : (text, event) => runAll(after, text, event);
  const separator = multiline?.kind === "multiline" && multiline.options.skipNewline === true ? "" : "\n";
  const [perLine, whole] = container ? splitAtContainer(parsers, after) : [before, after];
  return (text, event) => {
    const joined = joinLines(text, perLine, event, separator);
    return joined !== undefined && runAll(whole, joined, event);
  };
}

/** What multiline looks at in a line: what the parsers before it make of it, but for the container's. undefined: the line itself. */
export function lineTextOf(
  configs: readonly ParserConfig[],
  now: () => number,
): ((line: string) => string) | undefined {
  const at = configs.findIndex(({ kind }) => kind === "multiline");
  const before = configs.slice(0, Math.max(at, 0)).filter(({ kind }) => kind !== "container");
  if (before.length === 0) return undefined;
  const parsers = before.map((parser) => parserOf(parser, now));
  return (text) => {
    const line: ParsedLine = { message: text, partial: false, event: { timestamp: "", fields: {}, metadata: {} } };
    for (const parse of parsers) parse(line);
    return line.message ?? "";
  };
}

/** Without multiline only the container format has records of several lines: what comes behind sees the joined text. */
function splitAtContainer(configs: readonly ParserConfig[], parsers: Parser[]): [Parser[], Parser[]] {
  const end = configs.findIndex(({ kind }) => kind === "container") + 1;
  return [parsers.slice(0, end), parsers.slice(end)];
}

/** The record's raw lines are read one by one and their texts joined; fields and time are the first line's. undefined: not wanted. */
function joinLines(
  text: string,
  parsers: readonly Parser[],
  event: ShipperEvent,
  separator: string,
): string | undefined {
  let joined = "";
  let first = true;
  let partial = true;
  for (const raw of text.split("\n")) {
    const own = first ? event : { timestamp: "", fields: {}, metadata: {} };
    const line: ParsedLine = { message: raw, partial: false, event: own };
    const wanted = parsers.every((parse) => parse(line));
    if (!wanted) {
      if (first) return undefined;
      continue;
    }
    joined += (partial || first ? "" : separator) + (line.message ?? "");
    partial = line.partial;
    first = false;
  }
  return joined;
}

function runAll(parsers: readonly Parser[], text: string, event: ShipperEvent): boolean {
  const line: ParsedLine = { message: text, partial: false, event };
  for (const parse of parsers) if (!parse(line)) return false;
  if (line.message !== undefined) event.fields["message"] = line.message;
  return true;
}

function parserOf(parser: ParserConfig, now: () => number): Parser {
  switch (parser.kind) {
    case "ndjson":
      return ndjsonParser(parser);
    case "container":
      return containerParser(parser);
    case "syslog":
      return syslogParser(parser, now);
    case "include_message":
      return includeMessage(parser.patterns);
    case "multiline":
      return () => true;
  }
}
