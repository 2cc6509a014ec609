import { FLAG_MULTILINE } from "../../event/record-batch.ts";
import { compileRegexp } from "../../language/regexp.ts";
import {
  type CodecPlugin,
  defineCodec,
  type Framer,
  type FrameTarget,
  type LineJoin,
  type OptionProblem,
} from "../../plugin/definitions.ts";
import { boolean, bytes, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { charsetDecoder, checkCharset } from "./charset.ts";
import { lineFramer } from "./line-framer.ts";
import { plainDecoder } from "./plain.ts";

const options = {
  pattern: text({ description: "Regular expression that tells which lines belong together", required: true }),
  what: text({
    description: "What matching lines belong to",
    required: true,
    choices: ["previous", "next"] as readonly string[],
  }),
  negate: boolean({ description: "Lines that do not match are meant", default: false }),
  patterns_dir: list({
    description: "Folders of grok patterns",
    default: [],
    ignored: "the pattern is a plain regular expression here",
  }),
  multiline_tag: text({ description: "Tag of events with more than one line; empty: none", default: "multiline" }),
  max_lines: number({ description: "Lines of an event; further ones are cut off", default: 500 }),
  max_bytes: bytes({ description: "Bytes of an event; further ones are cut off", default: 10 * 1024 * 1024 }),
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
  ],
  check(settings) {
    const problems: OptionProblem[] = checkCharset(settings);
    try {
      compileRegexp(settings.pattern);
    } catch (error) {
      problems.push({ option: "pattern", message: `not a regular expression: ${(error as Error).message}` });
    }
    return problems;
  },
  joinLines,
  framer: (settings) => joiningFramer(joinLines(settings), settings.max_bytes),
  decoder(settings, host) {
    const plain = plainDecoder(charsetDecoder(settings.charset) === undefined ? "UTF-8" : settings.charset, host.ecs);
    return {
      decode(record, event, more) {
        plain.decode(record, event, more);
        if ((record.flags & FLAG_MULTILINE) !== 0 && settings.multiline_tag !== "") event.tag(settings.multiline_tag);
      },
    };
  },
});

function joinLines(settings: Settings): LineJoin {
  return {
    pattern: compileRegexp(settings.pattern),
    negate: settings.negate,
    match: settings.what === "previous" ? "after" : "before",
    maxLines: settings.max_lines,
    timeoutMs: (settings.auto_flush_interval ?? 0) * 1000,
  };
}

/** Joins the lines of a stream. */
function joiningFramer(join: LineJoin, maxBytes: number): Framer {
  const lines = lineFramer("\n");
  let held: Buffer[] = [];
  let heldBytes = 0;
  let rawLength = 0;
  let count = 0;
  let flags = 0;

  function give(emit: FrameTarget): void {
    if (count === 0) return;
    const bytes =
      held.length === 1
        ? (held[0] as Buffer)
        : Buffer.concat(held.flatMap((part, i) => (i === 0 ? [part] : [NEWLINE, part])));
    const end = Math.min(bytes.length, maxBytes);
    emit(bytes, 0, end, rawLength, flags | (count > 1 ? FLAG_MULTILINE : 0) | (end < bytes.length ? 1 : 0));
    held = [];
    heldBytes = rawLength = count = flags = 0;
  }

  function hold(line: Buffer, raw: number, flag: number): void {
    count++;
    rawLength += raw;
    flags |= flag;
    if (count > join.maxLines || heldBytes > maxBytes) {
      flags |= 1;
      return;
    }
    // The stream's buffer is used again after the call.
    held.push(Buffer.from(line));
    heldBytes += line.length;
  }

  const onLine =
    (emit: FrameTarget): FrameTarget =>
    (bytes, start, end, raw, flag) => {
      const line = bytes.subarray(start, end);
      const belongs = join.pattern.test(line.toString("utf8")) !== join.negate;
      if (join.match === "after") {
        if (!belongs) give(emit);
        hold(line, raw, flag);
      } else {
        hold(line, raw, flag);
        if (!belongs) give(emit);
      }
    };

  return {
    ...(join.timeoutMs > 0 ? { idleMs: join.timeoutMs } : {}),
    push: (chunk, emit) => lines.push(chunk, onLine(emit)),
    flush(emit) {
      lines.flush(onLine(emit));
      give(emit);
    },
  };
}

const NEWLINE: Buffer = Buffer.from("\n");
