import assert from "node:assert/strict";
import { ByteWriter } from "../../src/event/byte-writer.ts";
import { JsonWriter } from "../../src/event/json-writer.ts";
import type { StoredTree } from "../../src/event/value.ts";
import { storedFloat, WholeFloat } from "../../src/event/whole-float.ts";
import { runFilters } from "../support/run-filters.ts";

/** The document that comes out, as it is indexed, without its time. */
function indexed(config: string, input: string | StoredTree): string {
  const [event] = runFilters(`filter { ${config} mutate { remove_field => "@timestamp" } }`, [input]);
  assert.ok(event !== undefined);
  const out = new ByteWriter(64);
  const writer = new JsonWriter();
  writer.begin();
  writer.object(out, event.fields);
  return out.bytes.toString("utf8", 0, out.length);
}

describe("floats without a fraction", () => {
  it("are boxed up to where digits are lost", () => {
    assert.ok(storedFloat(3) instanceof WholeFloat);
    assert.equal(String(storedFloat(-3)), "-3.0");
    assert.equal(storedFloat(3.5), 3.5);
    assert.equal(storedFloat(1e16), 1e16);
  });

  it("are indexed as floats, so that a field is mapped as one by any value", () => {
    assert.equal(indexed('mutate { convert => { "a" => "float" } }', { a: "3" }), '{"a":3.0}');
    assert.equal(indexed('mutate { convert => { "a" => "float" } }', { a: ["3", "2.5"] }), '{"a":[3.0,2.5]}');
    assert.equal(
      indexed('grok { match => { "a" => "%{NUMBER:b:float} %{NUMBER:c:int}" } remove_field => "a" }', { a: "3 4" }),
      '{"b":3.0,"c":4}',
    );
    assert.equal(
      indexed('dissect { mapping => { "a" => "%{b} x" } convert_datatype => { "b" => "float" } }', { a: "3 x" }),
      '{"a":"3 x","b":3.0}',
    );
  });

  it("stay so when moved, and in texts", () => {
    assert.equal(
      indexed(
        'mutate { convert => { "a" => "float" } } mutate { rename => { "a" => "b" } copy => { "b" => "c" } add_field => { "d" => "%{b}" } }',
        { a: "3" },
      ),
      '{"b":3.0,"c":3.0,"d":"3.0"}',
    );
    assert.equal(
      indexed('mutate { convert => { "a" => "float" } } mutate { convert => { "a" => "string" } }', { a: "3" }),
      '{"a":"3.0"}',
    );
  });

  it("are numbers to conditions and conversions", () => {
    assert.equal(
      indexed(
        'mutate { convert => { "a" => "float" } } if [a] == 3 and [a] > 2 { mutate { convert => { "a" => "integer" } } }',
        { a: "3" },
      ),
      '{"a":3}',
    );
  });
});
