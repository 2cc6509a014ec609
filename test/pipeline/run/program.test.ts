import assert from "node:assert/strict";
import fc from "fast-check";
import { Event } from "../../../src/event/event.ts";
import { ChunkRun, FilterStep, IfStep, runSteps } from "../../../src/pipeline/run/program.ts";

const named = (event: Event): string => String(event.fields["name"]);
const events = (names: readonly string[]): Event[] => names.map((name, i) => new Event(i, { name }));

/** Makes `count` events from each, named after it. */
function making(count: number): FilterStep {
  return new FilterStep(
    "make#1",
    {
      apply(event, emit) {
        for (let i = 1; i <= count; i++) emit(new Event(event.record, { name: `${named(event)}.${i}` }));
        return true;
      },
    },
    undefined,
  );
}

describe("a compiled program", () => {
  it("keeps the order of events through branches, with made events behind their parent", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 30 }), (choices) => {
        const input = events(choices.map((choice, i) => `${i}:${choice}`));
        const choice = (event: Event): number => Number(named(event).split(":")[1]);
        const step = new IfStep([
          { condition: (event) => choice(event) === 0, steps: [making(1)] },
          { condition: (event) => choice(event) === 1, steps: [making(2)] },
          { condition: (event) => choice(event) === 2, steps: [] },
        ]);
        const expected = choices.flatMap((made, i) => {
          const name = `${i}:${made}`;
          return [name, ...Array.from({ length: made === 0 ? 1 : made === 1 ? 2 : 0 }, (_, k) => `${name}.${k + 1}`)];
        });
        assert.deepEqual(runSteps([step], input, new ChunkRun()).map(named), expected);
      }),
    );
  });

  it("passes cancelled events over and keeps them in the list, to be counted", () => {
    const [a, b] = events(["a", "b"]) as [Event, Event];
    a.cancelled = true;
    const seen: string[] = [];
    const step = new FilterStep("look#1", { apply: (event) => seen.push(named(event)) > 0 }, undefined);
    assert.equal(runSteps([step], [a, b], new ChunkRun()).length, 2);
    assert.deepEqual(seen, ["b"]);
  });

  it("gives events that a filter throws on to the dead letters, and goes on", () => {
    const run = new ChunkRun();
    const step = new FilterStep(
      "bad#1",
      {
        apply(event) {
          if (named(event) === "b") throw new Error("no b");
          return true;
        },
      },
      (event) => event.tag("seen"),
    );
    const done = runSteps([step], events(["a", "b", "c"]), run);
    assert.deepEqual(
      done.map((event) => event.fields["tags"]),
      [["seen"], undefined, ["seen"]],
    );
    assert.deepEqual(
      run.failed.map(({ event, code, reason }) => [named(event), code, reason]),
      [["b", "filter_exception", "bad#1: no b"]],
    );
  });

  it("tags instead of running a filter that stalled on the event before", () => {
    const step = new FilterStep(
      "slow#1",
      { apply: () => assert.fail("it runs"), timeoutTags: ["_groktimeout"] },
      undefined,
    );
    const [event] = runSteps([step], events(["a"]), new ChunkRun(new Set([step])));
    assert.deepEqual(event?.fields["tags"], ["_groktimeout"]);
  });
});
