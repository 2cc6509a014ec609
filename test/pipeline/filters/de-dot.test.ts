import assert from "node:assert/strict";
import { outcome } from "./support.ts";

describe("de_dot filter", () => {
  it("renames only what it is told to", () => {
    assert.deepEqual(outcome('de_dot { fields => ["[a][b.c]"] separator => "-" }', { a: { "b.c": 1 }, "d.e": 2 }), {
      a: { "b-c": 1 },
      "d.e": 2,
    });
  });

  it("joins objects, and removes what is left empty", () => {
    assert.deepEqual(outcome('de_dot { nested => true fields => ["[a.b][c]"] }', { "a.b": { c: 1 }, a: { x: 2 } }), {
      a: { x: 2, b: { c: 1 } },
    });
  });

  for (const name of ["a[0].b", "."])
    it(`tags what it cannot name: ${name}`, () => {
      assert.deepEqual(outcome("de_dot { nested => true }", { [name]: 1 }), { [name]: 1, tags: ["_de_dot_failure"] });
    });

  it("loses no name inside of objects", () => {
    const inner = JSON.parse('{ "__proto__.x": 1, "y.z": 2 }');
    const { a } = outcome("de_dot { nested => true recursive => true }", { a: inner }) as { a: object };
    assert.equal(JSON.stringify(a), '{"__proto__":{"x":1},"y":{"z":2}}');
    assert.deepEqual(outcome("de_dot { nested => true recursive => true }", { a: { ".": 1 } }), {
      a: { ".": 1 },
      tags: ["_de_dot_failure"],
    });
  });
});
