import { strict as assert } from "node:assert";
import fc from "fast-check";
import type { TailInputOptions } from "../../src/tail/options.ts";
import { Tail } from "../../src/tail/tail.ts";
import { type Collected, CollectingSink } from "./support/collecting-sink.ts";
import { SimulatedClock, SimulatedFiles, SimulatedProcess } from "./support/simulated-files.ts";

const LOG = "/logs/app.log";
const LINE_TIMEOUT_MS = 500;

/** A log that is written in pieces, and a tail that takes last lines without their end. */
class Bed {
  readonly clock = new SimulatedClock();
  readonly files = new SimulatedFiles(this.clock, true, true);
  readonly delivered: Collected[] = [];
  /** Where pieces ended, and when. */
  readonly pieces: { readonly end: number; readonly at: number }[] = [];
  readonly #multiline: TailInputOptions["multiline"];
  #sink = new CollectingSink({ bytes: 4096, records: 4, automatic: false });
  #process: SimulatedProcess | null = null;
  #tail: Tail | null = null;
  #ids = 0;

  constructor(multiline?: TailInputOptions["multiline"]) {
    this.#multiline = multiline;
    this.files.create(LOG);
  }

  get written(): Buffer {
    return this.files.inode(LOG).data;
  }

  append(text: string): void {
    this.files.append(this.files.inode(LOG), text);
    this.pieces.push({ end: this.written.length, at: this.clock.now() });
  }

