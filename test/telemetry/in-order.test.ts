import assert from "node:assert/strict";
import { InOrder } from "../../src/telemetry/in-order.ts";

describe("InOrder", () => {
  it("does what ended early when all before it have ended", () => {
    const order = new InOrder();
    const done: number[] = [];
    const ends = [0, 1, 2, 3].map(() => order.begin());
    for (const i of [2, 1, 0, 3]) {
      ends[i]?.(() => done.push(i));
      if (i === 1) assert.deepEqual(done, []);
    }
    assert.deepEqual(done, [0, 1, 2, 3]);
  });
});
