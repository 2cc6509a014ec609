import assert from "node:assert/strict";
import { RecentCache } from "../../src/transform/recent-cache.ts";

describe("a cache of recent results", () => {
  it("keeps what is asked for and forgets the rest, within its limit", () => {
    const cache = new RecentCache<string, number>(10);
    cache.set("kept", 0);
    for (let i = 1; i <= 100; i++) {
      cache.set(`k${i}`, i);
      assert.equal(cache.get("kept"), 0);
      assert.equal(cache.get(`k${i}`), i);
      assert.ok(cache.size <= 10, `${cache.size} entries`);
    }
    assert.equal(cache.get("k1"), undefined);
  });

  it("keeps the newest of a limit of one", () => {
    const cache = new RecentCache<string, number>(1);
    cache.set("a", 1);
    cache.set("b", 2);
    assert.equal(cache.get("b"), 2);
    assert.ok(cache.size <= 2);
  });

  it("takes a new value for an old key", () => {
    const cache = new RecentCache<string, number>(4);
    cache.set("a", 1);
    cache.set("b", 1);
    cache.set("c", 1);
    cache.set("a", 2);
    assert.equal(cache.get("a"), 2);
  });
});
