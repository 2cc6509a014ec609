import assert from "node:assert/strict";
import { prune } from "../../../src/pipeline/filters/prune.ts";
import { outcome, problemsOf } from "./support.ts";

describe("prune filter", () => {
  it("removes what no name of the list fits, and what one of the other list does", () => {
    assert.deepEqual(
      outcome('prune { whitelist_names => ["^a", "^b"] blacklist_names => ["2$"] }', { a1: 1, a2: 1, b1: 1, c1: 1 }),
      { a1: 1, b1: 1 },
    );
  });

  it("removes names with places that nothing filled", () => {
    assert.deepEqual(outcome("prune { }", { "%{x}": 1, x: 2 }), { x: 2 });
  });

  it("fills places before anything is removed", () => {
    const config = 'prune { interpolate => true blacklist_names => ["^%{which}$", "^which$"] }';
    assert.deepEqual(outcome(config, { which: "b", a: 1, b: 2 }), { a: 1 });
  });

  it("keeps the elements of lists that fit, and no empty list", () => {
    const config = 'prune { whitelist_values => { "a" => "^x" "b" => "^x" } }';
    assert.deepEqual(outcome(config, { a: ["x1", "y", "x2"], b: ["y"] }), { a: ["x1", "x2"] });
  });

  it("does not bring back what another list removed", () => {
    const names = 'prune { whitelist_names => ["^msg$"] blacklist_values => { "codes" => "^2" } }';
    assert.deepEqual(outcome(names, { msg: "m", codes: ["200", "404"] }), { msg: "m" });
    const values = 'prune { whitelist_values => { "codes" => "^5" } blacklist_values => { "codes" => "^2" } }';
    assert.deepEqual(outcome(values, { codes: ["200", "404"] }), {});
    const parts = 'prune { whitelist_values => { "a" => "^x" } blacklist_values => { "a" => "2$" } }';
    assert.deepEqual(outcome(parts, { a: ["x1", "y", "x2"] }), { a: ["x1"] });
  });

  it("says which pattern is none", () => {
    assert.deepEqual(
      problemsOf(prune, { blacklist_names: ["("] }).map(({ option }) => option),
      ["blacklist_names"],
    );
  });
});
