import assert from "node:assert/strict";
import fc from "fast-check";
import { decode, frames } from "../../support/run-codec.ts";

const INDEX = '{"index":{"_index":"logs","_id":"1"}}';
const DELETE = '{"delete":{"_index":"logs","_id":"2"}}';
const SOURCE = '{"user":{"name":"ann"},"@timestamp":"2026-11-22T10:00:00Z"}';

/** Documents with their metadata, times left out. */
function events(text: string, config = "es_bulk { }", ecs: "v8" | "disabled" = "v8"): unknown[] {
  return decode(config, [text], ecs).map((event) => {
    const { "@timestamp": _time, ...fields } = event.toObject();
    return { fields, metadata: event.metadataObject() };
  });
}

describe("es_bulk codec", () => {
  const operation = (action: object) => ({ codec: { es_bulk: action } });
  const index = { _index: "logs", _id: "1", action: "index" };

  it("makes an event of each operation, its action in the metadata", () => {
    assert.deepEqual(events(`${INDEX}\n${SOURCE}\n${DELETE}\n{"update":{"_id":"3"}}\n{"doc":{"a":1}}\n`), [
      { fields: { user: { name: "ann" } }, metadata: operation(index) },
      { fields: {}, metadata: operation({ _index: "logs", _id: "2", action: "delete" }) },
      { fields: { doc: { a: 1 } }, metadata: operation({ _id: "3", action: "update" }) },
    ]);
  });

  it("takes the document's time", () => {
    assert.equal(decode("es_bulk { }", [`${INDEX}\n${SOURCE}`])[0]?.timestamp?.toString(), "2026-11-22T10:00:00.000Z");
  });

  it("puts the action right into the metadata without ECS", () => {
    assert.deepEqual(events(`${INDEX}\n${SOURCE}\n`, "es_bulk { }", "disabled"), [
      { fields: { user: { name: "ann" } }, metadata: index },
    ]);
  });

  it("puts documents into a target", () => {
    assert.deepEqual(events(`${INDEX}\n{"a":1}\n`, 'es_bulk { target => "[doc]" }'), [
      { fields: { doc: { a: 1 } }, metadata: operation(index) },
    ]);
  });

  it("tags what is no bulk format and goes on behind it", () => {
    const broken = (message: string) => ({ fields: { message, tags: ["_jsonparsefailure"] }, metadata: {} });
    assert.deepEqual(events(`oops\n\n[1]\n{}\n${INDEX}\nnope\n${DELETE}\n${INDEX}`), [
      broken("oops"),
      broken("[1]"),
      broken("{}"),
      broken(`${INDEX}\nnope`),
      { fields: {}, metadata: operation({ _index: "logs", _id: "2", action: "delete" }) },
      broken(INDEX),
    ]);
  });

  it("cuts a stream into operations wherever its chunks end, with all bytes counted", () => {
    const stream = Buffer.from(`${INDEX}\r\n${SOURCE}\n${DELETE}\nzäh\n${INDEX}\n${SOURCE}`);
    const expected = [`${INDEX}\n${SOURCE}`, DELETE, "zäh", `${INDEX}\n${SOURCE}`];
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 5 }), (places) => {
        const at = [0, ...places.sort((a, b) => a - b), stream.length];
        const found = frames(
          "es_bulk { }",
          at.slice(1).map((end, i) => stream.subarray(at[i], end)),
        );
        assert.deepEqual(
          found.map(({ text }) => text),
          expected,
        );
        assert.equal(
          found.reduce((sum, { rawLength }) => sum + rawLength, 0),
          stream.length,
        );
      }),
    );
  });
});
