import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDropped } from "../../../src/pipeline/dead-letters/dropped-counts.ts";
import { DeadLetterKeeper } from "../../../src/pipeline/dead-letters/keeper.ts";
import { Letters, type OpenLetter } from "../../../src/pipeline/dead-letters/letters.ts";
import { DEFAULT_DEAD_LETTER_SETTINGS, type DeadLetterSettings } from "../../../src/pipeline/dead-letters/settings.ts";
import type { DeadLetter } from "../../../src/segments/dead-letter.ts";
import { type SettledHow, SettledLog } from "../../../src/segments/settled-log.ts";

const START = Date.UTC(2026, 10, 23);
const LETTER_BYTES = 1500;

describe("the keeper of dead letters", () => {
  let folder: string;
  let now: number;
  let warnings: string[];
  /** Sleepers of the keeper, waked by `tick`. */
  let sleepers: (() => void)[];
  const keepers: DeadLetterKeeper[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-keeper-"));
    now = START;
    warnings = [];
    sleepers = [];
  });
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(settings: Partial<DeadLetterSettings> = {}): Promise<DeadLetterKeeper> {
    const keeper = await DeadLetterKeeper.open(
      folder,
      { ...DEFAULT_DEAD_LETTER_SETTINGS, maxBytes: 64 * 1024, ...settings },
      {
        log: { info: (text) => warnings.push(text), warn: (text) => warnings.push(text), error: () => undefined },
        now: () => now,
        sleep: (_, signal) =>
          new Promise<void>((resolve, reject) => {
            const abort = (): void => reject(signal.reason as Error);
            signal.addEventListener("abort", abort, { once: true });
            sleepers.push(() => {
              signal.removeEventListener("abort", abort);
              resolve();
            });
          }),
      },
    );
    keepers.push(keeper);
    return keeper;
  }

  async function close(keeper: DeadLetterKeeper): Promise<void> {
    keepers.splice(keepers.indexOf(keeper), 1);
    await keeper.close();
  }

  const letter = (n: number, code = n % 2 === 0 ? "even" : "odd"): DeadLetter => ({
    time: now,
    pipeline: "main",
    stage: "reject",
    code,
    reason: `letter ${n}`,
    id: `id ${n}`,
    raw: Buffer.alloc(LETTER_BYTES, 48 + (n % 10)),
    event: Buffer.alloc(0),
  });

  async function letters(): Promise<OpenLetter[]> {
    const found: OpenLetter[] = [];
    for await (const one of (await Letters.open(folder)).open()) found.push(one);
    return found;
  }
  const names = async (): Promise<string[]> => (await letters()).map((one) => one.letter.id);

  async function settle(which: (n: number) => boolean, how: SettledHow = "purged"): Promise<void> {
    const { end } = await Letters.open(folder);
    const log = await SettledLog.open(folder, 0);
    const meant = (await letters()).filter((one) => which(Number(one.letter.id.slice(3))));
    await log.add(meant.map(({ key }) => ({ key, upTo: end, time: now, how })));
    await log.close();
  }

  /** Lets everything run that is not asleep. */
  const settleDown = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      for (const wake of sleepers.splice(0)) wake();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Fills the store; the first letter that has no room, and its promise. */
  async function fill(keeper: DeadLetterKeeper): Promise<{ n: number; waiting: Promise<void> }> {
    for (let n = 0; ; n++) {
      let done = false;
      const waiting = keeper.append(letter(n)).then(() => {
        done = true;
      });
      waiting.catch(() => undefined);
      while (!done && !keeper.counts().blocked) await new Promise((resolve) => setImmediate(resolve));
      if (!done) return { n, waiting };
    }
  }

  it("blocks when it is full, says so once, and goes on when letters are settled", async () => {
    const keeper = await open();
    const { n, waiting } = await fill(keeper);
    const more = keeper.append(letter(n + 1));
    await settleDown();
    assert.equal(keeper.counts().blocked, true);
    assert.equal(warnings.filter((text) => text.includes("cannot be kept")).length, 1);
    assert.equal((await names()).length, n);
    assert.ok(keeper.counts().bytes <= 64 * 1024);

    await settle((one) => one < n / 2);
    await until(() => !keeper.counts().blocked);
    await Promise.all([waiting, more]);
    await keeper.flush();
    const kept = await names();
    assert.ok(kept.includes(`id ${n}`) && kept.includes(`id ${n + 1}`));
    for (let one = Math.ceil(n / 2); one < n; one++) assert.ok(kept.includes(`id ${one}`), `${one} was not settled`);
    assert.deepEqual(keeper.counts().dropped, {});
    assert.equal(keeper.counts().waited, 1);
    assert.ok(warnings.some((text) => text.includes("room again")));
  });

  it("also frees the segment that it writes to", async () => {
    const keeper = await open();
    const { n, waiting } = await fill(keeper);
    await settle(() => true);
    await until(() => !keeper.counts().blocked);
    await waiting;
    await keeper.flush();
    assert.deepEqual(await names(), [`id ${n}`]);
  });

  it("gives up waiting when the pipeline stops", async () => {
    const keeper = await open();
    const { n, waiting } = await fill(keeper);
    await close(keeper);
    await assert.rejects(waiting, /the pipeline stops/);
    assert.equal((await names()).length, n, "what was kept before stays");
  });

  it("drop_older removes the oldest and counts them by code, also over a restart", async () => {
    const keeper = await open({ policy: "drop_older" });
    for (let n = 0; n < 200; n++) await keeper.append(letter(n));
    await keeper.flush();
    const kept = await names();
    assert.equal(kept.at(-1), "id 199");
    const dropped = 200 - kept.length;
    assert.ok(dropped > 100 && kept.length > 20);
    assert.deepEqual(
      kept,
      Array.from({ length: kept.length }, (_, i) => `id ${dropped + i}`),
    );
    const { drop_older: counts } = keeper.counts().dropped;
    assert.equal((counts?.["even"] ?? 0) + (counts?.["odd"] ?? 0), dropped);
    assert.equal(warnings.filter((text) => text.includes("dropped")).length, 1);
    await close(keeper);
    assert.deepEqual(await readDropped(folder), { drop_older: counts });
    assert.deepEqual((await open({ policy: "drop_older" })).counts().dropped, { drop_older: counts });
  });

  it("drop_newer keeps the old ones and counts the new", async () => {
    const keeper = await open({ policy: "drop_newer" });
    for (let n = 0; n < 100; n++) await keeper.append(letter(n, "c"));
    const kept = await names();
    assert.equal(kept[0], "id 0");
    assert.deepEqual(keeper.counts().dropped, { drop_newer: { c: 100 - kept.length } });
  });

  it("keeps none when it is switched off, and counts them", async () => {
    const keeper = await open({ enabled: false });
    await keeper.append(letter(1, "c"));
    await keeper.flush();
    assert.deepEqual(await names(), []);
    assert.deepEqual(keeper.counts().dropped, { disabled: { c: 1 } });
  });

  it("removes what is older than retain.age, and counts it", async () => {
    const keeper = await open({ retainMs: 86_400_000 });
    for (let n = 0; n < 20; n++) await keeper.append(letter(n));
    now += 43_200_000;
    for (let n = 20; n < 22; n++) await keeper.append(letter(n));
    await keeper.flush();
    now += 43_200_001;
    await until(() => readdirSync(folder).filter((name) => name.endsWith(".segment")).length === 1);
    await close(keeper);
    const kept = await names();
    assert.ok(kept.length < 22 && kept.includes("id 20") && kept.includes("id 21"));
    const { expired } = await readDropped(folder);
    assert.equal((expired?.["even"] ?? 0) + (expired?.["odd"] ?? 0), 22 - kept.length);
  });

  it("takes a letter that is larger than all room when there is no other", async () => {
    const keeper = await open();
    await keeper.append({ ...letter(1), raw: Buffer.alloc(100_000) });
    assert.deepEqual(await names(), ["id 1"]);
  });

  it("at its start removes what was settled while it was away", async () => {
    const first = await open({ maxBytes: 512 * 1024 });
    for (let n = 0; n < 100; n++) await first.append(letter(n));
    await close(first);
    await settle((n) => n < 99);
    const again = await open({ maxBytes: 512 * 1024 });
    const before = again.counts().bytes;
    await again.append(letter(100));
    assert.ok(again.counts().bytes < before - 60_000);
    await again.flush();
    assert.deepEqual(await names(), ["id 99", "id 100"]);
    assert.ok(!existsSync(join(folder, "0000000001.segment")));
  });
});
