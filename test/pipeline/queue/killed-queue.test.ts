import assert from "node:assert/strict";
import { killRepeatedly } from "./killed-queue.ts";

const ROUNDS = 50;

describe("persistent queue whose process is killed", function () {
  this.timeout(120_000);

  it(`${ROUNDS} times with -9 at random: nothing acknowledged is missing, and counts are right`, async () => {
    const { acknowledged, again, torn } = await killRepeatedly(ROUNDS);
    assert.ok(acknowledged > 1000 && again > 0 && torn > 0, JSON.stringify({ acknowledged, again, torn }));
  });
});
