import type { LumberjackNetwork } from "../../src/lumberjack/network.ts";
import { LumberjackServer } from "../../src/lumberjack/server.ts";
import type { SimulatedClock } from "../tail/support/simulated-files.ts";
import { ProcessWorld } from "./host.ts";
import { PIPELINE_PORT } from "./pipeline-process.ts";

/** An event as a receiver got it. */
export interface ReceivedEvent {
  readonly message: string;
  readonly offset: number;
  readonly identity: string;
}

/** One run of a receiver that keeps what it gets. `delayMs`: how long it takes to acknowledge. */
export class ReceiverProcess {
  delayMs = 0;
  readonly #world: ProcessWorld;
  readonly #received: (event: ReceivedEvent) => void;

  constructor(clock: SimulatedClock, network: LumberjackNetwork, received: (event: ReceivedEvent) => void) {
    this.#world = new ProcessWorld(clock, network);
    this.#received = received;
  }

  async start(): Promise<void> {
    const { clock, network } = this.#world;
    const server = new LumberjackServer({
      host: "pipeline",
      port: PIPELINE_PORT,
      clock,
      network,
      onEvents: (_peer, block) => {
        for (let i = 0; i < block.count; i++) {
          const event = JSON.parse(block.bytes.toString("utf8", block.starts[i], block.ends[i])) as {
            message: string;
            log: { offset: number };
            "@metadata": { _id: string };
          };
          this.#received({ message: event.message, offset: event.log.offset, identity: event["@metadata"]._id });
        }
        block.release();
        if (this.delayMs === 0) block.acknowledge(block.count);
        else clock.after(this.delayMs, () => block.acknowledge(block.count));
      },
    });
    await server.listen();
  }

  die(): void {
    this.#world.die();
  }
}
