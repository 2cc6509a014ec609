import { FLAG_MULTILINE } from "../../event/record-batch.ts";
import type { Framer, FrameTarget, LineJoin } from "../../plugin/definitions.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import type { CharsetDecoder } from "./charset.ts";

const NEWLINE: Buffer = Buffer.from("\n");

/**
 * Joins the lines of a stream. As in Logstash the limits end an event when the next line comes, so that one may have a line more than
 * `join.maxLines` and its last line goes over `maxBytes`; the lines behind make the next event.
 */
export function joiningFramer(join: LineJoin, maxBytes: number, textOf: CharsetDecoder): Framer {
  const lines = lineFramer("\n");
  let held: Buffer[] = [];
  let heldBytes = 0;
  let rawLength = 0;
  let flags = 0;

  function give(emit: FrameTarget): void {
    if (held.length === 0) return;
    const bytes =
      held.length === 1
        ? (held[0] as Buffer)
        : Buffer.concat(held.flatMap((part, i) => (i === 0 ? [part] : [NEWLINE, part])));
    emit(bytes, 0, bytes.length, rawLength, held.length > 1 ? flags | FLAG_MULTILINE : flags);
    held = [];
    heldBytes = rawLength = flags = 0;
  }

  function hold(line: Buffer, raw: number, flag: number): void {
    // The stream's buffer is used again after the call.
    held.push(Buffer.from(line));
    heldBytes += line.length;
    rawLength += raw;
    flags |= flag;
  }

  const isFull = (): boolean => held.length > join.maxLines || heldBytes >= maxBytes;

  const onLine =
    (emit: FrameTarget): FrameTarget =>
    (bytes, start, end, raw, flag) => {
      const belongs = join.pattern.test(textOf(bytes, start, end)) !== join.negate;
      if (join.match === "after" && (!belongs || isFull())) give(emit);
      hold(bytes.subarray(start, end), raw, flag);
      if (join.match === "before" && (!belongs || isFull())) give(emit);
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
