import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";
import type { WindowOutcome } from "../../../src/shipper/outputs/window-sender.ts";
import type { Spool } from "../../../src/shipper/spool/spool.ts";
import { MemoryDisk } from "../../pipeline/queue/memory-disk.ts";
import { seeded } from "../../support/seeded.ts";
import { numbered, textsOf } from "../windows.ts";
import { type Arrivals, type Process, settle, start } from "./spool-model.ts";

const WINDOWS = 60;
const EVENTS = 3;
const STEPS = 1200;

interface Result {
  readonly arrivals: Arrivals;
  readonly crashes: number;
  readonly handedOver: number;
  readonly spooled: number;
  readonly spool: Spool;
  readonly messages: string[];
}

/** A source that hands windows over in order, begins again behind what was acknowledged, and a disk, a destination and a process that fail. */
async function run(seed: number): Promise<Result> {
  const random = seeded(seed);
  const chance = (p: number): boolean => random() < p;
  const disk = new MemoryDisk();
  const arrivals: Arrivals = new Map();
  const crashRate = seed % 3 === 0 ? 0 : 0.01;
  let process: Process = start(disk, arrivals);
  let spool: Spool | undefined;
  let next = 0;
  let acknowledged = 0;
  let done = new Set<number>();
  let spooled = 0;
  let crashes = 0;
  let isDown = chance(0.5);
  const begin = (one: Process): void => {
    void one.spool.then((opened) => {
      if (one === process) spool = opened;
    });
  };
  begin(process);
  const submit = (opened: Spool, of: Process): void => {
    const number = next++;
    const window = numbered(number * EVENTS, (number + 1) * EVENTS);
    opened.send(window).then(
      (outcome: WindowOutcome) => {
        if (of !== process) return;
        spooled += outcome.spooled ?? 0;
        // What is not kept is used for something else at once.
        if (outcome.keepsBytes !== true) window.bytes.fill(0x58);
        done.add(number);
        while (done.has(acknowledged)) acknowledged++;
      },
      () => undefined,
    );
  };
  for (let step = 0; step < STEPS; step++) {
    await turn();
    if (chance(0.01)) isDown = !isDown;
    process.sender.trouble = isDown && chance(0.5) ? "it is down" : undefined;
    if (chance(0.005)) disk.capacity = chance(0.5) ? 3000 + random() * 4000 : Number.POSITIVE_INFINITY;
    if (chance(0.005)) disk.failSync = true;
    if (chance(crashRate)) {
      crashes++;
      if (chance(0.5)) process.sender.deliver(0, true);
      process.disk.die();
      if (chance(0.5)) disk.losePower(random);
      process = start(disk, arrivals);
      spool = undefined;
      next = acknowledged;
      done = new Set();
      begin(process);
      continue;
    }
    if (chance(0.7)) process.disk.step();
    if (chance(0.3)) process.clock.advance(random() * 400);
    if (!isDown && chance(0.4)) process.sender.deliver(Math.floor(random() * process.sender.open.length));
    if (spool !== undefined && next < WINDOWS && next - acknowledged < 3 && chance(0.3)) submit(spool, process);
  }
  // Then everything works again.
  disk.capacity = Number.POSITIVE_INFINITY;
  disk.failSync = false;
  process.sender.trouble = undefined;
  for (let round = 0; round < 3000; round++) {
    await settle(process);
    process.clock.advance(100);
    while (process.sender.open.length > 0) process.sender.deliver();
    if (spool !== undefined && next < WINDOWS && next - acknowledged < 3) submit(spool, process);
    if (acknowledged === WINDOWS && spool?.held.events === 0) break;
  }
  assert.equal(acknowledged, WINDOWS, `seed ${seed}: ${process.messages.join("\n")}`);
  await settle(process);
  const end = spool as unknown as Spool;
  return { arrivals, crashes, handedOver: acknowledged * EVENTS, spooled, spool: end, messages: process.messages };
}

describe("spool, simulated", () => {
  it("loses nothing through outages, full disks, failing fsyncs, kills and losses of power; without kills nothing comes twice", async function () {
    this.timeout(120_000);
    const rounds = Number(process.env["ANTLER_SPOOL_ROUNDS"] ?? 150);
    let crashes = 0;
    let twice = 0;
    let spooled = 0;
    for (let seed = 1; seed <= rounds; seed++) {
      const result = await run(seed);
      const wanted = new Set(textsOf(numbered(0, WINDOWS * EVENTS)));
      for (const text of wanted) assert.ok(result.arrivals.has(text), `seed ${seed}: ${text} is lost`);
      for (const text of result.arrivals.keys()) assert.ok(wanted.has(text), `seed ${seed}: ${text} was never sent`);
      const extra = [...result.arrivals.values()].filter((count) => count > 1).length;
      if (result.crashes === 0) {
        assert.equal(extra, 0, `seed ${seed}`);
        const { totals, outputs } = result.spool.ledger();
        assert.equal(outputs["logstash"]?.delivered ?? 0, result.spooled, `seed ${seed}`);
        assert.equal(outputs["spool"], undefined, `seed ${seed}`);
        assert.equal(totals.delivered + totals.deadLettered, 0);
      }
      assert.equal(result.spool.held.events, 0);
      crashes += result.crashes;
      twice += extra;
      spooled += result.spooled;
    }
    // It has happened at all.
    assert.ok(crashes > 20 && twice > 0 && spooled > 1000, JSON.stringify({ crashes, twice, spooled }));
  });
});
