import { strict as assert } from "node:assert";
import fc from "fast-check";
import { Tail } from "../../src/tail/tail.ts";
import { type Collected, CollectingSink } from "./support/collecting-sink.ts";
import { SimulatedClock, SimulatedFiles, SimulatedProcess } from "./support/simulated-files.ts";

/** A step of the world. Numbers choose lines, steps and batches. */
type Action =
  | { do: "append"; lines: number; half: boolean }
  | { do: "rename"; late: number }
  | { do: "copytruncate"; after: number; steps: number }
  | { do: "truncate" | "rewrite" | "remove"; lines: number }
  | { do: "run"; steps: number }
  | { do: "wait"; ms: number }
  | { do: "acknowledge"; which: number }
  | { do: "stop"; drain: boolean }
  | { do: "crash"; power: boolean }
  | { do: "fill" | "free" };

interface World {
  readonly birth: boolean;
  readonly header: number;
  readonly matchAll: boolean;
  readonly closeInactiveMs: number;
  readonly harvesterLimit: number;
  readonly multiline: boolean;
}

const CURRENT = "/logs/app.log";
const KEPT = 3;

/** A daemon that writes app.log, its log rotation, a tail that reads it, and the reckoning in the end. */
class Model {
  readonly clock = new SimulatedClock();
  readonly files: SimulatedFiles;
  readonly world: World;
  readonly delivered: Collected[] = [];
  /** Every line written, and whether it may be lost: gone from disk before anyone could read it. */
  readonly written: Map<string, boolean> = new Map();
  #sink = new CollectingSink({ bytes: 4096, records: 6, automatic: false });
  #tail: Tail | null = null;
  #process: SimulatedProcess | null = null;
  #lines = 0;
  #ids = 0;
  #half = "";
  #movedWhileFull = false;