  /** Lets `ms` pass with all that happens in it; the tail is started if it does not run. */
  async wait(ms: number): Promise<void> {
    this.#start();
    const limit = this.clock.now() + ms;
    for (let i = 0; i < 100_000; i++) {
      await settle();
      if (this.#process?.step()) continue;
      if (this.clock.advance(limit)) continue;
      this.delivered.push(...this.#sink.records.splice(0));
      return;
    }
    throw new Error("the tail does not come to rest");
  }

  acknowledge(count: number): void {
    for (const acknowledged of this.#sink.unacknowledged.splice(0, count)) acknowledged();
  }

  /** The process dies after some more of its file operations; with `power` what it did not sync is lost. */
  async crash(steps: number, power: boolean): Promise<void> {
    this.#start();
    for (let i = 0; i < steps; i++) {
      await settle();
      this.#process?.step();
    }
    this.delivered.push(...this.#sink.records.splice(0));
    this.#process?.die();
    this.clock.forget();
    this.#process = null;
    this.#tail = null;
    if (power) this.files.losePower("/data");
  }

  texts(): string[] {
    return this.delivered.map(({ text }) => text);
  }

  #start(): void {
    if (this.#tail !== null) return;
    const id = (): Uint8Array => Buffer.alloc(12, ++this.#ids);
    this.#process = new SimulatedProcess(this.files, this.clock, id, (path) => path === LOG);
    this.#sink = new CollectingSink({ bytes: 4096, records: 4, automatic: false });
    const multiline = this.#multiline === undefined ? {} : { multiline: this.#multiline };
    this.#tail = new Tail(
      {
        inputs: [{ number: 0, name: "test", paths: [LOG], lineTimeoutMs: LINE_TIMEOUT_MS, ...multiline }],
        registryFolder: "/data",
        bufferSize: 4096,
        lingerMs: 10,
        scanMs: 100,
        pollMs: 50,
        pollMaxMs: 100,
        flushMs: 100,
      },
      this.#sink,
      this.#process.environment(),
    );
    void this.#tail.start();
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("Tail, a last line without its end", () => {
  it("is taken after its time and not before; what comes later is another record", async () => {
    const bed = new Bed();
    bed.append("one\ntwo");
    await bed.wait(LINE_TIMEOUT_MS - 100);
    assert.deepEqual(bed.texts(), ["one"]);
    await bed.wait(300);
    assert.deepEqual(bed.texts(), ["one", "two"]);
    bed.append(" more\nthree\n");
    await bed.wait(300);
    assert.deepEqual(
      bed.delivered.map(({ text, offset, rawLength }) => [text, offset, rawLength]),
      [
        ["one", 0, 4],
        ["two", 4, 3],
        [" more", 7, 6],
        ["three", 13, 6],
      ],
    );
  });

  it("waits on while something is added to it", async () => {
    const bed = new Bed();
    for (let i = 0; i < 10; i++) {
      bed.append("a");
      await bed.wait(LINE_TIMEOUT_MS - 150);
    }
    assert.deepEqual(bed.texts(), []);
    bed.append("\n");
    await bed.wait(300);
    assert.deepEqual(bed.texts(), ["aaaaaaaaaa"]);
  });

  it("ends where it ended when it is read again after a crash, whatever was added meanwhile", async () => {
    const bed = new Bed();
    bed.append("one\ntwo");
    await bed.wait(2 * LINE_TIMEOUT_MS);
    assert.deepEqual(bed.texts(), ["one", "two"]);
    await bed.crash(0, true);
    bed.append(" more\n");
    await bed.wait(300);
    assert.deepEqual(bed.texts(), ["one", "two", "one", "two", " more"]);
  });

  it("is taken after its own time, the joined event before it after that of the joining", async () => {
    const bed = new Bed({ type: "pattern", pattern: /^ /, timeoutMs: 100 });
    bed.append("one\n of one\ntwo");
    await bed.wait(LINE_TIMEOUT_MS - 100);
    assert.deepEqual(bed.texts(), ["one\n of one"]);
    await bed.wait(1000);
    assert.deepEqual(bed.texts(), ["one\n of one", "two"]);
  });

  it("in pieces, with crashes: every byte is in one record, always the same, cut only where it was quiet", async function () {
    this.timeout(60_000);
    const piece = fc.array(fc.constantFrom("a", "bc", " ", "\n", "\r\n", "ü"), { minLength: 1, maxLength: 12 });
    const action = fc.oneof(
      { weight: 5, arbitrary: piece.map((parts) => ({ do: "append" as const, text: parts.join("") })) },
      { weight: 5, arbitrary: fc.nat({ max: 1200 }).map((ms) => ({ do: "wait" as const, ms })) },
      { weight: 3, arbitrary: fc.nat({ max: 3 }).map((count) => ({ do: "acknowledge" as const, count })) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant("crash" as const), steps: fc.nat({ max: 40 }), power: fc.boolean() }),
      },
    );
    const multiline = fc.constantFrom(undefined, { type: "pattern", pattern: /^ /, timeoutMs: 200 } as const);
    await fc.assert(
      fc.asyncProperty(multiline, fc.array(action, { minLength: 3, maxLength: 30 }), async (joined, actions) => {
        const bed = new Bed(joined);
        for (const one of actions) {
          if (one.do === "append") bed.append(one.text);
          else if (one.do === "wait") await bed.wait(one.ms);
          else if (one.do === "acknowledge") bed.acknowledge(one.count);
          else await bed.crash(one.steps, one.power);
        }
        for (let i = 0; i < 3; i++) {
          await bed.wait(2 * LINE_TIMEOUT_MS);
          bed.acknowledge(1000);
        }
        check(bed);
      }),
      { numRuns: 100 },
    );
  });
});

function check(bed: Bed): void {
  const records = new Map<string, Collected>();
  for (const record of bed.delivered) {
    const key = `${record.id}/${record.generation}/${record.offset}`;
    const known = records.get(key) ?? record;
    assert.deepEqual([known.rawLength, known.crc, known.text], [record.rawLength, record.crc, record.text]);
    records.set(key, record);
  }
  let at = 0;
  for (const { offset, rawLength, text } of [...records.values()].sort((a, b) => a.offset - b.offset)) {
    assert.equal(offset, at);
    at += rawLength;
    const raw = bed.written.subarray(offset, at).toString();
    assert.equal(text, raw.replaceAll("\r\n", "\n").replace(/\n$/, ""));
    if (raw.endsWith("\n")) continue;
    const last = bed.pieces.findIndex(({ end }) => end === at);
    assert.ok(last >= 0, `cut at ${at}, within a piece`);
    const quiet = (bed.pieces[last + 1]?.at ?? Number.POSITIVE_INFINITY) - (bed.pieces[last]?.at ?? 0);
    assert.ok(quiet >= LINE_TIMEOUT_MS - 100, `cut at ${at}, which was quiet for ${quiet} ms only`);
  }
  assert.equal(at, bed.written.length);
}
