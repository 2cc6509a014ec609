import { strict as assert } from "node:assert";
import type { RecordBatch, RecordSink } from "../../src/event/record-batch.ts";
import { Tail } from "../../src/tail/tail.ts";
import { CollectingSink } from "./support/collecting-sink.ts";
import { SimulatedClock, SimulatedFiles, SimulatedProcess } from "./support/simulated-files.ts";

const SCAN_MS = 100;
const OUTAGE_MS = 60 * 60 * 1000;

/** A sink that gives no batches while it is shut, as when the receiver is away. */
class ShutSink extends CollectingSink implements RecordSink {
  #waiting: (() => void)[] = [];
  shut = false;

  override async acquire(bytes?: number): Promise<RecordBatch> {
    if (this.shut) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return super.acquire(bytes);
  }

  open(): void {
    this.shut = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

describe("scans of a tail", () => {
  it("come as often as before after a receiver was away for an hour", async () => {
    const clock = new SimulatedClock();
    const files = new SimulatedFiles(clock, true, true);
    const disk = new SimulatedProcess(
      files,
      clock,
      (bytes) => new Uint8Array(bytes).fill(7),
      (path) => path.startsWith("/logs/"),
    );
    const pass = async (ms: number): Promise<void> => {
      const limit = clock.now() + ms;
      do {
        await new Promise((resolve) => setImmediate(resolve));
      } while (disk.step() || clock.advance(limit));
    };
    const sink = new ShutSink();
    const tail = new Tail(
      {
        inputs: [{ number: 0, name: "test", paths: ["/logs/*"] }],
        registryFolder: "/data",
        scanMs: SCAN_MS,
        pollMs: 50,
        lingerMs: 5,
      },
      sink,
      disk.environment(),
    );
    sink.shut = true;
    files.append(files.create("/logs/a.log"), "one\n");
    void tail.start();
    // A scan is under way that waits for its turn, and another is asked for.
    await pass(3 * SCAN_MS);
    tail.scanSoon();
    await pass(OUTAGE_MS);
    sink.open();
    await pass(SCAN_MS / 2);
    files.append(files.create("/logs/b.log"), "two\n");
    await pass(10 * SCAN_MS);
    assert.deepEqual(sink.texts(), ["one", "two"]);
    disk.die();
  });
});
