import assert from "node:assert/strict";
import { sleep } from "../../../src/pipeline/filters/sleep.ts";
import { FilterSession } from "../../support/filter-session.ts";
import { problemsOf } from "./support.ts";

describe("sleep filter", () => {
  it("waits longer than a chunk may take, and passes events on in order", async () => {
    const session = new FilterSession('filter { sleep { time => "1.1" every => 2 add_tag => ["slept"] } }');
    const before = performance.now();
    const events = await session.send({ n: 1 }, { n: 2 }, { n: 3 });
    assert.ok(performance.now() - before >= 1090);
    assert.deepEqual(
      events.map(({ fields }) => [fields["n"], fields["tags"]]),
      [1, 2, 3].map((n) => [n, ["slept"]]),
    );
  });

  it("says what is no number", () => {
    const options = (given: object): string[] => problemsOf(sleep, given).map(({ option }) => option);
    assert.deepEqual(options({ time: "soon" }), ["time"]);
    assert.deepEqual(options({ time: "1", every: "0" }), ["every"]);
    assert.deepEqual(options({ time: "%{seconds}" }), []);
  });
});
