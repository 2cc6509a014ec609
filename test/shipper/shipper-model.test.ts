import assert from "node:assert/strict";
import fc from "fast-check";
import { imbalance } from "../../src/telemetry/ledger.ts";
import { SimulatedNetwork } from "../lumberjack/simulated-network.ts";
import { type ReceivedEvent, ReceiverProcess } from "../simulation/receiver-process.ts";
import { ShipperProcess } from "../simulation/shipper-process.ts";
import { seeded } from "../support/seeded.ts";
import { CURRENT, RotatedLog } from "../tail/support/rotated-log.ts";
import { SimulatedClock, SimulatedFiles } from "../tail/support/simulated-files.ts";

/** A step of the world. */
type Action =
  | { do: "append"; lines: number; half: boolean }
  | { do: "rename"; late: number }
  | { do: "copytruncate"; after: number; steps: number }
  | { do: "truncate" | "remove"; lines: number }
  | { do: "compress" | "server down" | "server up" }
  | { do: "server slow"; ms: number }
  | { do: "run"; steps: number }
  | { do: "wait"; ms: number }
  | { do: "stop" }
  | { do: "kill"; power: boolean };

interface World {
  readonly seed: number;
  readonly birth: boolean;
  readonly header: number;
  readonly matchAll: boolean;
  readonly multiline: boolean;
  readonly calm: boolean;
}

/** `ANTLER_MODEL_TELL=1`: what the shipper says, and what is done, for who looks into a failure. */
const tell =
  process.env["ANTLER_MODEL_TELL"] === "1" ? (line: string): void => console.log(line) : (): void => undefined;

/** How long everything may take to arrive when nothing is in its way any more. */
const ARRIVAL_MS = 30 * 60_000;

/** A log that is rotated, a shipper that reads it, and a receiver, with the network between them. */
class Model {
  readonly #clock = new SimulatedClock();
  readonly #files: SimulatedFiles;
  readonly #network: SimulatedNetwork;
  readonly #world: World;
  readonly #random: () => number;
  readonly #log: RotatedLog;
  readonly #received: ReceivedEvent[] = [];
  #shipper: ShipperProcess | undefined;
  #receiver: ReceiverProcess | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#random = seeded(world.seed);
    // Where neither birth nor content tells two files apart that have one inode after the other, nothing does.
    this.#files = new SimulatedFiles(this.#clock, world.birth, world.birth || world.header === 0);
    const clock = this.#clock;
    this.#network = new SimulatedNetwork(
      {
        now: () => clock.exact(),
        after: (ms, action) => {
          const timer = clock.setTimeout(action, ms);
          return () => clock.clearTimeout(timer);
        },
      },
      this.#random,
    );
    this.#network.calm = world.calm;
    this.#log = new RotatedLog(this.#files, world);
  }

  async act(action: Action): Promise<void> {
    const log = this.#log;
    tell(`${this.#clock.now()} ${JSON.stringify(action)}`);
    switch (action.do) {
      case "append":
        log.append(action.lines, action.half);
        break;
      case "rename": {
        log.finish();
        await this.#seen();
        // An empty file is not in the registry yet.
        log.rename(action.late, this.#world.matchAll || this.#files.inode(CURRENT).data.length > 0);
        break;
      }
      case "copytruncate":
        log.finish();
        await this.#seen();
        log.copy();
        await this.#pass(50, action.steps);
        log.truncate();
        log.append(action.after, false);
        break;
      case "truncate":
        log.mayBeLost(CURRENT);
        log.truncate();
        log.append(action.lines, false);
        break;
      case "remove":
        // What was copied before is compared with the file while it is there.
        await this.#pass(4000);
        log.remove();
        log.append(action.lines, false);
        break;
      case "compress":
        // Of little content, what is a copy of what shows only while both are there; else it is sent twice rather than not at all.
        if (this.#world.matchAll) await this.#pass(8000);
        log.compress();
        break;
      case "run":
        await this.#pass(20, action.steps);
        break;
      case "wait":
        await this.#pass(action.ms);
        break;
      case "server down":
        this.#receiver?.die();
        this.#receiver = undefined;
        break;
      case "server up":
        await this.#receive();
        break;
      case "server slow":
        if (this.#receiver !== undefined) this.#receiver.delayMs = action.ms;
        break;
      case "stop":
        await this.#during(this.#shipper?.stop(3000));
        this.#kill();
        break;
      case "kill":
        // With a header that many files share, the registry must have seen more than that of a file to know it again.
        if (this.#world.header > 0) await this.#pass(2000);
        this.#kill();
        if (action.power) this.#files.losePower("/data");
        break;
    }
  }

  /** The network holds, the receiver is there: in time everything must have arrived. */
  async reckon(): Promise<void> {
    this.#log.finish();
    this.#network.calm = true;
    await this.#receive();
    const limit = this.#clock.now() + ARRIVAL_MS;
    for (let arrived = -1, still = 0; still < 6; ) {
      assert.ok(this.#clock.now() < limit, `it does not come to rest: ${this.#shipper?.describe()}`);
      if (this.#receiver !== undefined) this.#receiver.delayMs = 0;
      await this.#pass(2500);
      still = arrived === this.#received.length && this.#shipper?.unacknowledged === 0 ? still + 1 : 0;
      arrived = this.#received.length;
    }
    this.#check();
    await this.#during(this.#shipper?.stop(3000));
    const ledger = this.#shipper?.ledger.snapshot();
    assert.ok(ledger !== undefined);
    assert.equal(imbalance(ledger), 0, "the ledger does not balance");
    this.#kill();
    this.#receiver?.die();
  }

  #check(): void {
    for (const { message, offset, identity } of this.#received)
      tell(`received ${identity.slice(0, 20)} ${offset} ${message.slice(0, 20)}`);
    tell(`${this.#shipper?.describe()}, ${JSON.stringify([...(this.#shipper?.disk.counters ?? [])])}`);
    const texts = new Map<string, string>();
    const identities = new Map<string, string>();
    const { written } = this.#log;
    for (const { message, identity } of this.#received) {
      assert.equal(texts.get(identity) ?? message, message, `two texts of one identity ${identity}`);
      texts.set(identity, message);
      for (const line of message.split("\n")) {
        if (line.startsWith("#")) continue;
        if (this.#world.header === 0) {
          assert.ok(written.has(line), `never written: ${JSON.stringify(line)}`);
          // Where files share a header, content may be too little to know one again; then twice is better than not at all.
          assert.equal(identities.get(line) ?? identity, identity, `${line} arrived under two identities`);
        }
        identities.set(line, identity);
      }
    }
    for (const [line, lost] of written) assert.ok(lost || identities.has(line), `missing: ${line}`);
  }

  async #receive(): Promise<void> {
    if (this.#receiver !== undefined) return;
    this.#receiver = new ReceiverProcess(this.#clock, this.#network, (event) => this.#received.push(event));
    await this.#receiver.start();
  }

  #kill(): void {
    this.#shipper?.die();
    this.#shipper = undefined;
  }

  /** A file can be found under a name that no glob matches only by one who saw it under its own. */
  async #seen(): Promise<void> {
    if (!this.#world.matchAll) await this.#pass(8000);
  }

  async #pass(ms: number, steps = 20_000): Promise<void> {
    this.#ship();
    const limit = this.#clock.now() + ms;
    for (let i = 0; i < steps; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#shipper?.disk.step()) continue;
      if (!this.#clock.advance(limit)) return;
    }
  }

  #ship(): void {
    if (this.#shipper !== undefined) return;
    const { matchAll, multiline } = this.#world;
    this.#shipper = new ShipperProcess(this.#files, this.#clock, this.#network, this.#random, tell, {
      inputs: [
        {
          number: 0,
          name: "model",
          paths: [matchAll ? "/logs/app.log*" : CURRENT],
          describe: ({ path }) => [["[log][file][path]", path]],
          ...(multiline && { multiline: { type: "pattern", pattern: /^ /, timeoutMs: 700 } as const }),
        },
      ],
      // What is not open when it is renamed to a name that no pattern matches cannot be found.
      harvesterLimit: matchAll ? 2 : 100,
    });
    this.#shipper.start().catch((error: unknown) => {
      throw error;
    });
  }

  async #during(work: Promise<void> | undefined): Promise<void> {
    let done = work === undefined;
    void work?.then(() => {
      done = true;
    });
    for (let i = 0; !done; i++) {
      assert.ok(i < 10_000, "it does not stop");
      await this.#pass(20);
    }
  }
}

