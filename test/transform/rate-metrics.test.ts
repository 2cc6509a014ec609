import assert from "node:assert/strict";
import { Meter } from "../../src/transform/rate-metrics.ts";

const TICK = 5000;

describe("Meter", () => {
  it("is the same whether it was asked at every tick or at the end", () => {
    const [asked, left] = [new Meter([1, 15], 0), new Meter([1, 15], 0)];
    for (const meter of [asked, left]) for (let n = 0; n < 10; n++) meter.mark(100 * n);
    for (let tick = 1; tick <= 30; tick++) asked.rate(1, tick * TICK);
    for (const minutes of [1, 15])
      assert.ok(Math.abs(asked.rate(minutes, 30 * TICK) - left.rate(minutes, 30 * TICK)) < 1e-12);
    assert.equal(new Meter([1], 0).rate(1, TICK), 0);
  });

  it("gives the rate of the first tick, and less after it", () => {
    const meter = new Meter([1], 0);
    for (let n = 0; n < 10; n++) meter.mark(n);
    assert.equal(meter.rate(1, TICK), 2);
    assert.ok(Math.abs(meter.rate(1, 13 * TICK) - 2 / Math.E) < 1e-12);
  });

  it("takes a clock that jumps by centuries in its stride, also backwards", () => {
    const meter = new Meter([1], 0);
    meter.mark(0);
    const far = Date.UTC(9999, 0);
    assert.equal(meter.rate(1, far), 0);
    meter.mark(0);
    assert.equal(meter.count, 2);
  });
});
