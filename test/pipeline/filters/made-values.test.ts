import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { runAllFilters, runFilters } from "../../support/run-filters.ts";
import { outcome } from "./support.ts";

describe("json_encode filter", () => {
  it("writes values of all kinds, into the field or another", () => {
    const a = { s: 'ü"\n', n: null, l: [1, true, {}] };
    const text = '{"s":"ü\\"\\n","n":null,"l":[1,true,{}]}';
    assert.deepEqual(outcome('json_encode { source => "a" }', { a }), { a: text });
    assert.deepEqual(outcome('json_encode { source => "a" target => "[b][c]" }', { a }), { a, b: { c: text } });
  });

  it("writes a float as one", () => {
    const config = 'mutate { convert => { "a" => "float" } } json_encode { source => "a" target => "b" }';
    assert.deepEqual(outcome(config, { a: "3" }), { a: 3, b: "3.0" });
  });

  it("does nothing without the field", () => {
    assert.deepEqual(outcome('json_encode { source => "a" add_tag => "t" }', {}), {});
  });
});

describe("uuid filter", () => {
  it("keeps a value unless told otherwise", () => {
    assert.deepEqual(outcome('uuid { target => "[a][b]" }', { a: { b: 1 } }), { a: { b: 1 } });
    const made = runFilters('filter { uuid { target => "a" overwrite => true } }', [{ a: 1 }, {}]);
    const ids = made.map((event) => String(event.toObject()["a"]));
    for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.notEqual(ids[0], ids[1]);
  });
});

describe("anonymize filter", () => {
  it("replaces values, of lists each one, by their HMAC", () => {
    const mac = (text: string): string => createHmac("sha1", "k").update(text).digest("hex");
    const config = 'anonymize { fields => ["a", "b", "no"] key => "k" }';
    assert.deepEqual(outcome(config, { a: "x", b: ["y", 1] }), { a: mac("x"), b: [mac("y"), mac("1")] });
  });

  it("tags what has no hash", () => {
    const config = 'anonymize { fields => "a" algorithm => "IPV4_NETWORK" key => "8" }';
    assert.deepEqual(outcome(config, { a: "x" }), { a: "x", tags: ["_anonymizefailure"] });
  });
});

describe("clone filter", () => {
  it("makes copies that share nothing, each with an identity", () => {
    const config =
      'filter { clone { clones => ["a", "b"] } if "a" in [tags] { mutate { add_field => { "[o][p]" => "1" } } } }';
    const events = runAllFilters(config, [{ o: { q: 1 } }]);
    assert.deepEqual(
      events.map((event) => [event.toObject()["o"], event.toObject()["tags"]]),
      [
        [{ q: 1 }, undefined],
        [{ q: 1, p: "1" }, ["a"]],
        [{ q: 1 }, ["b"]],
      ],
    );
    assert.equal(new Set(events.map(({ split }) => `${split.high}/${split.low}`)).size, 3);
  });

  it("decorates the copies alone, and names them by type without ECS", () => {
    const config = 'filter { clone { clones => ["a"] add_tag => "t" remove_field => "o" } }';
    const events = runFilters(config, [{ o: 1, type: "x" }], { ecs: "disabled" });
    const [original, copy] = events.map(({ fields }) => [fields["type"], fields["o"], fields["tags"]]);
    assert.deepEqual(
      [original, copy],
      [
        ["x", 1, undefined],
        ["a", undefined, ["t"]],
      ],
    );
  });
});