const some = fc.nat({ max: 40 });
const of = <T extends string>(...names: [T, ...T[]]): fc.Arbitrary<T> => fc.constantFrom(...names);
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: of("append"), lines: some, half: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: of("rename"), late: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: of("copytruncate"), after: some, steps: fc.nat({ max: 60 }) }) },
  { weight: 2, arbitrary: fc.record({ do: of("compress") }) },
  { weight: 1, arbitrary: fc.record({ do: of("truncate", "remove"), lines: some }) },
  { weight: 4, arbitrary: fc.record({ do: of("run"), steps: fc.nat({ max: 150 }) }) },
  { weight: 4, arbitrary: fc.record({ do: of("wait"), ms: fc.nat({ max: 3000 }) }) },
  { weight: 3, arbitrary: fc.record({ do: of("server up") }) },
  { weight: 1, arbitrary: fc.record({ do: of("server down") }) },
  { weight: 1, arbitrary: fc.record({ do: of("server slow"), ms: fc.nat({ max: 5000 }) }) },
  { weight: 1, arbitrary: fc.record({ do: of("stop") }) },
  { weight: 2, arbitrary: fc.record({ do: of("kill"), power: fc.boolean() }) },
);
const world: fc.Arbitrary<World> = fc.record({
  seed: fc.nat(),
  birth: fc.boolean(),
  header: fc.constantFrom(0, 0, 30),
  matchAll: fc.boolean(),
  multiline: fc.boolean(),
  calm: fc.boolean(),
});

describe("the shipper, a model of a rotated log, a network and a receiver, with kills at every step", () => {
  it("what arrives is what was written, each line under one identity, and the ledger balances", async function () {
    const runs = Number(process.env["ANTLER_MODEL_RUNS"] ?? 100);
    this.timeout(20_000 + runs * 500);
    const { ANTLER_MODEL_SEED: seed, ANTLER_MODEL_PATH: path } = process.env;
    await fc.assert(
      fc.asyncProperty(world, fc.array(action, { minLength: 5, maxLength: 40 }), async (given, actions) => {
        const model = new Model(given);
        for (const one of actions) await model.act(one);
        await model.reckon();
      }),
      { numRuns: runs, ...(seed !== undefined && { seed: Number(seed) }), ...(path !== undefined && { path }) },
    );
  });
});
