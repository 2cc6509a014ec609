import { defineOutput, type EncodedEvents, type OutputPlugin } from "../../plugin/definitions.ts";
import { codec } from "../../plugin/options.ts";
import { allDelivered } from "./outcome.ts";

const options = {
  codec: codec({
    description: "How events are written",
    default: { name: "rubydebug", options: {} },
  }),
};

export const stdout: OutputPlugin = defineOutput({
  name: "stdout",
  summary: "Writes events to standard output, each batch at once.",
  options,
  examples: [
    { title: "Look at events while writing a configuration", config: "stdout { }" },
    { title: "One JSON document a line, for pipes", config: "stdout { codec => json_lines }" },
  ],
  defaultCodec: "rubydebug",

  encoder: (_options, _host, codecEncoder) => codecEncoder,

  deliverer() {
    let tail: Promise<void> = Promise.resolve();
    return Promise.resolve({
      async deliver(events: EncodedEvents) {
        const written = tail.then(() => write(events.bytes));
        tail = written.catch(() => undefined);
        await written;
        return allDelivered(events.count);
      },
      close: () => tail,
    });
  },
});

/** Waits until the bytes are handed to the system. A reader that has gone away (`| head`) ends the process quietly, as in any filter. */
function write(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // The stream keeps bytes for later while a pipe is full: the shared buffer must not change under it.
    process.stdout.write(Buffer.from(bytes), (error) => {
      if (error == null) resolve();
      else if ((error as NodeJS.ErrnoException).code === "EPIPE") process.exit(0);
      else reject(error);
    });
  });
}
