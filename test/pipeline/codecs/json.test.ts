import assert from "node:assert/strict";
import { FieldReference } from "../../../src/event/field-reference.ts";
import { TextSlice } from "../../../src/event/lazy-value.ts";
import { FLAG_TRUNCATED } from "../../../src/event/record-batch.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import { json } from "../../../src/pipeline/codecs/json.ts";
import { jsonLines } from "../../../src/pipeline/codecs/json-lines.ts";
import { decode, document, documents, encode, framerOf, framesOf } from "./support.ts";

describe("json codec", () => {
  const older = { ecs: "disabled" as const };

  it("makes a document's members fields, and with ECS keeps the text", () => {
    const text = '{"level":"info","http":{"status":200},"list":[1,null,true]}';
    const fields = { level: "info", http: { status: 200 }, list: [1, null, true] };
    assert.deepEqual(documents(decode(json, {}, text, older)), [fields]);
    assert.deepEqual(documents(decode(json, {}, text)), [{ ...fields, event: { original: text } }]);
  });

  it("leaves the original in the batch's bytes, and one that there is alone", () => {
    const [event] = decode(json, {}, '{"a":1}');
    assert.ok(event !== undefined && new FieldReference("[event][original]").peek(event) instanceof TextSlice);
    const [kept] = decode(json, {}, '{"event":{"original":"mine"}}');
    assert.deepEqual(document(kept), { event: { original: "mine" } });
  });

  it("makes several events of an array of objects", () => {
    assert.deepEqual(documents(decode(json, {}, '[{"n":1},{"n":2},{"n":3}]')), [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const [only] = decode(json, {}, '[{"n":1}]');
    assert.deepEqual(document(only), { n: 1, event: { original: '[{"n":1}]' } });
  });

  it("makes none of an empty array and of blanks", () => {
    for (const text of ["[]", "", "   ", "\r\n"]) assert.deepEqual(decode(json, {}, text), [], JSON.stringify(text));
  });

  const broken = ["oops", '{"a":', "42", '"text"', "null", '[{"n":1},2]', "{'a':1}", '{"a":1} x', "\u0000"];
  for (const text of broken) {
    it(`keeps ${JSON.stringify(text)} whole and tags it`, () => {
      assert.deepEqual(documents(decode(json, {}, text)), [{ message: text, tags: ["_jsonparsefailure"] }]);
    });
  }

  it("puts the document into a target", () => {
    assert.deepEqual(documents(decode(json, { target: "[doc][x]" }, '{"@timestamp":"soon","tags":{}}', older)), [
      { doc: { x: { "@timestamp": "soon", tags: {} } } },
    ]);
  });

  it("takes the time of the document; what is none stays aside", () => {
    const [event] = decode(json, {}, '{"@timestamp":"2026-11-22T10:00:00.5+01:00"}', older);
    assert.deepEqual(document(event), { "@timestamp": "2026-11-22T09:00:00.500Z" });
    for (const value of ["soon", 1_790_000_000, { a: 1 }, [1]]) {
      const [aside] = decode(json, {}, JSON.stringify({ "@timestamp": value }), older);
      assert.deepEqual(document(aside), { "_@timestamp": value, tags: ["_timestampparsefailure"] });
      assert.ok(aside?.timestamp instanceof Timestamp);
    }
    assert.deepEqual(documents(decode(json, {}, '{"@timestamp":null}', older)), [{}]);
  });

  it("keeps tags that are none aside", () => {
    for (const tags of [{ a: 1 }, 5, ["a", 1], [["a"]]]) {
      const [event] = decode(json, {}, JSON.stringify({ tags }), older);
      assert.deepEqual(document(event), { _tags: tags, tags: ["_tagsparsefailure"] });
    }
    assert.deepEqual(documents(decode(json, {}, '{"tags":["a"]}', older)), [{ tags: ["a"] }]);
    assert.deepEqual(documents(decode(json, {}, '{"tags":"a"}', older)), [{ tags: "a" }]);
  });

  it("puts @metadata where it belongs, beside what the source gave", () => {
    const [event] = decode(json, {}, '{"@metadata":{"a":{"b":1}},"x":2}', older);
    assert.deepEqual(document(event), { x: 2 });
    assert.deepEqual(event?.metadataObject(), { a: { b: 1 } });
  });

  it("takes names literally, inherited ones too", () => {
    const text = '{"[a][b]":1,"a.b":2,"__proto__":{"polluted":true},"constructor":3}';
    const [event] = decode(json, {}, text, older);
    assert.equal(encode(json, {}, event?.fields ?? {}).replace(/"@timestamp":"[^"]*",?/, ""), text);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });

  it("reads other charsets", () => {
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.of(0x80), Buffer.from('"}')]);
    assert.deepEqual(documents(decode(json, { charset: "CP1252" }, bytes, older)), [{ a: "€" }]);
  });

  it("writes a document without metadata and without a line end", () => {
    const event = { "@timestamp": new Timestamp(0), a: { b: "x\n" }, "@metadata": { secret: 1 } };
    assert.equal(encode(json, {}, event), '{"@timestamp":"1970-01-01T00:00:00.000Z","a":{"b":"x\\n"}}');
  });
});

describe("json_lines codec", () => {
  it("frames and reads a document a line", () => {
    const frames = framesOf(framerOf(jsonLines), ['{"n":1}\r\n\n{"n"', ':2}\noops\n{"n":3}']);
    const events = frames.flatMap(({ text, flags }) => decode(jsonLines, {}, text, { flags }));
    assert.deepEqual(documents(events), [
      { n: 1 },
      { n: 2 },
      { message: "oops", tags: ["_jsonparsefailure"] },
      { n: 3 },
    ]);
  });

  it("keeps no original", () => {
    assert.deepEqual(documents(decode(jsonLines, {}, '{"n":1}', { ecs: "v8" })), [{ n: 1 }]);
  });

  it("tags the pieces of a line over the limit, even those that would be JSON", () => {
    const frames = framesOf(framerOf(jsonLines, { decode_size_limit_bytes: 8 }), [
      '{"a":1}\n      {}{"b":2}\n{"c":3}\n',
    ]);
    const events = frames.flatMap(({ text, flags }) => decode(jsonLines, {}, text, { flags }));
    const tags = ["_jsonparsetoobigfailure"];
    assert.deepEqual(documents(events), [
      { a: 1 },
      { message: "      {}", tags },
      { message: '{"b":2}', tags },
      { c: 3 },
    ]);
    assert.deepEqual(
      frames.map(({ flags }) => flags),
      [0, FLAG_TRUNCATED, FLAG_TRUNCATED, 0],
    );
  });

  it("cuts at and writes another delimiter", () => {
    const frames = framesOf(framerOf(jsonLines, { delimiter: "|" }), ['{"n":1}|{"n":2}|']);
    assert.deepEqual(
      frames.map(({ text }) => text),
      ['{"n":1}', '{"n":2}'],
    );
    assert.equal(encode(jsonLines, { delimiter: "|" }, { n: 1 }, { n: 2 }), '{"n":1}|{"n":2}|');
    assert.equal(encode(jsonLines, {}, { n: 1 }, { n: 2 }), '{"n":1}\n{"n":2}\n');
  });

  it("puts documents into a target", () => {
    assert.deepEqual(documents(decode(jsonLines, { target: "doc" }, '[{"n":1},{"n":2}]')), [
      { doc: { n: 1 } },
      { doc: { n: 2 } },
    ]);
  });
});
