import assert from "node:assert/strict";
import fc from "fast-check";
import type { FieldTrees } from "../../src/event/field-reference.ts";
import { TextSlice } from "../../src/event/lazy-value.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import { compileSprintf } from "../../src/language/sprintf.ts";

const TIME = Date.UTC(2026, 11, 28, 3, 4, 5, 678);

function event(): FieldTrees {
  return {
    fields: {
      "@timestamp": new Timestamp(TIME),
      message: new TextSlice(Buffer.from("a slice"), 2, 7),
      name: "x",
      empty: "",
      nothing: null,
      yes: true,
      no: false,
      whole: 3,
      part: 2.5,
      list: ["a", 1, null, ["b", true], new Timestamp(0)],
      deep: { er: { text: "y" } },
      when: new Timestamp(0, 1000),
      "a b": "blank",
    },
    metadata: { index: "logs" },
  };
}

const ROWS: readonly (readonly [template: string, text: string])[] = [
  ["plain", "plain"],
  ["", ""],
  ["%{name}", "x"],
  ["<%{name}%{name}>", "<xx>"],
  ["%{[deep][er][text]}", "y"],
  ["%{[@metadata][index]}-%{+YYYY.MM.dd}", "logs-2026.12.28"],
  ["%{message}", "slice"],
  ["%{empty}", ""],
  ["%{yes} %{no} %{whole} %{part}", "true false 3 2.5"],
  ["%{list}", "a,1,,b,true,1970-01-01T00:00:00.000Z"],
  ["%{deep}", '{"er":{"text":"y"}}'],
  ["%{when} %{@timestamp}", "1970-01-01T00:00:00.000001Z 2026-12-28T03:04:05.678Z"],
  ["%{a b}", "blank"],
  ["%{list[0]}", "%{list[0]}"],
  ["%{[list][0]} %{[list][-1]}", "a 1970-01-01T00:00:00.000Z"],
  ["%{missing}", "%{missing}"],
  ["%{[deep][missing]}!", "%{[deep][missing]}!"],
  ["%{nothing}", "%{nothing}"],
  ["%{[deep}", "%{[deep}"],
  ["%{}", "%{}"],
  ["%{name", "%{name"],
  ["100% {name} %name}", "100% {name} %name}"],
  ["%{+%s}", String(Math.floor(TIME / 1000))],
  ["%{+xxxx-'W'ww}", "2026-W53"],
  ["%{{yyyy-MM-dd'T'HH}}Z", "2026-12-28T03Z"],
  ["%{{TIME_NOW}}", "1970-01-01T00:00:00.042Z"],
];

describe("sprintf", () => {
  for (const [template, text] of ROWS) {
    it(`${JSON.stringify(template)} is ${JSON.stringify(text)}`, () => {
      assert.equal(compileSprintf(template, () => 42)(event()), text);
    });
  }

  it("writes no time for an event without one", () => {
    const bare: FieldTrees = { fields: { "@timestamp": "soon" }, metadata: {} };
    assert.equal(compileSprintf("a%{+YYYY}b%{{yyyy}}c%{+%s}d")(bare), "abcd");
  });

  it("says whether a template is constant", () => {
    for (const [template, constant] of [
      ["plain", true],
      ["%{[broken}", true],
      ["%{name}", false],
      ["%{+YYYY}", false],
    ] as const) {
      assert.equal(compileSprintf(template).isConstant, constant, template);
    }
  });

  it("leaves texts without places alone", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const template = text.replaceAll("%{", "");
        assert.equal(compileSprintf(template)(event()), template);
      }),
    );
  });

  it("puts in what the field has, whatever it looks like", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, value, after) => {
        const template = `${before.replaceAll("%", "")}%{field}${after.replaceAll("%", "")}`;
        const written = compileSprintf(template)({ fields: { field: value }, metadata: {} });
        assert.equal(written, before.replaceAll("%", "") + value + after.replaceAll("%", ""));
      }),
    );
  });
});
