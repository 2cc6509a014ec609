import { hostname } from "node:os";
import { FieldReference } from "../../event/field-reference.ts";
import { defineInput, type InputPlugin } from "../../plugin/definitions.ts";
import { codec, list, number, text } from "../../plugin/options.ts";
import { INTEGER, TEXT } from "../../plugin/value-shape.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";

const options = {
  count: number({
    description: "Events to make for each line and thread; 0: no end",
    default: 0,
    range: [0, Number.MAX_SAFE_INTEGER],
  }),
  lines: list({ description: "Messages, made in turn; together with `count` each so often", default: [] }),
  message: text({ description: "The message; `stdin` reads one line from standard input", default: "Hello world!" }),
  threads: number({ description: "How many times over", default: 1, range: [1, 1000] }),
  codec: codec({ description: "How the messages become events", default: { name: "plain", options: {} } }),
};

export const generator: InputPlugin = defineInput({
  name: "generator",
  summary: "Makes events by itself, for tests and measurements.",
  options,
  examples: [{ title: "A thousand lines", config: 'generator { lines => ["one", "two"] count => 500 }' }],
  defaultCodec: "plain",

  decoder(settings, host, codecDecoder) {
    const messages = Math.max(1, settings.lines.length);
    const sequence = new FieldReference(host.ecs === "disabled" ? "sequence" : "[event][sequence]");
    return {
      decode(record, event, more) {
        codecDecoder.decode(record, event, more);
        sequence.set(event, Math.floor(record.offset / messages));
      },
    };
  },

  sets: () => ["message", "[event][original]", "[event][sequence]", "sequence", "host"],

  shape(_settings, event, ecs) {
    const legacy = ecs === "disabled";
    for (const name of legacy ? ["message", "host"] : ["message", "[event][original]", "[host][name]"])
      event.set(name, TEXT, "message");
    event.set(legacy ? "sequence" : "[event][sequence]", INTEGER, "count");
  },

  start(settings, host) {
    const filler = new BatchFiller(host.sink, host.now);
    const hostField = host.ecs === "disabled" ? "host" : "[host][name]";
    let stopping = false;

    async function produce(messages: readonly Buffer[]): Promise<void> {
      const source = host.source([[hostField, hostname()]]);
      for (let round = 0; settings.count === 0 || round < settings.count; round++) {
        for (let k = 0; k < messages.length; k++) {
          const message = messages[k] as Buffer;
          // Unique in the source, for the identity; the decoder gets the round back out of it.
          const full = filler.add(source, message, 0, message.length, round * messages.length + k, 0);
          if (full !== undefined) await full;
        }
        if (stopping) return;
      }
    }

    const ended = (async () => {
      const messages = await generatorMessages(settings.message, settings.lines);
      await Promise.all(Array.from({ length: settings.threads }, () => produce(messages)));
      await filler.drain();
    })();

    return Promise.resolve({
      ended,
      async stop(timeoutMs: number) {
        stopping = true;
        await atMost(timeoutMs, ended);
      },
    });
  },
});

async function generatorMessages(message: string, lines: readonly string[]): Promise<Buffer[]> {
  if (lines.length > 0) return lines.map((line) => Buffer.from(line));
  if (message !== "stdin") return [Buffer.from(message)];
  const { createInterface } = await import("node:readline");
  for await (const line of createInterface({ input: process.stdin })) return [Buffer.from(line)];
  return [Buffer.alloc(0)];
}
