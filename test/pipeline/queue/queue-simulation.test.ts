import assert from "node:assert/strict";
import { seeded } from "../../support/seeded.ts";
import { MemoryDisk } from "./memory-disk.ts";
import { INPUT, QueueRun, settled } from "./queue-rig.ts";

const SEEDS = Number(process.env["ANTLER_QUEUE_SEEDS"] ?? 25);
const STEPS = 1200;

interface Faults {
  readonly power: boolean;
  readonly fullDisk: boolean;
  readonly failedSync: boolean;
}

/** A history of batches, deliveries, deaths and faults; then everything works until nothing is left. */
async function history(seed: number, faults: Faults): Promise<{ written: number; crashes: number; readBack: number }> {
  const random = seeded(seed);
  const disk = new MemoryDisk();
  const settings = {
    pageCapacity: 400 + Math.floor(random() * 3000),
    maxBytes: 6000 + Math.floor(random() * 8000),
    maxEvents: random() < 0.3 ? 40 : 0,
    checkpointAcks: random() < 0.5 ? 5 : 0,
  };
  const promised = new Set<string>();
  const delivered = new Map<string, number>();
  let written = 0;
  let crashes = 0;
  let readBack = 0;
  let run = new QueueRun(disk);
  await run.open(settings);
  const deliver = (at: number): void => {
    const [delivery] = run.deliveries.splice(at, 1);
    for (const text of delivery?.texts ?? []) delivered.set(text, (delivered.get(text) ?? 0) + 1);
    delivery?.done();
  };
  const checkOrder = (): void => {
    const numbers = run.seen.map(Number);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
      "they come out in the order in which they came in",
    );
  };
  const checkMessages = (): void =>
    assert.ok(!run.messages.some((message) => /cannot be read|lost/.test(message)), run.messages.join("\n"));
  for (let step = 0; step < STEPS; step++) {
    const what = random();
    if (what < 0.5) run.disk.step();
    else if (what < 0.65) {
      const texts = Array.from({ length: 1 + Math.floor(random() * 5) }, () => String(1_000_000 + written++));
      run
        .submit(texts, () => {
          for (const text of texts) promised.add(text);
        })
        .catch(() => undefined);
    } else if (what < 0.85) {
      if (run.deliveries.length > 0) deliver(Math.floor(random() * run.deliveries.length));
    } else if (what < 0.95) run.pass(random() * 500);
    else if (what < 0.955 && faults.failedSync) disk.failSync = true;
    else if (what < 0.96 && faults.fullDisk)
      disk.capacity = random() < 0.5 ? disk.used + Math.floor(random() * 300) : Number.POSITIVE_INFINITY;
    else if (what < 0.967) {
      crashes++;
      checkOrder();
      readBack += run.queue.status.readBack;
      checkMessages();
      run.die();
      if (faults.power) disk.losePower(random);
      run = new QueueRun(disk);
      disk.failSync = false;
      // An open that a full disk ends is tried again by whoever supervises it.
      if (random() < 0.5) disk.capacity = Number.POSITIVE_INFINITY;
      await run.open(settings);
    }
    await settled();
  }
  disk.capacity = Number.POSITIVE_INFINITY;
  disk.failSync = false;
  for (let quiet = 0; quiet < 3; ) {
    await run.rest();
    run.pass(1500);
    await run.rest();
    quiet = run.deliveries.length === 0 ? quiet + 1 : 0;
    while (run.deliveries.length > 0) deliver(0);
  }
  checkOrder();
  checkMessages();
  await run.until(run.queue.drained());
  const missing = [...promised].filter((text) => !delivered.has(text));
  assert.deepEqual(missing, [], "what was acknowledged and has not come out");
  const { read } = run.queue.ledger(INPUT).snapshot().totals;
  if (faults.failedSync) assert.ok(read >= delivered.size);
  else assert.equal(read, delivered.size, "each event counts once, also where it came out again after a crash");
  assert.equal(run.queue.status.events, 0);
  await run.until(run.queue.close());
  const segments = [...disk.files.keys()].filter((path) => path.endsWith(".segment"));
  assert.deepEqual(segments, [], "what is delivered takes no room");
  return { written, crashes, readBack: readBack + run.queue.status.readBack };
}

describe("persistent queue, simulated", function () {
  this.timeout(60_000);
  const cases: [string, Faults][] = [
    ["processes that die", { power: false, fullDisk: false, failedSync: false }],
    ["losses of power", { power: true, fullDisk: false, failedSync: false }],
    ["losses of power and full disks", { power: true, fullDisk: true, failedSync: false }],
    ["all that, and an fsync that fails", { power: true, fullDisk: true, failedSync: true }],
  ];
  for (const [name, faults] of cases) {
    it(`${name}: nothing acknowledged is missing, and counts are right (${SEEDS} seeds)`, async () => {
      const sums = { written: 0, crashes: 0, readBack: 0 };
      for (let seed = 1; seed <= SEEDS; seed++) {
        const result = await history(seed, faults).catch((error: Error) => {
          throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
        });
        for (const key of ["written", "crashes", "readBack"] as const) sums[key] += result[key];
      }
      assert.ok(sums.crashes > SEEDS && sums.readBack > SEEDS && sums.written > SEEDS * 100, JSON.stringify(sums));
    });
  }
});
