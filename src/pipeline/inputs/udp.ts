import { FLAG_TRUNCATED } from "../../event/record-batch.ts";
import { defineInput, type InputPlugin } from "../../plugin/definitions.ts";
import { boolean, codec, fieldReference, number, text } from "../../plugin/options.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { SenderSources } from "../../sources/sender-sources.ts";
import { keepingField } from "./known-field.ts";

const options = {
  host: text({ description: "Address to listen on", default: "0.0.0.0" }),
  port: number({ description: "Port to listen on", required: true, range: [0, 65535] }),
  codec: codec({ description: "How datagrams become events", default: { name: "plain", options: {} } }),
  buffer_size: number({
    description: "Bytes of a datagram that are taken; the rest is cut off",
    default: 65_536,
    range: [1, 65_536],
  }),
  receive_buffer_bytes: number({
    description: "Size of the socket's receive buffer to ask for; default: the system's",
    range: [1, 2_147_483_647],
  }),
  queue_size: number({
    description: "Datagrams that may wait for room in the pipeline; further ones are dropped, counted and said",
    default: 2000,
    range: [1, 10_000_000],
  }),
  workers: number({ description: "Threads", ignored: "one event loop receives, all workers decode" }),
  source_ip_fieldname: fieldReference({
    description: "Field for the sender's address; default: `[host][ip]`, without ECS `host`",
  }),
  metadata: boolean({ description: "Pass sender and port to the codec", ignored: "no codec here makes use of them" }),
};

function addressField(name: string | undefined, ecs: boolean): string {
  return name ?? (ecs ? "[host][ip]" : "host");
}

export const udp: InputPlugin = defineInput({
  name: "udp",
  summary: "Receives datagrams; each is an event, or as many as its codec makes of it.",
  options,
  differs: [
    "Every ten seconds and at the end it says how many datagrams were dropped because queue_size were waiting, how many were cut to buffer_size, and, on Linux, how many the kernel threw away at this socket (/proc/net/udp; the kernel does not tell Node.js with the datagrams, SO_RXQ_OVFL, so there is no mark at the place where some are missing).",
    "Datagrams from one address are one source, whatever port they come from; the last 10,000 addresses are remembered.",
    "Linux gives twice the receive_buffer_bytes that are asked for; only less than was asked for is warned about.",
  ],
  examples: [
    { title: "Plain text", config: "udp { port => 5000 }" },
    {
      title: "JSON, with a large buffer",
      config: "udp { port => 5001 codec => json receive_buffer_bytes => 16777216 queue_size => 20000 }",
    },
  ],
  defaultCodec: "plain",

  decoder: (settings, host, codecDecoder) =>
    keepingField(addressField(settings.source_ip_fieldname, host.ecs !== "disabled"), codecDecoder),

  async start(settings, host) {
    const { UdpListener } = await import("../../sources/udp-listener.ts");
    const filler = new BatchFiller(host.sink, host.now);
    const field = addressField(settings.source_ip_fieldname, host.ecs !== "disabled");
    const senders = new SenderSources((address) => host.source([[field, address]]));
    const framer = host.framer();
    const listener = new UdpListener({
      host: settings.host,
      port: settings.port,
      bufferSize: settings.buffer_size,
      receiveBufferBytes: settings.receive_buffer_bytes,
      queueSize: settings.queue_size,
      log: host.log,
      onDatagram(bytes, address, isCut) {
        const sender = senders.of(address);
        const cut = isCut ? FLAG_TRUNCATED : 0;
        if (framer === undefined) return filler.add(sender.source, bytes, 0, bytes.length, sender.next++, cut);
        let full: Promise<void> | undefined;
        const target = (from: Buffer, start: number, end: number, _raw: number, flags: number): void => {
          full = filler.add(sender.source, from, start, end, sender.next++, flags | cut) ?? full;
        };
        // No record goes on in another datagram.
        framer.push(bytes, target);
        framer.flush(target);
        return full;
      },
    });
    await listener.listen();
    host.log.info("listening for datagrams", { host: settings.host, port: listener.port });
    return {
      ended: new Promise<void>(() => {}),
      async stop(timeoutMs: number) {
        await atMost(
          timeoutMs,
          listener.close().then(() => filler.drain()),
        );
      },
    };
  },
});
