import assert from "node:assert/strict";
import { Concurrency } from "../../src/elastic/concurrency.ts";

const never = new AbortController().signal;

describe("concurrency of bulk requests", () => {
  it("starts with two and grows by one after a round of successes, up to the most", async () => {
    const places = new Concurrency(4);
    const limits: number[] = [];
    for (let i = 0; i < 12; i++) {
      limits.push(places.limit);
      places.release(await places.acquire(never), "success");
    }
    assert.deepEqual(limits, [2, 2, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4]);
  });

  it("halves once for requests that were in flight together, and not below one", async () => {
    const places = new Concurrency(8);
    while (places.limit < 8) places.release(await places.acquire(never), "success");
    const together = await Promise.all(Array.from({ length: 8 }, () => places.acquire(never)));
    for (const place of together) places.release(place, "overload");
    assert.equal(places.limit, 4);
    for (let i = 0; i < 5; i++) places.release(await places.acquire(never), "overload");
    assert.equal(places.limit, 1);
    assert.equal(places.inFlight, 0);
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
      places.release(place, "neutral");
    });
    stop.abort(new Error("gone"));
    await assert.rejects(gone, /gone/);
    assert.deepEqual(order, []);
    places.release(first, "neutral");
    await Promise.all(waiting);
    assert.deepEqual(order, ["a", "b"]);
    assert.equal(places.inFlight, 0);
    await assert.rejects(places.acquire(stop.signal), /gone/);
  });
});
