import { hostname } from "node:os";
import { defineInput, type InputPlugin } from "../../plugin/definitions.ts";
import { codec } from "../../plugin/options.ts";
import { TEXT } from "../../plugin/value-shape.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { lineFramer } from "../../sources/line-framer.ts";

const options = {
  codec: codec({ description: "How the bytes become events", default: { name: "line", options: {} } }),
};

export const stdin: InputPlugin = defineInput({
  name: "stdin",
  summary: "Reads events from standard input; the pipeline ends with it.",
  options,
  examples: [{ title: "Try a configuration on a file: antler pipeline -f my.conf < my.log", config: "stdin { }" }],
  defaultCodec: "line",

  sets: () => ["message", "[event][original]", "host"],

  shape(_settings, event, ecs) {
    const names = ecs === "disabled" ? ["host"] : ["[event][original]", "[host][hostname]"];
    for (const name of ["message", ...names]) event.set(name, TEXT, "codec");
  },

  start(_settings, host) {
    const filler = new BatchFiller(host.sink, host.now);
    const hostField = host.ecs === "disabled" ? "host" : "[host][hostname]";
    const source = host.source([[hostField, hostname()]]);
    // As Logstash's does, it reads lines where the codec (plain, json) does not say what a record is.
    const framer = host.framer() ?? lineFramer("\n");
    let stopping = false;
    let offset = 0;

    const ended = (async () => {
      let full: Promise<void> | undefined;
      let idle: NodeJS.Timeout | undefined;
      const target = (bytes: Buffer, start: number, end: number, rawLength: number, flags: number): void => {
        full = filler.add(source, bytes, start, end, offset, flags) ?? full;
        offset += rawLength;
      };
      for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
        if (stopping) break;
        clearTimeout(idle);
        framer.push(chunk, target);
        await full;
        if (framer.idleMs !== undefined) idle = setTimeout(() => framer.flush(target), framer.idleMs);
      }
      clearTimeout(idle);
      framer.flush(target);
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
