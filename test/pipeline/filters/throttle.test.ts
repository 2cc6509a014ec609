import assert from "node:assert/strict";
import { FilterSession } from "../../support/filter-session.ts";

const START = Date.UTC(2026, 10, 22, 12);

function session(options: string): (second: number, fields?: Record<string, string>) => Promise<boolean> {
  const filters = new FilterSession(`filter { throttle { ${options} add_tag => ["t"] } }`);
  return async (second, fields = {}) => {
    const time = new Date(START + second * 1000).toISOString();
    const [event] = await filters.send({ ...fields, "@timestamp": time });
    return event?.fields["tags"] !== undefined;
  };
}

describe("throttle filter", () => {
  it("matches before and behind the counts given, for each key", async () => {
    const throttled = session('key => "%{k}" before_count => 2 after_count => 3 period => 60 max_age => 120');
    const seen: boolean[] = [];
    for (let n = 0; n < 5; n++) seen.push(await throttled(n, { k: "a" }));
    assert.deepEqual(seen, [true, false, false, true, true]);
    assert.equal(await throttled(5, { k: "b" }), true);
  });

  it("counts anew in the next period, and late events in their own", async () => {
    const throttled = session('key => "k" after_count => 1 period => "%{p}" max_age => 120');
    const p = "10";
    assert.equal(await throttled(0, { p }), false);
    assert.equal(await throttled(9, { p }), true);
    assert.equal(await throttled(10, { p }), false);
    assert.equal(await throttled(5, { p }), true);
  });

  it("forgets periods older than max_age", async () => {
    const throttled = session('key => "k" after_count => 1 period => 10 max_age => 60');
    assert.equal(await throttled(0), false);
    assert.equal(await throttled(1), true);
    assert.equal(await throttled(100), false);
    assert.equal(await throttled(2), false);
    assert.equal(await throttled(3), false);
  });
});
