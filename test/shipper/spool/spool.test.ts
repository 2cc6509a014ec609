import assert from "node:assert/strict";
import type { EncodedWindow, WindowOutcome } from "../../../src/shipper/outputs/window-sender.ts";
import type { Spool } from "../../../src/shipper/spool/spool.ts";
import { MemoryDisk } from "../../pipeline/queue/memory-disk.ts";
import { numbered, textsOf } from "../windows.ts";
import { type Arrivals, type Process, pass, settle, start } from "./spool-model.ts";

const EVENTS = 3;
const ONE: WindowOutcome = { delivered: EVENTS, existing: 0, deadLettered: 0 };

describe("spool", () => {
  let disk: MemoryDisk;
  let arrivals: Arrivals;
  let process: Process;
  let outcomes: (WindowOutcome | undefined)[];
  let sent: number;

  beforeEach(() => {
    disk = new MemoryDisk();
    arrivals = new Map();
    begin();
  });
  afterEach(async () => {
    const closing = process.spool.then((spool) => spool.close());
    await pass(process, 3000);
    await closing;
  });

  function begin(maxBytes?: number, segmentBytes?: number): void {
    process = start(disk, arrivals, maxBytes, segmentBytes);
    outcomes = [];
    sent = 0;
  }

  async function opened(): Promise<Spool> {
    await settle(process);
    return process.spool;
  }

  function send(spool: Spool, count: number): void {
    for (let i = 0; i < count; i++) {
      const at = sent++;
      spool.send(numbered(at * EVENTS, (at + 1) * EVENTS)).then(
        (outcome) => {
          outcomes[at] = outcome;
        },
        () => undefined,
      );
    }
  }

  const segments = (): string[] => [...disk.files.keys()].filter((path) => path.endsWith(".segment"));
  const spooled = (): number => outcomes.filter((outcome) => outcome?.spooled === EVENTS).length;
  const numbersOf = (windows: readonly { readonly window: EncodedWindow }[]): string[] =>
    windows.map(({ window }) => JSON.parse(textsOf(window)[0] as string).message as string);

  async function drain(): Promise<string[]> {
    const order: string[] = [];
    for (let idle = 0; idle < 3; ) {
      order.push(...numbersOf(process.sender.open.slice(0, 1)));
      idle = process.sender.open.length === 0 ? idle + 1 : 0;
      process.sender.deliver();
      await settle(process);
    }
    return order;
  }

  it("writes nothing while windows come to their end", async () => {
    const spool = await opened();
    for (let i = 0; i < 20; i++) {
      send(spool, 1);
      await pass(process, 1500);
      process.sender.deliver();
      await settle(process);
    }
    assert.deepEqual(outcomes, Array(20).fill(ONE));
    assert.deepEqual(segments(), []);
    assert.deepEqual(process.messages, []);
  });

  it("puts nothing more on disk while it is held: what came before stays, what comes then waits", async () => {
    const spool = await opened();
    process.sender.trouble = "down";
    send(spool, 2);
    await pass(process, 1000);
    assert.equal(spooled(), 2);
    spool.holdWriting("the disk is nearly full");
    send(spool, 3);
    await pass(process, 5000);
    assert.equal(spooled(), 2);
    assert.match(spool.trouble ?? "", /the disk is nearly full/);
    spool.holdWriting(undefined);
    await pass(process, 2000);
    assert.equal(spooled(), 5);
    process.sender.trouble = undefined;
    await drain();
    assert.deepEqual([...new Set(arrivals.values())], [1]);
    assert.equal(arrivals.size, 15);
  });

  it("takes over after two seconds without an end; what is under way counts when it comes, the rest follows in order", async () => {
    const spool = await opened();
    send(spool, 3);
    await pass(process, 1750);
    assert.equal(spooled(), 0);
    await pass(process, 500);
    assert.equal(spooled(), 3);
    assert.deepEqual(
      outcomes.map((outcome) => outcome?.keepsBytes),
      [true, true, true],
    );
    assert.equal(spool.held.events, 9);
    send(spool, 5);
    await settle(process);
    assert.equal(spooled(), 8);
    assert.equal(outcomes[7]?.keepsBytes, false);
    // The three attempts are the same ones still.
    assert.deepEqual(numbersOf(process.sender.open), ["event 0", "event 3", "event 6"]);
    const order = await drain();
    assert.deepEqual(
      order,
      [0, 3, 6, 9, 12, 15, 18, 21].map((first) => `event ${first}`),
    );
    assert.deepEqual([...new Set(arrivals.values())], [1]);
    assert.equal(arrivals.size, 24);
    assert.equal(spool.held.events, 0);
    assert.deepEqual(segments(), []);
    assert.equal(spool.ledger().outputs["logstash"]?.delivered, 24);
    // Then nothing is written again.
    send(spool, 1);
    await settle(process);
    process.sender.deliver();
    await settle(process);
    assert.deepEqual(outcomes[8], ONE);
    assert.deepEqual(
      process.messages.map((message) => message.replace(/ \{.*/, "")),
      ["the output takes nothing now: events are put on disk", "the output has taken everything that was on disk"],
    );
  });

  it("takes over soon when the sender has trouble, and says which", async () => {
    const spool = await opened();
    process.sender.trouble = "connection refused";
    send(spool, 1);
    await pass(process, 500);
    assert.equal(spooled(), 1);
    assert.match(process.messages[0] ?? "", /connection refused/);
  });

  it("sends after a kill what has no end, and counts what had one", async () => {
    const spool = await opened();
    process.sender.trouble = "down";
    send(spool, 10);
    await pass(process, 500);
    assert.equal(spooled(), 10);
    process.sender.trouble = undefined;
    for (let i = 0; i < 4; i++) {
      process.sender.deliver();
      await settle(process);
    }
    process.disk.die();
    begin();
    const again = await opened();
    assert.equal(again.held.events, 18);
    assert.equal(again.ledger().outputs["logstash"]?.delivered, 12);
    send(again, 1);
    const order = await drain();
    // The last one is new: it goes behind.
    assert.deepEqual(
      order,
      [12, 15, 18, 21, 24, 27, 0].map((first) => `event ${first}`),
    );
    assert.equal(again.ledger().outputs["logstash"]?.delivered, 33);
    assert.deepEqual(segments(), []);
  });

  it("what is refused later is counted as that", async () => {
    const spool = await opened();
    process.sender.trouble = "down";
    send(spool, 2);
    await pass(process, 500);
    process.sender.open.splice(0, 1)[0]?.resolve({ delivered: 1, existing: 1, deadLettered: 1 });
    await drain();
    const { totals, outputs } = spool.ledger();
    assert.equal(totals.delivered, -1);
    assert.equal(totals.deadLettered, 1);
    assert.deepEqual(outputs["logstash"], {
      delivered: 4,
      existing: 1,
      conflicts: 0,
      failureStore: 0,
      deadLettered: 1,
    });
  });

  for (const place of ["middle", "end"] as const) {
    it(`a damaged record at the ${place} is kept aside, counted, and nothing else is lost`, async () => {
      const spool = await opened();
      process.sender.trouble = "down";
      send(spool, 1);
      await pass(process, 500);
      send(spool, 11);
      await settle(process);
      // The beginning has been read; the segments behind are on disk only.
      const text = place === "middle" ? "event 22" : "event 35";
      const at = segments()
        .map((one) => [one, disk.file(one).data.indexOf(text)] as const)
        .find(([, i]) => i > 0);
      assert.ok(at !== undefined);
      disk.file(at[0]).data[at[1]] = 0;
      await drain();
      assert.equal(arrivals.size, 33);
      const { totals, outputs } = spool.ledger();
      assert.deepEqual([totals.delivered, totals.deadLettered], [-3, 3]);
      assert.equal(outputs["spool"]?.deadLettered, 3);
      assert.equal(outputs["logstash"]?.delivered, 33);
      assert.equal([...disk.files.keys()].filter((path) => path.endsWith(".damaged")).length, 1);
      assert.ok(process.messages.some((message) => message.includes("damaged") && message.includes('"events":3')));
      assert.equal(spool.held.events, 0);
    });
  }

  it("a segment that the disk does not give is passed over, with what is lost", async () => {
    const spool = await opened();
    process.sender.trouble = "down";
    send(spool, 1);
    await pass(process, 500);
    send(spool, 11);
    await settle(process);
    const second = segments()[1] as string;
    disk.unreadable.add(second);
    for (let i = 0; i < 60; i++) {
      process.sender.deliver();
      await pass(process, 250);
    }
    const lost = spool.ledger().outputs["spool"]?.deadLettered ?? 0;
    assert.ok(lost >= 3 && lost < 30, String(lost));
    assert.equal(arrivals.size + lost, 36);
    assert.equal(spool.held.events, 0);
  });

  it("when it has its size, windows wait; they go on when there is room", async () => {
    process.disk.die();
    disk = new MemoryDisk();
    begin(4000, 1000);
    const spool = await opened();
    process.sender.trouble = "down";
    send(spool, 20);
    await pass(process, 5000);
    const fit = spooled();
    assert.ok(fit > 3 && fit < 12, String(fit));
    assert.match(spool.trouble ?? "", /limit of 4000 bytes/);
    assert.equal(process.messages.filter((message) => message.includes("cannot be written to")).length, 1);
    process.sender.trouble = undefined;
    for (let i = 0; i < 60; i++) {
      process.sender.deliver();
      await pass(process, 250);
    }
    assert.equal(outcomes.filter((outcome) => outcome !== undefined).length, 20);
    assert.equal(arrivals.size, 60);
    assert.deepEqual([...new Set(arrivals.values())], [1]);
    assert.equal(spool.trouble, undefined);
  });

  it("a full disk is said once; windows wait, and go straight on when the output takes them", async () => {
    const spool = await opened();
    disk.capacity = disk.used + 100;
    process.sender.trouble = "down";
    send(spool, 2);
    await pass(process, 10_000);
    assert.equal(spooled(), 0);
    assert.match(spool.trouble ?? "", /ENOSPC/);
    assert.equal(process.messages.filter((message) => message.includes("cannot be written to")).length, 1);
    assert.equal(process.messages.filter((message) => message.includes("put on disk")).length, 1);
    process.sender.trouble = undefined;
    await drain();
    assert.deepEqual(outcomes, [ONE, ONE]);
    assert.equal(spool.trouble, undefined);
    // And with room it works again.
    disk.capacity = Number.POSITIVE_INFINITY;
    process.sender.trouble = "down";
    send(spool, 1);
    await pass(process, 1500);
    assert.equal(spooled(), 1);
  });
});
