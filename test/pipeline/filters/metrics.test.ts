import assert from "node:assert/strict";
import { hostname } from "node:os";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { Timer } from "../../../src/transform/rate-metrics.ts";
import { FilterSession } from "../../support/filter-session.ts";

describe("metrics filter", () => {
  it("counts events by name, lets them pass, and makes an event of the figures", async () => {
    const session = new FilterSession(
      'filter { metrics { meter => ["status.%{code}", "all"] add_tag => ["metric"] } }',
    );
    const passed = await session.send({ code: 200 }, { code: 200 }, { code: 404 });
    assert.deepEqual(
      passed.map(({ fields }) => fields["tags"]),
      [undefined, undefined, undefined],
    );
    session.now += 5000;
    const [figures, ...rest] = await session.tick();
    assert.deepEqual(rest, []);
    const document = figures?.toObject() ?? {};
    assert.deepEqual(document["status.200"], { count: 2, rate_1m: 0.4, rate_5m: 0.4, rate_15m: 0.4 });
    assert.deepEqual((document["all"] as { count: number }).count, 3);
    assert.deepEqual(document["tags"], ["metric"]);
    assert.equal(document["message"], hostname());
    assert.equal((document["@timestamp"] as Timestamp).epochMs, session.now);
  });

  it("has rates that follow what happens, the short one faster", async () => {
    const session = new FilterSession('filter { metrics { meter => "events" } }');
    for (let k = 0; k < 12; k++) {
      await session.send(...Array.from({ length: 50 }, () => "x"));
      session.now += 5000;
      await session.tick();
    }
    session.now += 60_000;
    const document = (await session.tick())[0]?.toObject() ?? {};
    const { rate_1m, rate_15m, count } = document["events"] as Record<string, number>;
    assert.equal(count, 600);
    assert.ok((rate_1m as number) < 4 && (rate_1m as number) > 3, String(rate_1m));
    assert.ok((rate_15m as number) > 9, String(rate_15m));
  });

  it("measures values", async () => {
    const session = new FilterSession(
      'filter { metrics { timer => { "took" => "%{ms}" } percentiles => [50, 100] rates => [] } }',
    );
    await session.send(...[1, 2, 3, 4].map((ms) => ({ ms })));
    const document = (await session.tick())[0]?.toObject() ?? {};
    assert.deepEqual(document["took"], {
      count: 4,
      min: 1,
      max: 4,
      mean: 2.5,
      stddev: Math.sqrt(5 / 3),
      p50: 2.5,
      p100: 4,
    });
  });

  it("waits for its interval, and begins anew when told", async () => {
    const session = new FilterSession('filter { metrics { meter => "n" flush_interval => 10 clear_interval => 20 } }');
    const counts: unknown[] = [];
    for (let k = 0; k < 6; k++) {
      await session.send("x");
      for (const event of await session.tick()) counts.push((event.toObject()["n"] as { count: number }).count);
    }
    assert.deepEqual(counts, [2, 4, 2]);
  });

  it("takes no notice of old events, splits names, makes nothing of nothing", async () => {
    const old = new FilterSession('filter { metrics { meter => "n" ignore_older_than => 10 } }');
    await old.send({ "@timestamp": new Timestamp(old.now - 20_000) });
    assert.deepEqual(await old.tick(), []);
    const split = new FilterSession('filter { metrics { meter => "%{tags}" split => true rates => [1] } }');
    await split.send({ tags: ["a", "b"] }, { tags: ["b"] });
    const document = (await split.tick())[0]?.toObject() ?? {};
    assert.deepEqual([(document["a"] as { count: number }).count, (document["b"] as { count: number }).count], [1, 2]);
  });

  it("keeps an even sample of many values", () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 16807) % 2147483647;
      return seed / 2147483647;
    };
    const timer = new Timer([], 0, random);
    for (let value = 1; value <= 50_000; value++) timer.update(value, 0);
    assert.ok(Math.abs(timer.quantile(0.5) - 25_000) < 2500, String(timer.quantile(0.5)));
    assert.equal(timer.max, 50_000);
  });
});
