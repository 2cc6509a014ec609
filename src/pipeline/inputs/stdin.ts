import { hostname } from "node:os";
import { defineInput, type InputPlugin } from "../../plugin/definitions.ts";
import { codec } from "../../plugin/options.ts";
import { atMost, BatchFiller } from "./batch-filler.ts";

const options = {
  codec: codec({ description: "How the bytes become events", default: { name: "line", options: {} } }),
};

export const stdin: InputPlugin = defineInput({
  name: "stdin",
  summary: "Reads events from standard input; the pipeline ends with it.",
  options,
  examples: [{ title: "Try a configuration on a file: antler pipeline -f my.conf < my.log", config: "stdin { }" }],
  defaultCodec: "line",

  start(_settings, host) {
    const filler = new BatchFiller(host.sink, host.now);
    const hostField = host.ecs === "disabled" ? "host" : "[host][hostname]";
    const source = host.source([[hostField, hostname()]]);
    const framer = host.framer();
    let stopping = false;
    let offset = 0;

    const ended = (async () => {
      let full: Promise<void> | undefined;
      const target = (bytes: Buffer, start: number, end: number, rawLength: number, flags: number): void => {
        full = filler.add(source, bytes, start, end, offset, flags) ?? full;
        offset += rawLength;
      };
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
        if (stopping) break;
        if (framer === undefined) target(chunk, 0, chunk.length, chunk.length, 0);
        else framer.push(chunk, target);
        await full;
      }
      framer?.flush(target);
      await filler.drain();
    })();

    return Promise.resolve({
      ended,
      async stop(timeoutMs: number) {
        stopping = true;
        process.stdin.destroy();
        await atMost(
          timeoutMs,
          ended.catch(() => undefined),
        );
      },
    });
  },
});