  constructor(world: World) {
    this.world = world;
    // Where neither birth nor content tells two files apart that have one inode after the other, nothing does.
    const reuse = world.birth || world.header === 0;
    this.files = new SimulatedFiles(this.clock, world.birth, reuse);
    this.#begin(this.files.create(CURRENT));
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case "append":
        this.#append(action.lines, action.half);
        break;
      case "rename": {
        this.#append(0, false);
        await this.#seen();
        const old = this.files.inode(CURRENT);
        this.#shift();
        this.files.rename(CURRENT, `${CURRENT}.1`);
        // The daemon writes on until it is told to open its log again. A file that was empty is not in the registry yet.
        const findable = this.world.matchAll || (old.data.length > 0 && !this.files.full);
        for (let i = 0; i < action.late; i++) this.files.append(old, this.#line());
        if (!findable) this.#mayBeLost(`${CURRENT}.1`);
        this.#begin(this.files.create(CURRENT));
        break;
      }
      case "copytruncate":
        this.#append(0, false);
        await this.#seen();
        this.#shift();
        this.files.copy(CURRENT, `${CURRENT}.1`);
        await this.run(action.steps);
        this.files.rewrite(this.files.inode(CURRENT), "");
        this.#begin(this.files.inode(CURRENT));
        this.#append(action.after, false);
        break;
      case "truncate":
      case "rewrite":
        this.#mayBeLost(CURRENT);
        this.files.rewrite(this.files.inode(CURRENT), "");
        this.#half = "";
        if (action.do === "truncate") await this.run(5);
        this.#begin(this.files.inode(CURRENT));
        this.#append(action.lines, false);
        break;
      case "remove":
        // What was copied before is compared with the file while it is there.
        await this.wait(1500);
        this.#mayBeLost(CURRENT);
        this.#half = "";
        this.files.unlink(CURRENT);
        this.#begin(this.files.create(CURRENT));
        this.#append(action.lines, false);
        break;
      case "run":
        await this.run(action.steps);
        break;
      case "wait":
        await this.wait(action.ms);
        break;
      case "acknowledge":
        this.#acknowledge(action.which);
        break;
      case "stop":
        if (!this.#movedWhileFull) await this.#stop(action.drain);
        break;
      case "crash":
        // What moved while the registry could not be written cannot be found again by little content.
        if (this.#movedWhileFull) break;
        // With a header that many files share, the registry must have seen more than that of a file to know it again.
        if (this.world.header > 0) {
          if (this.files.full) break;
          await this.wait(150);
        }
        this.#crash();
        if (action.power) this.files.losePower("/data");
        break;
      case "fill":
        this.files.full = true;
        break;
      case "free":
        this.files.full = false;
        await this.wait(300);
        this.#movedWhileFull = false;
        break;
    }
    this.#movedWhileFull ||= this.files.full && ["rename", "copytruncate", "remove"].includes(action.do);
    this.#collect();
  }

  /** Lets up to `steps` file operations of the tail happen. */
  async run(steps: number): Promise<void> {
    await this.#started();
    for (let i = 0; i < steps; i++) {
      await settle();
      if (!this.#process?.step()) return;
    }
    await settle();
  }

  /** Lets `ms` pass, with all that happens in it. */
  async wait(ms: number): Promise<void> {
    await this.#started();
    const limit = this.clock.now() + ms;
    for (let i = 0; i < 100_000; i++) {
      await settle();
      if (this.#process?.step()) continue;
      if (!this.clock.advance(limit)) return;
    }
    throw new Error("the tail does not come to rest");
  }

  /** All is acknowledged and the tail has all the time it needs; then what arrived must be what was written. */
  async reckon(): Promise<void> {
    this.files.full = false;
    if (this.#half !== "") this.#append(0, false);
    for (let i = 0; i < 4; i++) {
      await this.wait(3000);
      while (this.#sink.unacknowledged.length > 0) this.#acknowledge(0);
    }
    this.#collect();
    const identities = new Map<string, string>();
    const lines = new Map<string, string>();
    for (const record of this.delivered) {
      const identity = `${record.id}/${record.generation}/${record.offset}/${record.rawLength}/${record.crc}`;
      assert.equal(identities.get(identity) ?? record.text, record.text, `two texts of one identity ${identity}`);
      identities.set(identity, record.text);
      for (const line of record.text.split("\n")) {
        if (line.startsWith("#")) continue;
        if (this.world.header === 0) assert.ok(this.written.has(line), `never written: ${JSON.stringify(line)}`);
        // Where files share a header, content may be too little to know one again; then twice is better than not at all.
        if (this.world.header === 0) {
          assert.equal(lines.get(line) ?? identity, identity, `${line} arrived under two identities`);
        }
        lines.set(line, identity);
      }
    }
    for (const [line, lost] of this.written) assert.ok(lost || lines.has(line), `missing: ${line}`);
    await this.#stop(true);
  }

  #line(): string {
    const number = this.#lines++;
    const more = this.world.multiline && number % 3 !== 0 ? "  " : "";
    const line = `${more}line ${number} ${"x".repeat((number * 37) % 90)}`;
    this.written.set(line, false);
    return `${line}\n`;
  }

  #begin(inode: Parameters<SimulatedFiles["append"]>[0]): void {
    if (this.world.header > 0) this.files.append(inode, `#${"h".repeat(this.world.header)}\n`);
  }

  #append(lines: number, half: boolean): void {
    const inode = this.files.inode(CURRENT);
    if (this.#half !== "") this.files.append(inode, this.#half);
    this.#half = "";
    let text = "";
    for (let i = 0; i < lines; i++) text += this.#line();
    if (half) {
      const line = this.#line();
      text += line.slice(0, 9);
      this.#half = line.slice(9);
    }
    if (text !== "") this.files.append(inode, text);
  }

  #shift(): void {
    this.#mayBeLost(`${CURRENT}.${KEPT}`);
    this.files.unlink(`${CURRENT}.${KEPT}`);
    for (let i = KEPT - 1; i >= 1; i--) {
      if (this.files.exists(`${CURRENT}.${i}`)) this.files.rename(`${CURRENT}.${i}`, `${CURRENT}.${i + 1}`);
    }
  }

  /** A file can be found under a name that no glob matches only by one who saw it under its own. */
  async #seen(): Promise<void> {
    if (this.world.matchAll) return;
    if (this.files.full) this.#mayBeLost(CURRENT);
    else await this.wait(1500);
  }

  /** Lines of a file that goes away: what has not arrived by now may never. */
  #mayBeLost(path: string): void {
    if (!this.files.exists(path)) return;
    this.#collect();
    const text = this.files.inode(path).data.toString();
    for (const line of `${text}${this.#half}`.split("\n")) if (this.written.has(line)) this.written.set(line, true);
    // A removed file ends with what there is of its last line.
    this.written.set(text.slice(text.lastIndexOf("\n") + 1), true);
  }

  async #started(): Promise<void> {
    if (this.#tail !== null) return;
    const names = this.world.matchAll ? /^\/logs\/app\.log/ : /^\/logs\/app\.log$/;
    this.#process = new SimulatedProcess(
      this.files,
      this.clock,
      () => {
        const id = Buffer.alloc(12);
        id.writeUInt32BE(++this.#ids);
        return id;
      },
      (path) => names.test(path),
    );
    this.#sink = new CollectingSink({ bytes: 4096, records: 6, automatic: false });
    this.#tail = new Tail(
      {
        inputs: [
          {
            number: 0,
            name: "model",
            paths: ["/logs/app.log*"],
            closeInactiveMs: this.world.closeInactiveMs,
            messageMaxBytes: this.world.multiline ? 4000 : 300,
            ...(this.world.multiline && {
              multiline: { type: "pattern", pattern: /^ /, timeoutMs: 300 } as const,
            }),
          },
        ],
        registryFolder: "/data",
        bufferSize: 4096,
        lingerMs: 10,
        scanMs: 100,
        pollMs: 50,
        pollMaxMs: 100,
        flushMs: 100,
        harvesterLimit: this.world.harvesterLimit,
      },
      this.#sink,
      this.#process.environment(),
    );
    this.#tail.start().catch((error: unknown) => {
      throw error;
    });
  }

  #acknowledge(which: number): void {
    const waiting = this.#sink.unacknowledged;
    if (waiting.length === 0) return;
    const [acknowledge] = waiting.splice(which % waiting.length, 1);
    (acknowledge as () => void)();
  }

  async #stop(drain: boolean): Promise<void> {
    if (this.#tail === null) return;
    let stopped = false;
    void this.#tail.stop({ drain, timeoutMs: 200 }).then(() => {
      stopped = true;
    });
    for (let i = 0; i < 10_000 && !stopped; i++) {
      await settle();
      if (!stopped && !this.#process?.step()) this.clock.advance(this.clock.now() + 50);
    }
    assert.ok(stopped, "the tail does not stop");
    this.#crash();
  }

  #crash(): void {
    this.#collect();
    this.#process?.die();
    this.clock.forget();
    this.#process = null;
    this.#tail = null;
  }

  #collect(): void {
    this.delivered.push(...this.#sink.records.splice(0));
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const small = fc.nat({ max: 40 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("append" as const), lines: small, half: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("rename" as const), late: fc.nat({ max: 5 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("copytruncate" as const), after: small, steps: fc.nat({ max: 30 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("truncate" as const, "rewrite" as const, "remove" as const),
      lines: small,
    }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("run" as const), steps: fc.nat({ max: 80 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat({ max: 600 }) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("acknowledge" as const), which: small }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("stop" as const), drain: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), power: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("fill" as const, "free" as const) }) },
);
const world: fc.Arbitrary<World> = fc.record({
  birth: fc.boolean(),
  header: fc.constantFrom(0, 0, 30, 1500),
  matchAll: fc.boolean(),
  closeInactiveMs: fc.constantFrom(60, 400, 300_000),
  harvesterLimit: fc.constantFrom(1, 2, 100),
  multiline: fc.boolean(),
});

describe("Tail, a model of a log that is written, rotated, copied, truncated, with crashes at every step", () => {
  it("what arrives is what was written, each line under one identity", async function () {
    const runs = Number(process.env["ANTLER_MODEL_RUNS"] ?? 150);
    this.timeout(20_000 + runs * 50);
    const seed = process.env["ANTLER_MODEL_SEED"];
    await fc.assert(
      fc.asyncProperty(world, fc.array(action, { minLength: 5, maxLength: 40 }), async (given, actions) => {
        const model = new Model(given);
        for (const one of actions) await model.act(one);
        await model.reckon();
      }),
      { numRuns: runs, ...(seed !== undefined && { seed: Number(seed) }) },
    );
  });
});
