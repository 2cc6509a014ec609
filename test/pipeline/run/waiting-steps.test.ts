import assert from "node:assert/strict";
import { Event } from "../../../src/event/event.ts";
import { ChunkRun, FilterStep, IfStep, type Step } from "../../../src/pipeline/run/program.ts";
import {
  OutOfTime,
  runWaitingSteps,
  WaitingFilterStep,
  WaitingIfStep,
} from "../../../src/pipeline/run/waiting-steps.ts";
import type { FilterInstance } from "../../../src/plugin/definitions.ts";

const inTime = (work: () => void): void => work();
const events = (...names: string[]): Event[] => names.map((name, i) => new Event(i, { name, seen: "" }));
const names = (list: readonly Event[]): unknown[] => list.map(({ fields }) => fields["name"]);
const seen = (list: readonly Event[]): unknown[] => list.map(({ fields }) => fields["seen"]);
const step = (id: string, filter: Partial<FilterInstance>): FilterStep =>
  new (filter.wait === undefined ? FilterStep : WaitingFilterStep)(id, { apply: () => false, ...filter }, undefined);
const mark = (text: string): FilterStep =>
  step(text, {
    apply(event) {
      event.fields["seen"] = `${event.fields["seen"]}${text}`;
      return true;
    },
  });

describe("filters that wait", () => {
  it("all events of a chunk wait at once, and keep their order with what is made from them", async () => {
    let under = 0;
    let most = 0;
    const wait = step("w", {
      async wait(event, emit) {
        most = Math.max(most, ++under);
        await new Promise((resolve) => setTimeout(resolve, event.record === 0 ? 20 : 1));
        under--;
        const child = new Event(event.record, { name: `child of ${String(event.fields["name"])}`, seen: "" });
        if (event.record < 2) emit(child);
        return true;
      },
    });
    const result = await runWaitingSteps([mark("1"), wait, mark("2")], events("a", "b", "c"), new ChunkRun(), inTime);
    assert.deepEqual(names(result), ["a", "child of a", "b", "child of b", "c"]);
    assert.deepEqual(seen(result), ["12", "2", "12", "2", "12"]);
    assert.equal(most, 3);
  });

  it("in a branch: only those wait that take it, and the order is kept", async () => {
    const asked: unknown[] = [];
    const wait = step("w", {
      wait: async (event) => {
        await Promise.resolve();
        asked.push(event.fields["name"]);
        return true;
      },
    });
    const branches = [
      { condition: (event: Event) => event.record % 2 === 1, steps: [wait, mark("odd")] as Step[] },
      { condition: undefined, steps: [mark("even")] as Step[] },
    ];
    const steps = [new WaitingIfStep(branches), mark("!")];
    const result = await runWaitingSteps(steps, events("a", "b", "c", "d"), new ChunkRun(), inTime);
    assert.deepEqual(asked, ["b", "d"]);
    assert.deepEqual(seen(result), ["even!", "odd!", "even!", "odd!"]);
  });

  it("one that rejects dead-letters its event only; a stretch without time names its filter", async () => {
    const wait = step("w", {
      wait: (event) => (event.record === 1 ? Promise.reject(new Error("no")) : Promise.resolve(true)),
    });
    const run = new ChunkRun();
    const result = await runWaitingSteps([wait, mark("x")], events("a", "b"), run, inTime);
    assert.deepEqual(seen(result), ["x", ""]);
    assert.deepEqual(
      run.failed.map(({ event, reason }) => [event.fields["name"], reason]),
      [["b", "w: no"]],
    );
    const late = new ChunkRun();
    const slow = mark("slow");
    const stretch = (work: () => void): void => {
      work();
      if (late.step === slow) throw new OutOfTime();
    };
    await assert.rejects(runWaitingSteps([wait, slow], events("a"), late, stretch), OutOfTime);
    assert.equal(late.step, slow);
  });
});

describe("filters that make events by time", () => {
  it("also in a branch that no event takes; those behind them work on what was made", () => {
    let finals = 0;
    const maker = step("maker", {
      flush(parent, emit, final) {
        if (final) finals++;
        emit(new Event(parent.record, { name: "made", seen: "" }));
      },
    });
    const condition = new IfStep([{ condition: () => false, steps: [maker, mark("in")] }]);
    for (const final of [false, true]) {
      const run = new ChunkRun();
      run.tick = { parent: new Event(7, {}), final };
      const made = [condition, mark("behind")].reduce<Event[]>((list, one) => one.run(list, run), []);
      assert.deepEqual(seen(made), ["inbehind"]);
      assert.equal(made[0]?.record, 7);
    }
    assert.equal(finals, 1);
  });
});
