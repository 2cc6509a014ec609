import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import type { StdinInput } from "../config/config.ts";
import { countedSink } from "./counted-sink.ts";
import type { InputEnvironment, ShipperInputRun } from "./shipper-input.ts";

/** Lines of standard input, until it ends. Nothing more is read while there is no room. */
export async function openStdin(input: StdinInput, environment: InputEnvironment): Promise<ShipperInputRun> {
  const { number, now, randomBytes, stdin } = environment;
  const filler = new BatchFiller(await countedSink(environment), now);
  const source = { input: number, fileId: randomBytes(12), generation: 0, fields: [] };
  const framer = lineFramer("\n", input.messageMaxBytes);
  let stopping = false;
  const ended = (async () => {
    let offset = 0;
    let full: Promise<void> | undefined;
    const target = (bytes: Buffer, start: number, end: number, rawLength: number, flags: number): void => {
      const to = end > start && bytes[end - 1] === 0x0d ? end - 1 : end;
      full = filler.add(source, bytes, start, to, offset, flags) ?? full;
      offset += rawLength;
    };
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      if (stopping) break;
      framer.push(chunk, target);
      await full;
    }
    framer.flush(target);
    await filler.drain();
  })();
  ended.catch(() => undefined);
  return {
    ended,
    async stop(timeoutMs) {
      stopping = true;
      (stdin as Partial<{ destroy(): void }>).destroy?.();
      await atMost(
        timeoutMs,
        ended.catch(() => undefined),
      );
    },
  };
}
