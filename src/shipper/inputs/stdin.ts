import { isUtf8 } from "node:buffer";
import { FLAG_INVALID_ENCODING } from "../../event/record-batch.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import { streamDecoder } from "../../tail/stream-decoder.ts";
import type { StdinInput } from "../config/config.ts";
import { countedSink } from "./counted-sink.ts";
import type { InputEnvironment, ShipperInputRun } from "./shipper-input.ts";

const BYTE_ORDER_MARK = Buffer.from("\ufeff");

/** Lines of standard input, until it ends. Nothing more is read while there is no room. @throws TypeError for an encoding that is not known */
export async function openStdin(input: StdinInput, environment: InputEnvironment): Promise<ShipperInputRun> {
  const { number, now, randomBytes } = environment;
  const stdin = environment.stdin as NodeJS.ReadableStream & Partial<{ destroy(): void }>;
  const decoder = streamDecoder(input.encoding);
  const sink = await countedSink(environment);
  const filler = new BatchFiller(sink, now);
  const source = { input: number, fileId: randomBytes(12), generation: 0, fields: [] };
  const framer = lineFramer("\n", input.messageMaxBytes);
  let stopping = false;
  /** Read before it was stopped, but not yet cut into lines. */
  let rest: Buffer | undefined;
  let offset = 0;
  let full: Promise<void> | undefined;

  const target = (bytes: Buffer, start: number, end: number, rawLength: number, flags: number): void => {
    const isFirst = offset === 0 && bytes.subarray(start, end).indexOf(BYTE_ORDER_MARK) === 0;
    const from = isFirst ? start + BYTE_ORDER_MARK.length : start;
    const to = end > from && bytes[end - 1] === 0x0d ? end - 1 : end;
    const invalid = isUtf8(bytes.subarray(from, to)) ? 0 : FLAG_INVALID_ENCODING;
    full = filler.add(source, bytes, from, to, offset, flags | invalid) ?? full;
    offset += rawLength;
  };

  async function readAll(): Promise<void> {
    const push = (chunk: Buffer): void => framer.push(decoder === undefined ? chunk : decoder.write(chunk), target);
    try {
      for await (const chunk of stdin as AsyncIterable<Buffer>) {
        push(chunk);
        await full;
        if (stopping) break;
      }
    } catch (error) {
      // To be stopped is no fault.
      if (!stopping) throw new Error(`standard input cannot be read: ${(error as Error).message}`, { cause: error });
    } finally {
      if (rest !== undefined) push(rest);
      if (decoder !== undefined) framer.push(decoder.end(), target);
      framer.flush(target);
      await filler.drain();
    }
  }

  const ended = readAll();
  ended.catch(() => undefined);
  return {
    ended,
    async stop(timeoutMs) {
      if (!stopping) {
        stopping = true;
        rest = (stdin.read() as Buffer | null) ?? undefined;
        stdin.destroy?.();
      }
      await atMost(
        timeoutMs,
        ended.catch(() => undefined).then(() => sink.settled()),
      );
    },
  };
}
