import assert from "node:assert/strict";
import { Event } from "../../../src/event/event.ts";
import { drop } from "../../../src/pipeline/filters/drop.ts";
import { runFilters } from "../../support/run-filters.ts";

/** Whether an event is dropped when the dice show `random`. */
function drops(percentage: number, random: number): boolean {
  const filter = drop.create({ percentage } as never, { random: () => random } as never);
  const event = new Event(0, {});
  filter.apply(event, () => assert.fail("drop makes no events"));
  return event.cancelled;
}

describe("drop filter", () => {
  it("drops everything, whatever the dice say", () => {
    assert.equal(runFilters("filter { drop { } }", ["a", "b"]).length, 0);
    for (const random of [0, 0.5, 0.999999]) assert.equal(drops(100, random), true);
  });

  it("drops within a condition", () => {
    const kept = runFilters('filter { if [level] == "debug" { drop { } } }', [{ level: "debug" }, { level: "info" }]);
    assert.deepEqual(
      kept.map((event) => event.fields["level"]),
      ["info"],
    );
  });

  it("drops a share", () => {
    assert.deepEqual(
      [0, 0.2499, 0.25, 0.9].map((random) => drops(25, random)),
      [true, true, false, false],
    );
    for (const random of [0, 0.5, 0.999999]) assert.equal(drops(0, random), false);
  });
});
