import assert from "node:assert/strict";
import fc from "fast-check";
import { ByteWriter } from "../../../src/event/byte-writer.ts";
import type { ObjectValue } from "../../../src/event/value.ts";
import type { EcsMode } from "../../../src/plugin/definitions.ts";
import { csvRow, parseCsvRows } from "../../../src/transform/csv-text.ts";
import { codecHost, decode, encode, findCodec, frames, newEvent } from "../../support/run-codec.ts";
import { comparable } from "../../support/run-filters.ts";

function rows(options: string, text: string | Buffer, ecs: EcsMode = "disabled"): ObjectValue[] {
  return decode(`csv { ${options} }`, [text], ecs).map((event) => {
    const { "@timestamp": _time, ...fields } = comparable(event.toObject()) as ObjectValue;
    return fields;
  });
}

/** One record with several rows, as an input gives it that does not cut. */
function whole(options: string, text: string): ObjectValue[] {
  const { plugin, options: values } = findCodec(`csv { ${options} }`);
  const decoder = plugin.decoder?.(values, codecHost("disabled"));
  const events = [newEvent()];
  const bytes = Buffer.from(text);
  decoder?.decode({ bytes, start: 0, end: bytes.length, offset: 0, flags: 0 }, events[0] as never, () => {
    const more = newEvent();
    events.push(more);
    return more;
  });
  return events
    .filter((event) => !event.cancelled)
    .map((event) => {
      const { "@timestamp": _time, ...fields } = comparable(event.toObject()) as ObjectValue;
      return fields;
    });
}

describe("csv codec: reading", () => {
  it("names columns, the given ones and the others by number", () => {
    assert.deepEqual(rows('columns => ["a"]', '1,"2, ""x""",\n'), [{ a: "1", column2: '2, "x"', column3: null }]);
    assert.deepEqual(rows('columns => ["a"] autogenerate_column_names => false', "1,2"), [{ a: "1" }]);
  });

  it("leaves empty columns out when asked", () => {
    assert.deepEqual(rows("skip_empty_columns => true", 'x,,""'), [{ column1: "x" }]);
  });

  it("converts columns", () => {
    const convert =
      'columns => ["i", "f", "b", "d"] convert => { "i" => "integer" "f" => "float" "b" => "boolean" "d" => "date" }';
    assert.deepEqual(rows(convert, "5,2.5,TRUE,2026-11-22\nx,y,z,"), [
      { i: 5, f: 2.5, b: true, d: "2026-11-22T00:00:00.000Z" },
      { i: "x", f: "y", b: "z", d: null },
    ]);
  });

  it("keeps the row's text with ECS", () => {
    assert.deepEqual(rows("", "1,2\n3\n", "v8"), [
      { column1: "1", column2: "2", event: { original: "1,2" } },
      { column1: "3", event: { original: "3" } },
    ]);
  });

  it("reads other separators, quotes and charsets", () => {
    assert.deepEqual(rows(`separator => ";" quote_char => "'"`, "a;'b;c'"), [{ column1: "a", column2: "b;c" }]);
    assert.deepEqual(rows('quote_char => "\\x00"', 'a,"b'), [{ column1: "a", column2: '"b' }]);
    assert.deepEqual(rows('charset => "CP1252"', Buffer.of(0x80, 0x2c, 0x35)), [{ column1: "€", column2: "5" }]);
  });

  it("puts rows into a target, reserved names too", () => {
    assert.deepEqual(rows('columns => ["tags", "@timestamp"] target => "[r]"', "1,2"), [
      { r: { tags: "1", "@timestamp": "2" } },
    ]);
  });

  it("tags rows that break the rules, and goes on", () => {
    assert.deepEqual(rows("", 'a,"b\nc"d"\nx'), [
      { message: 'a,"b', tags: ["_csvparsefailure"] },
      { message: 'c"d"', tags: ["_csvparsefailure"] },
      { column1: "x" },
    ]);
  });

  it("makes an event of each row of a record; line ends in quotes belong to their field", () => {
    assert.deepEqual(whole("", 'a,"b\nc"\r\n\r\nd'), [{ column1: "a", column2: "b\nc" }, { column1: "d" }]);
    assert.deepEqual(whole("", 'a"b\nc\nd'), [
      { message: 'a"b', tags: ["_csvparsefailure"] },
      { column1: "c" },
      { column1: "d" },
    ]);
    assert.deepEqual(whole("", "\n"), []);
  });

  describe("with names in the first line", () => {
    const detect = "autodetect_column_names => true";

    it("takes them for all rows of the stream", () => {
      assert.deepEqual(rows(detect, "\nhost,\nweb-1,512,x\nweb-2,0"), [
        { host: "web-1", column2: "512", column3: "x" },
        { host: "web-2", column2: "0" },
      ]);
    });

    it("needs no other record to read one, and counts every byte", () => {
      const stream = "\r\na,b\r\n1,2\n3,4";
      const found = frames(`csv { ${detect} }`, [stream.slice(0, 5), stream.slice(5)]);
      assert.deepEqual(
        found.map(({ text }) => text),
        ["a,b\n1,2", "a,b\n3,4"],
      );
      assert.equal(
        found.reduce((sum, { rawLength }) => sum + rawLength, 0),
        stream.length,
      );
    });

    it("takes them from each record of an input that does not cut", () => {
      assert.deepEqual(whole(detect, "a,b\n1,2\n3,4\n"), [
        { a: "1", b: "2" },
        { a: "3", b: "4" },
      ]);
    });

    it("tags a row whose names nobody knows", () => {
      assert.deepEqual(whole(detect, "1,2"), [{ column1: "1", column2: "2", tags: ["_csvparsefailure"] }]);
    });

    it("does not look for them where columns are given", () => {
      assert.deepEqual(rows(`${detect} columns => ["x"]`, "a\nb"), [{ x: "a" }, { x: "b" }]);
    });
  });

  it("refuses conversions that there are not", () => {
    assert.throws(() => findCodec('csv { convert => { "a" => "money" } }'), /no conversion to money/);
    assert.throws(() => findCodec('csv { separator => "" }'), /the separator is empty/);
  });
});

describe("csv codec: writing", () => {
  it("writes the fields asked for, quoted where they must be", () => {
    const event = newEvent(0, { a: 'x,"y"', b: { c: 5 }, e: "", list: [1, "z"], t: true });
    assert.equal(
      encode('csv { columns => ["a", "[b][c]", "none", "e", "list", "t"] }', event),
      '"x,""y""",5,,"","[1, ""z""]",true\n',
    );
  });

  it("writes all fields where none are named", () => {
    assert.equal(encode("csv { }", newEvent(0, { message: "hi" })), "hi,2026-11-22T12:00:00.000Z\n");
  });

  it("writes names once", () => {
    const { plugin, options } = findCodec('csv { columns => ["a", "[b][c]"] include_headers => true }');
    const encoder = plugin.encoder?.(options, codecHost());
    const out = new ByteWriter(16);
    encoder?.encode(newEvent(0, { a: 1 }), out);
    encoder?.encode(newEvent(0, { a: 2 }), out);
    assert.equal(out.bytes.toString("utf8", 0, out.length), "a,[b][c]\n1,\n2,\n");
  });

  it("writes what it can read", () => {
    const field = fc.option(fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "ä") }), { nil: null });
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 4 }),
        (table) => {
          const text = table.map((row) => csvRow(row, ",", '"')).join("");
          assert.deepEqual(
            parseCsvRows(text, ",", '"').map(({ fields }) => fields),
            table,
          );
        },
      ),
    );
  });
});
