import { FLAG_MULTILINE, FLAG_TRUNCATED } from "../../event/record-batch.ts";
import { expandPattern } from "../../language/grok/expand.ts";
import { GrokLibrary } from "../../language/grok/library.ts";
import { translateOniguruma } from "../../language/oniguruma.ts";
import { type CodecPlugin, defineCodec, type LineJoin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, bytes, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { addPatternFiles } from "../filters/pattern-files.ts";
import { charsetDecoder, checkCharset } from "./charset.ts";
import { joiningFramer } from "./joining-framer.ts";
import { plainDecoder } from "./plain.ts";

const options = {
  pattern: text({
    description: "Regular expression that tells which lines belong together; grok's pattern names may stand in it",
    required: true,
  }),
  what: text({
    description: "What matching lines belong to",
    required: true,
    choices: ["previous", "next"] as readonly string[],
  }),
  negate: boolean({ description: "Lines that do not match are meant", default: false }),
  patterns_dir: list({ description: "Folders with files of grok patterns", default: [] }),
  multiline_tag: text({ description: "Tag of events with more than one line; empty: none", default: "multiline" }),
  max_lines: number({
    description: "Lines after which an event ends, tagged multiline_codec_max_lines_reached, when one more came",
    default: 500,
    range: [1, 1_000_000],
  }),
  max_bytes: bytes({
    description: "Bytes at which an event ends, tagged multiline_codec_max_bytes_reached",
    default: 10 * 1024 * 1024,
  }),
  auto_flush_interval: number({ description: "Seconds after which an event is complete when no line follows" }),
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
};

type Settings = OptionValues<typeof options>;

export const multiline: CodecPlugin = defineCodec({
  name: "multiline",
  summary: "Joins lines to events, such as stack traces.",
  options,
  examples: [
    {
      title: "Indented lines belong to the line before them",
      config: 'multiline { pattern => "^\\s" what => "previous" }',
      given: "Error: no\n  at a\n  at b\nnext\n",
      expect: [{ message: "Error: no\n  at a\n  at b", tags: ["multiline"] }, { message: "next" }],
    },
    {
      title: "An event begins with a time",
      config: 'multiline { pattern => "^%{TIMESTAMP_ISO8601} " negate => true what => "previous" }',
      given: "2026-11-22 10:00:00 one\ntwo\n2026-11-22 10:00:01 three\n",
      expect: [{ message: "2026-11-22 10:00:00 one\ntwo" }, { message: "2026-11-22 10:00:01 three" }],
    },
  ],
  check(settings) {
    const problems: OptionProblem[] = checkCharset(settings);
    try {
      compilePattern(settings, (message) => problems.push({ option: "patterns_dir", message, severity: "warning" }));
    } catch (error) {
      problems.push({ option: "pattern", message: (error as Error).message });
    }
    return problems;
  },
  joinLines,
  framer: (settings) =>
    joiningFramer(
      joinLines(settings),
      settings.max_bytes,
      charsetDecoder(settings.charset) ?? ((line, start, end) => line.toString("utf8", start, end)),
    ),
  decoder(settings, host) {
    const plain = plainDecoder(settings.charset, host.ecs);
    return {
      decode(record, event, more) {
        plain.decode(record, event, more);
        const joined = (record.flags & FLAG_MULTILINE) !== 0;
        if (joined && settings.multiline_tag !== "") event.tag(settings.multiline_tag);
        const lines = joined ? linesOf(record.bytes, record.start, record.end) : 1;
        if (record.end - record.start - (lines - 1) >= settings.max_bytes)
          event.tag("multiline_codec_max_bytes_reached");
        // Inputs that join lines themselves cut at the limit, and say so.
        const cut = (record.flags & FLAG_TRUNCATED) !== 0;
        if (lines > settings.max_lines || (cut && lines === settings.max_lines))
          event.tag("multiline_codec_max_lines_reached");
      },
    };
  },
});

/** Each connection and request has a framer of its own, with the same pattern. */
const patterns = new WeakMap<Settings, RegExp>();

function joinLines(settings: Settings): LineJoin {
  const pattern = patterns.get(settings) ?? compilePattern(settings, () => undefined);
  patterns.set(settings, pattern);
  return {
    pattern,
    negate: settings.negate,
    match: settings.what === "previous" ? "after" : "before",
    maxLines: settings.max_lines,
    timeoutMs: (settings.auto_flush_interval ?? 0) * 1000,
  };
}

/** The pattern as grok has it (a dot takes line ends too). @throws Error that says what is wrong */
function compilePattern(settings: Settings, warn: (message: string) => void): RegExp {
  const library = new GrokLibrary("v8");
  addPatternFiles(library, settings.patterns_dir, "*", warn);
  const { text: expression } = expandPattern(settings.pattern, library, true);
  return translateOniguruma(expression, "mDSW");
}

function linesOf(bytes: Buffer, start: number, end: number): number {
  const text = bytes.subarray(start, end);
  let lines = 1;
  for (let at = text.indexOf(10); at >= 0; at = text.indexOf(10, at + 1)) lines++;
  return lines;
}
