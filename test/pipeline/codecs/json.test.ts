import assert from "node:assert/strict";
import type { ObjectValue } from "../../../src/event/value.ts";
import { decode, encode, newEvent } from "../../support/run-codec.ts";
import { comparable } from "../../support/run-filters.ts";

/** Events as plain objects; the time is there only when the document has it. */
function events(config: string, ...chunks: string[]): unknown[] {
  return decode(config, chunks, "disabled").map((event) => {
    const { "@timestamp": time, ...fields } = comparable(event.toObject()) as ObjectValue;
    return time === "2026-11-22T12:00:00.000Z" ? fields : { "@timestamp": time, ...fields };
  });
}

describe("json and json_lines codecs, on documents", () => {
  it("read an object, and an array of objects as several events", () => {
    assert.deepEqual(events("json { }", '{"a":{"b":[1,"x",null,true]}}'), [{ a: { b: [1, "x", null, true] } }]);
    assert.deepEqual(events("json { }", '[{"a":1},{"a":2},{}]'), [{ a: 1 }, { a: 2 }, {}]);
    assert.deepEqual(events("json_lines { }", '[{"a":1},{"a":2}]\n{"a":3}'), [{ a: 1 }, { a: 2 }, { a: 3 }]);
  });

  it("make nothing of blank texts and empty arrays", () => {
    assert.deepEqual(events("json { }", "  "), []);
    assert.deepEqual(events("json { }", "[]"), []);
    assert.deepEqual(events("json_lines { }", '\n\r\n{"a":1}\n\n'), [{ a: 1 }]);
  });

  for (const broken of ['{"a":1', '{"a":1}x', "oops", "5", '"text"', "null", "[1,2]", '[{"a":1},2]', '{"a":NaN}']) {
    it(`keep what is no document whole and tagged: ${broken}`, () => {
      assert.deepEqual(events("json { }", broken), [{ message: broken, tags: ["_jsonparsefailure"] }]);
      assert.deepEqual(events("json_lines { }", `${broken}\n{"b":2}\n`), [
        { message: broken, tags: ["_jsonparsefailure"] },
        { b: 2 },
      ]);
    });
  }

  it("take names that objects inherit for fields like others", () => {
    const [event] = decode("json { }", ['{"__proto__":{"a":1},"constructor":2}']);
    assert.equal(encode("json { }", event ?? newEvent()).includes('"__proto__":{"a":1},"constructor":2'), true);
    assert.equal(({} as Record<string, unknown>)["a"], undefined);
  });

  it("read @timestamp, @metadata and tags as what they are", () => {
    assert.deepEqual(events("json { }", '{"@timestamp":"2020-01-02T03:04:05.678Z","tags":["x"]}'), [
      { "@timestamp": "2020-01-02T03:04:05.678Z", tags: ["x"] },
    ]);
    assert.deepEqual(events("json { }", '{"@timestamp":"soon"}'), [
      { "_@timestamp": "soon", tags: ["_timestampparsefailure"] },
    ]);
    assert.deepEqual(events("json { }", '{"tags":{"a":1}}'), [{ _tags: { a: 1 }, tags: ["_tagsparsefailure"] }]);
    const [event] = decode("json { }", ['{"@metadata":{"a":1},"b":2}'], "disabled");
    assert.deepEqual(event?.metadataObject(), { a: 1 });
    assert.equal(event?.toObject()["@metadata"], undefined);
  });

  it("put documents into a field", () => {
    assert.deepEqual(events('json_lines { target => "[doc]" }', '[{"@timestamp":"soon"},{"a":1}]\n'), [
      { doc: { "@timestamp": "soon" } },
      { doc: { a: 1 } },
    ]);
  });

  it("keep the text of one document, not of an array, in event.original", () => {
    const originals = (text: string): unknown[] =>
      decode("json { }", [text]).map((event) => (event.toObject()["event"] as ObjectValue | undefined)?.["original"]);
    assert.deepEqual(originals('{"a":1}'), ['{"a":1}']);
    assert.deepEqual(originals('[{"a":1},{"a":2}]'), [undefined, undefined]);
    assert.deepEqual(originals('{"event":{"original":"mine"}}'), ["mine"]);
  });

  it("say when a line is cut for being too long", () => {
    const found = events("json_lines { decode_size_limit_bytes => 10 }", '{"a":"0123456789"}\n{"b":2}\n');
    assert.deepEqual(found, [
      { message: '{"a":"0123', tags: ["_jsonparsetoobigfailure"] },
      { message: '456789"}', tags: ["_jsonparsetoobigfailure"] },
      { b: 2 },
    ]);
  });

  it("write what they read", () => {
    const document = {
      text: 'a"b\\c\n\u2028\u0001ä😀',
      number: 1.5,
      big: 1e21,
      none: null,
      list: [1, ["x"], {}],
      yes: true,
    };
    const [event] = decode("json { }", [JSON.stringify(document)], "disabled");
    const written = encode("json { }", event ?? newEvent());
    assert.deepEqual(JSON.parse(written), { ...document, "@timestamp": "2026-11-22T12:00:00.000Z" });
    assert.equal(encode("json_lines { }", event ?? newEvent()), `${written}\n`);
    assert.equal(encode('json_lines { delimiter => "|" }', event ?? newEvent()), `${written}|`);
  });
});
