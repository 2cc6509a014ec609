import assert from "node:assert/strict";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { countsOf } from "../../../src/pipeline/run/count-destinations.ts";
import { GroupedEvents } from "../../../src/pipeline/run/grouped-events.ts";

const DAY = 86_400_000;

/** What is counted for events of these destinations and days, when those at `absent` did not get there. */
function counted(
  events: readonly (readonly [destination: string | undefined, day: number | undefined])[],
  rejected: readonly number[] = [],
  inFailureStore: readonly number[] = [],
): unknown {
  const grouped = new GroupedEvents();
  for (const [destination, day] of events)
    grouped.add(destination, day === undefined ? undefined : new Timestamp(day * DAY + 5));
  const part = { ...grouped.done(), ends: new Int32Array(events.length) };
  const outcome = {
    delivered: 0,
    existing: 0,
    conflicts: 0,
    failureStore: inFailureStore.length,
    inFailureStore,
    rejected: rejected.map((index) => ({ index, code: "", reason: "" })),
  };
  return countsOf(part, outcome);
}

describe("events by destination and day", () => {
  it("all of one", () => {
    assert.deepEqual(counted([["a", 0], ["a", 0]]), { a: { "1970-01-01": 2 } }); // biome-ignore format: pairs
    assert.deepEqual(counted([["a", 0], ["a", 0]], [1]), { a: { "1970-01-01": 1 } }); // biome-ignore format: pairs
  });

  it("several, in turn; those that are not there are not counted", () => {
    const events = [
      ["a", 0],
      ["b", 0],
      ["a", 1],
      ["a", 0],
      [undefined, 0],
      ["b", undefined],
      ["b", -1],
    ] as const;
    assert.deepEqual(counted(events, [3], [6]), {
      a: { "1970-01-01": 1, "1970-01-02": 1 },
      b: { "1970-01-01": 1, earlier: 1 },
    });
  });

  it("none where nobody can be asked", () => {
    assert.deepEqual(counted([[undefined, 0]]), undefined);
  });
});
