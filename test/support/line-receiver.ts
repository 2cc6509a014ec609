import { LumberjackServer } from "../../src/lumberjack/server.ts";

/** What a receiver got of lines `line N …`. */
export interface ReceivedLines {
  /** How often each line arrived, by its number. */
  readonly counts: Uint8Array;
  /** Arrivals under an identity that had not arrived before. */
  readonly identities: Map<number, Set<string>>;
  /** Everything that arrived, whether or not it is a line that was written. */
  events: number;
  /** Messages that are no such line, a few of them. */
  readonly foreign: string[];
}

const LINE = /"message":"line (\d+) (x*)"/;
const ID = /"_id":"([\w-]{50})"/;

/** A Lumberjack receiver that counts lines by their number. */
export class LineReceiver {
  readonly received: ReceivedLines;
  readonly #server: LumberjackServer;
  /** Acknowledges; false: takes in and stays silent. */
  acknowledges = true;

  /** `received`: what another one has received before, to go on with. */
  constructor(lines: number, port = 0, keepIds = true, received?: ReceivedLines) {
    this.received = received ?? { counts: new Uint8Array(lines), identities: new Map(), events: 0, foreign: [] };
    this.#server = new LumberjackServer({
      host: "127.0.0.1",
      port,
      onEvents: (_peer, block) => {
        for (let i = 0; i < block.count; i++)
          this.#take(block.bytes.toString("latin1", block.starts[i], block.ends[i]), keepIds);
        if (this.acknowledges) block.acknowledge(block.count);
        block.release();
      },
    });
  }

  #take(text: string, keepIds: boolean): void {
    const { received } = this;
    received.events++;
    const line = LINE.exec(text);
    const number = Number(line?.[1]);
    if (line === null || number >= received.counts.length || (line[2] as string).length !== (number * 37) % 90) {
      if (received.foreign.length < 10) received.foreign.push(text);
      return;
    }
    received.counts[number] = Math.min(255, (received.counts[number] as number) + 1);
    if (!keepIds) return;
    const ids = received.identities.get(number) ?? new Set();
    received.identities.set(number, ids.add(ID.exec(text)?.[1] ?? ""));
  }

  /** The port. */
  async listen(): Promise<number> {
    return (await this.#server.listen()).port;
  }

  /** Lines that have arrived at least once. */
  get distinct(): number {
    return this.received.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  }

  close(): Promise<void> {
    return this.#server.close(100);
  }
}
