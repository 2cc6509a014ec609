import assert from "node:assert/strict";
import { setMaxListeners } from "node:events";
import { Concurrency, type PlaceOutcome } from "../../src/elastic/concurrency.ts";
import { seeded } from "../support/elasticsearch-model.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const never = new AbortController().signal;
setMaxListeners(0, never);
const SUCCESS: PlaceOutcome = { kind: "success", milliseconds: 10, bytes: 1000 };
const OVERLOAD: PlaceOutcome = { kind: "overload" };
const NEUTRAL: PlaceOutcome = { kind: "neutral" };

/** Fills all places, and lets them all end alike. */
async function round(places: Concurrency, outcome: PlaceOutcome): Promise<void> {
  const taken = await Promise.all(Array.from({ length: places.limit }, () => places.acquire(never)));
  for (const place of taken) places.release(place, outcome);
}

describe("concurrency of bulk requests", () => {
  it("starts with two and grows by one after a round of successes, up to the most", async () => {
    const places = new Concurrency(4);
    const limits: number[] = [];
    for (let i = 0; i < 4; i++) {
      limits.push(places.limit);
      await round(places, SUCCESS);
    }
    assert.deepEqual(limits, [2, 3, 4, 4]);
  });

  it("does not grow where nobody asks for more", async () => {
    const places = new Concurrency(8);
    for (let i = 0; i < 50; i++) places.release(await places.acquire(never), SUCCESS);
    assert.equal(places.limit, 2);
  });

  it("shrinks once for requests that were in flight together, and not below one", async () => {
    const places = new Concurrency(8);
    while (places.limit < 8) await round(places, SUCCESS);
    await round(places, OVERLOAD);
    assert.equal(places.limit, 6);
    for (let i = 0; i < 9; i++) await round(places, OVERLOAD);
    assert.equal(places.limit, 1);
    assert.equal(places.inFlight, 0);
    await round(places, SUCCESS);
    assert.equal(places.limit, 2, "and comes back");
  });

  it("lets wait who finds no place, in order, and forgets who gave up", async () => {
    const places = new Concurrency(1);
    const first = await places.acquire(never);
    const order: string[] = [];
    const stop = new AbortController();
    const gone = places.acquire(stop.signal);
    const waiting = ["a", "b"].map(async (name) => {
      const place = await places.acquire(never);
      order.push(name);
      places.release(place, NEUTRAL);
    });
    stop.abort(new Error("gone"));
    await assert.rejects(gone, /gone/);
    assert.deepEqual(order, []);
    places.release(first, NEUTRAL);
    await Promise.all(waiting);
    assert.deepEqual(order, ["a", "b"]);
    assert.equal(places.inFlight, 0);
    await assert.rejects(places.acquire(stop.signal), /gone/);
  });
});

interface Run {
  /** Places after each request. */
  readonly limits: number[];
  /** Share of the server's capacity that was used, over the second half of the requests. */
  readonly used: number;
}

/**
 * A server that works on `capacity` requests at a time, 100 ms each give or take a quarter; others wait, or are refused when more than `queue` wait.
 * `slower(i)`: factor for the i-th request.
 */
async function run(
  capacity: number,
  seed: number,
  queue: number = Number.POSITIVE_INFINITY,
  slower: (i: number) => number = () => 1,
): Promise<Run> {
  const REQUESTS = 3000;
  const clock = new SimulatedClock();
  const random = seeded(seed);
  const places = new Concurrency(32);
  const free = Array.from({ length: capacity }, () => 0);
  const limits: number[] = [];
  let begun = 0;
  let work = 0;
  let halfAt = 0;
  let waiting = 0;
  const sender = async (): Promise<void> => {
    while (begun < REQUESTS) {
      const i = begun++;
      if (i === REQUESTS / 2) halfAt = clock.now();
      const place = await places.acquire(never);
      const from = clock.now();
      const bytes = 20_000 + Math.floor(random() * 1_000_000);
      free.sort((a, b) => a - b);
      const start = Math.max(from, free[0] as number);
      if (start > from && waiting >= queue) {
        await clock.sleep(2);
        places.release(place, OVERLOAD);
      } else {
        const takes = ((slower(i) * (bytes + 65_536)) / 5000) * (0.75 + random() / 2);
        free[0] = start + takes;
        if (i >= REQUESTS / 2) work += takes;
        waiting++;
        await clock.sleep(start - from);
        waiting--;
        await clock.sleep(takes);
        places.release(place, { kind: "success", milliseconds: clock.now() - from, bytes });
      }
      limits.push(places.limit);
    }
  };
  await Promise.all(Array.from({ length: 64 }, sender));
  return { limits, used: work / (capacity * (clock.now() - halfAt)) };
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe("concurrency finds what a server takes", () => {
  for (const capacity of [1, 2, 4, 8, 16]) {
    it(`capacity ${capacity}, by latency alone: all of it is used, and few requests wait`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const { limits, used } = await run(capacity, seed);
        const later = limits.slice(limits.length / 2);
        assert.ok(used > 0.9, `seed ${seed}: ${used}`);
        assert.ok(mean(later) < capacity + 16, `seed ${seed}: ${mean(later)}`);
      }
    });

    it(`capacity ${capacity}, and more are refused at once`, async () => {
      for (let seed = 1; seed <= 5; seed++) {
        const { limits, used } = await run(capacity, seed, 0);
        assert.ok(used > 0.7, `seed ${seed}: ${used}`);
        assert.ok(Math.max(...limits.slice(1500)) <= capacity + 2, `seed ${seed}: ${Math.max(...limits)}`);
        assert.ok(mean(limits.slice(1500)) >= 0.75 * capacity, `seed ${seed}: ${mean(limits)}`);
      }
    });
  }

  it("a server that gets ten times slower is neither starved nor flooded", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      const { limits, used } = await run(8, seed, Number.POSITIVE_INFINITY, (i) => (i < 1000 ? 1 : 10));
      assert.ok(used > 0.75, `seed ${seed}: ${used}`);
      assert.ok(mean(limits.slice(2000)) < 22);
    }
  });
});
