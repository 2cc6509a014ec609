import assert from "node:assert/strict";
import fc from "fast-check";
import type { Source } from "../../src/event/record-batch.ts";
import { CommittedRanges, storedRanges } from "../../src/store/committed-ranges.ts";

const source = (n: number, generation = 0): Source => ({
  input: 0,
  fileId: new Uint8Array(12).fill(n),
  generation,
  unit: "byte",
  fields: [],
});

const has = (ranges: CommittedRanges, of: Source, offset: number): boolean =>
  ranges.covers({ source: of, start: offset, end: offset + 1 });

describe("committed ranges", () => {
  it("know exactly what was added, whatever the order", () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 40 }), (added) => {
        const ranges = new CommittedRanges();
        const model = new Set<number>();
        for (const [start, length] of added) {
          ranges.add(storedRanges([{ source: source(1), start, end: start + length }]));
          for (let i = start; i < start + length; i++) model.add(i);
        }
        for (let i = 0; i < 80; i++) assert.equal(has(ranges, source(1), i), model.has(i), `offset ${i}`);
        for (let start = 0; start < 80; start += 3) {
          const any = [0, 1, 2, 3, 4].some((step) => model.has(start + step));
          assert.equal(ranges.overlaps({ source: source(1), start, end: start + 5 }), any, `from ${start}`);
          const all = [0, 1, 2, 3, 4].every((step) => model.has(start + step));
          assert.equal(ranges.covers({ source: source(1), start, end: start + 5 }), all, `from ${start}`);
        }
      }),
    );
  });

  it("join what touches, so that a file read in one go is one range", () => {
    const ranges = new CommittedRanges();
    for (const [start, end] of [
      [100, 200],
      [0, 100],
      [300, 400],
      [200, 300],
    ] as const)
      ranges.add(storedRanges([{ source: source(1), start, end }]));
    assert.deepEqual(Object.values(ranges.snapshot()), [[0, 400]]);
  });

  it("tell files and generations apart, and survive being stored", () => {
    const ranges = new CommittedRanges();
    ranges.add(storedRanges([{ source: source(1), start: 0, end: 10 }]));
    const again = new CommittedRanges();
    again.add(JSON.parse(JSON.stringify(ranges.snapshot())));
    assert.equal(has(again, source(1), 9), true);
    assert.equal(has(again, source(1, 1), 9), false);
    assert.equal(has(again, source(2), 9), false);
  });

  it("are bounded: gaps far behind are closed, those near stay", () => {
    const ranges = new CommittedRanges();
    for (let i = 0; i < 1000; i++) ranges.add(storedRanges([{ source: source(1), start: i * 10, end: i * 10 + 5 }]));
    const [list = []] = Object.values(ranges.snapshot());
    assert.ok(list.length <= 512, `${list.length} numbers`);
    assert.equal(has(ranges, source(1), 9997), false);
    assert.equal(has(ranges, source(1), 9994), true);
    assert.equal(has(ranges, source(1), 7), true);
  });
});
