import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type DeliveryOutcome, defineOutput, type OutputPlugin } from "../../plugin/definitions.ts";
import { codec, number, text } from "../../plugin/options.ts";
import { type Address, addressedEncoder, byAddress, isConstantAddress, outcomeOf, portNumber } from "./addressed.ts";

const options = {
  host: text({ description: "Address to send to; may hold `%{field}`", required: true }),
  port: text({ description: "Port to send to; may hold `%{field}`", required: true }),
  codec: codec({ description: "How events are written; each is a datagram", default: { name: "json", options: {} } }),
  retry_count: number({
    description: "Further attempts for a datagram that cannot be sent",
    default: 0,
    range: [0, 1_000_000],
  }),
  retry_backoff_ms: number({ description: "Milliseconds before each of them", default: 10, range: [0, 3_600_000] }),
};

/** So long an address that a name has stands for it, in milliseconds. */
const NAME_MS = 30_000;
const NAMES_LIMIT = 1000;
/** What another attempt cannot cure. */
const HOPELESS: ReadonlySet<string> = new Set(["EMSGSIZE", "ERR_SOCKET_BAD_PORT", "EINVAL"]);

export const udp: OutputPlugin = defineOutput({
  name: "udp",
  summary: "Sends each event as a datagram; whether it arrives nobody knows.",
  options,
  differs: [
    "A datagram that the system does not take (too long, no route, a name that does not resolve) is dead-lettered when its attempts are used up; Logstash logs and drops it.",
    "host may hold `%{field}` too.",
  ],
  examples: [
    { title: "JSON to one server", config: 'udp { host => "10.0.0.5" port => 9000 }' },
    {
      title: "Text to the port that an event names",
      config: 'udp { host => "127.0.0.1" port => "%{[target][port]}" codec => plain { format => "%{message}" } }',
    },
  ],
  defaultCodec: "json",
  check({ host, port }) {
    if (!isConstantAddress(host, port) || portNumber(port) !== undefined) return [];
    return [{ option: "port", message: `${JSON.stringify(port)} is no port`, help: "1 to 65535" }];
  },
  encoder: ({ host, port }, _host, codecEncoder) => addressedEncoder(host, port, codecEncoder),
  deliverer(settings, host) {
    const sender = new DatagramSender(host.now);
    return Promise.resolve({
      async deliver(events, signal) {
        const rejected: DeliveryOutcome["rejected"][number][] = [];
        for (const group of byAddress(events, settings.host, settings.port)) {
          for (let i = 0; i < group.indices.length; i++) {
            const index = group.indices[i] as number;
            const fault =
              group.address === undefined
                ? { code: "bad_address", reason: `there is no address "${group.text}"` }
                : await sender.send(group.payloads[i] as Buffer, group.address, settings, signal);
            if (fault !== undefined) rejected.push({ index, ...fault });
          }
        }
        return outcomeOf(events.count, rejected);
      },
      close: () => sender.close(),
    });
  },
});

interface Fault {
  readonly code: string;
  readonly reason: string;
}

class DatagramSender {
  readonly #now: () => number;
  readonly #sockets = new Map<number, Socket>();
  readonly #names = new Map<string, { readonly address: string; readonly family: number; readonly at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Undefined when the system has taken it. */
  async send(
    payload: Buffer,
    to: Address,
    {
      retry_count: retries,
      retry_backoff_ms: pause,
    }: { readonly retry_count: number; readonly retry_backoff_ms: number },
    signal: AbortSignal,
  ): Promise<Fault | undefined> {
    // The batch's memory is shared: the system gets bytes of its own.
    const bytes = Buffer.from(payload);
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        const { address, family } = await this.#resolve(to.host);
        await new Promise<void>((resolve, reject) => {
          this.#socket(family).send(bytes, to.port, address, (error) => (error === null ? resolve() : reject(error)));
        });
        return undefined;
      } catch (error) {
        const { code = "error", message } = error as NodeJS.ErrnoException;
        if (attempt >= retries || HOPELESS.has(code)) return { code, reason: `${to.host}:${to.port}: ${message}` };
        this.#names.delete(to.host);
        await sleep(pause, undefined, { signal });
      }
    }
  }

  async #resolve(host: string): Promise<{ readonly address: string; readonly family: number }> {
    const known = this.#names.get(host);
    if (known !== undefined && this.#now() - known.at < NAME_MS) return known;
    const found = { ...(await lookup(host)), at: this.#now() };
    if (this.#names.size >= NAMES_LIMIT) this.#names.clear();
    this.#names.set(host, found);
    return found;
  }

  #socket(family: number): Socket {
    let socket = this.#sockets.get(family);
    if (socket === undefined) {
      socket = createSocket(family === 6 ? "udp6" : "udp4");
      // A failure of the socket itself: the next datagram gets another.
      socket.on("error", () => {
        socket?.close();
        this.#sockets.delete(family);
      });
      this.#sockets.set(family, socket);
    }
    return socket;
  }

  async close(): Promise<void> {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
  }
}
