import assert from "node:assert/strict";
import type { StoredTree, Value } from "../../../src/event/value.ts";
import { runAllFilters, runFilters } from "../../support/run-filters.ts";

function made(options: string, given: StoredTree): unknown[] {
  return runFilters(`filter { split { ${options} } }`, [given]).map((event) => {
    const { "@timestamp": _time, ...rest } = event.toObject();
    return rest;
  });
}

describe("split filter", () => {
  const rows: [string, string, StoredTree, object[]][] = [
    [
      "lines, without the empty ones",
      "",
      { message: "a\n\nb\n", k: 1 },
      [
        { message: "a", k: 1 },
        { message: "b", k: 1 },
      ],
    ],
    [
      "by a terminator of several characters",
      'terminator => ", "',
      { message: "a, b" },
      [{ message: "a" }, { message: "b" }],
    ],
    [
      "a list, without what is empty",
      "",
      { message: [1, null, "", [], {}, false, { a: 1 }] },
      [{ message: 1 }, { message: false }, { message: { a: 1 } }],
    ],
    [
      "a list within, the rest of its object kept",
      'field => "[m][l]"',
      { m: { l: ["a", "b"], k: 1 } },
      [{ m: { l: "a", k: 1 } }, { m: { l: "b", k: 1 } }],
    ],
    [
      "into another field, the list kept",
      'field => "l" target => "[o][p]"',
      { l: ["a", "b"] },
      [
        { l: ["a", "b"], o: { p: "a" } },
        { l: ["a", "b"], o: { p: "b" } },
      ],
    ],
    ["into the field itself, named", 'field => "l" target => "[l]"', { l: ["a"] }, [{ l: "a" }]],
    ["nothing of an empty list", "", { message: [] }, []],
    ["a text of one line not at all", "", { message: "a" }, [{ message: "a" }]],
    ["no object", "", { message: { a: 1 } }, [{ message: { a: 1 }, tags: ["_split_type_failure"] }]],
    ["no field that is missing", "", {}, [{ tags: ["_split_type_failure"] }]],
  ];
  for (const [name, options, given, expected] of rows)
    it(`splits ${name}`, () => assert.deepEqual(made(options, given), expected));

  it("ends the event, and gives those made identities of their own", () => {
    const [event, ...children] = runAllFilters("filter { split { } }", ["a\nb"]);
    assert.equal(event?.cancelled, true);
    const splits = new Set([event, ...children].map((one) => `${one?.split.high}/${one?.split.low}`));
    assert.equal(splits.size, 3);
  });

  it("decorates what it made, not what it could not split", () => {
    assert.deepEqual(made('add_tag => "t"', { message: ["a"] }), [{ message: "a", tags: ["t"] }]);
    assert.deepEqual(made('add_tag => "t"', { message: 5 }), [{ message: 5, tags: ["_split_type_failure"] }]);
  });

  it("takes a list of many records within an event's time", () => {
    // Copied into each event, this list would be 400 million records.
    const records: Value[] = Array.from({ length: 20_000 }, (_, i) => ({ id: i, user: { name: "u" } }));
    assert.equal(made('field => "r"', { r: records }).length, 20_000);
  });
});
