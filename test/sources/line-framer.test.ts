import assert from "node:assert/strict";
import fc from "fast-check";
import { FLAG_TRUNCATED } from "../../src/event/record-batch.ts";
import { line } from "../../src/pipeline/codecs/line.ts";
import { lineFramer } from "../../src/sources/line-framer.ts";
import { decode, document, encode, framerOf, framesOf } from "../pipeline/codecs/support.ts";

function textsOf(chunks: readonly (string | Uint8Array)[], given: object = {}): string[] {
  return framesOf(framerOf(line, given), chunks).map(({ text }) => text);
}

describe("line codec: framing", () => {
  const cases: [string, object, string[], string[]][] = [
    ["lines", {}, ["one\ntwo\n"], ["one", "two"]],
    ["a last line without its end", {}, ["one\ntwo"], ["one", "two"]],
    ["empty lines", {}, ["\n\na\n"], ["", "", "a"]],
    ["Windows line ends", {}, ["one\r\ntwo\r\nthr\ree"], ["one", "two", "thr\ree"]],
    ["a line end cut between chunks", {}, ["one\r", "\ntwo", "\n"], ["one", "two"]],
    ["one byte at a time", {}, [..."ab\ncd\n\ne"], ["ab", "cd", "", "e"]],
    ["another delimiter, with line ends left alone", { delimiter: ";" }, ["a\r\nb;c;", "d"], ["a\r\nb", "c", "d"]],
    ["a long delimiter cut between chunks", { delimiter: "<END>" }, ["a<E", "ND", ">b<END", ">"], ["a", "b"]],
    ["a delimiter that begins twice", { delimiter: "aab" }, ["xaa", "ab", "y"], ["xa", "y"]],
    ["nothing", {}, [""], []],
  ];
  for (const [name, given, chunks, expected] of cases) {
    it(`cuts ${name}`, () => assert.deepEqual(textsOf(chunks, given), expected));
  }

  it("keeps characters whole that lie across chunks", () => {
    const bytes = Buffer.from("日本\nGrüße\n");
    assert.deepEqual(textsOf([bytes.subarray(0, 2), bytes.subarray(2, 10), bytes.subarray(10)]), ["日本", "Grüße"]);
  });

  it("waits for the end of a line until it is flushed", () => {
    const framer = framerOf(line);
    assert.deepEqual(framesOf(framer, ["one\ntw"], false), [{ text: "one", raw: 4, flags: 0 }]);
    assert.deepEqual(framesOf(framer, ["o"]), [{ text: "two", raw: 3, flags: 0 }]);
    assert.deepEqual(framesOf(framer, ["again\n"]), [{ text: "again", raw: 6, flags: 0 }]);
  });

  it("counts what each line took in the stream", () => {
    const text = "a\r\nbc\n\nd";
    const raw = framesOf(framerOf(line), [text]).map((frame) => frame.raw);
    assert.deepEqual(raw, [3, 3, 1, 1]);
  });

  it("gives a line over the limit in pieces that say so, and nothing is missing", () => {
    for (const size of [1, 3, 10, 100]) {
      const text = `short\n${"0123456789".repeat(3)}x\nnext\n`;
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.slice(i * size, (i + 1) * size),
      );
      const frames = framesOf(lineFramer("\n", 10), chunks);
      assert.deepEqual(
        frames.map((frame) => [frame.text, frame.flags]),
        [
          ["short", 0],
          ["0123456789", FLAG_TRUNCATED],
          ["0123456789", FLAG_TRUNCATED],
          ["0123456789", FLAG_TRUNCATED],
          ["x", FLAG_TRUNCATED],
          ["next", 0],
        ],
        `chunks of ${size}`,
      );
    }
  });

  it("gives the same lines however the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[ab\r;é]{0,6}$/), { maxLength: 12 }),
        fc.constantFrom("\n", ";", "ab", "aab"),
        fc.infiniteStream(fc.integer({ min: 1, max: 7 })),
        (lines, delimiter, sizes) => {
          const bytes = Buffer.from(lines.join(delimiter));
          const whole = framesOf(lineFramer(delimiter), [bytes]);
          const chunks: Uint8Array[] = [];
          for (let at = 0; at < bytes.length; ) {
            const size = sizes.next().value as number;
            chunks.push(bytes.subarray(at, at + size));
            at += size;
          }
          assert.deepEqual(framesOf(lineFramer(delimiter), chunks), whole);
          assert.equal(
            whole.reduce((sum, { raw }) => sum + raw, 0),
            bytes.length,
          );
        },
      ),
    );
  });

  it("leaves bytes of lines alone that it has given", () => {
    const framer = framerOf(line);
    const views: Buffer[] = [];
    const keep = (bytes: Buffer, start: number, end: number): void => void views.push(bytes.subarray(start, end));
    for (const chunk of ["one", "\ntwo", "\nthree", "\nfour\n"]) framer.push(Buffer.from(chunk), keep);
    assert.deepEqual(views.map(String), ["one", "two", "three", "four"]);
  });

  it("reads a line of 9 MiB that comes in small chunks", () => {
    const chunk = Buffer.alloc(64 * 1024, "x");
    const frames = framesOf(framerOf(line), [...Array.from({ length: 144 }, () => chunk), "\nend\n"]);
    assert.deepEqual(
      frames.map(({ text }) => text.length),
      [144 * 64 * 1024, 3],
    );
  });

  it("makes the line the message", () => {
    const [event] = decode(line, { charset: "CP1252" }, Uint8Array.of(0x80));
    assert.deepEqual(document(event), { message: "€", event: { original: "€" } });
  });

  it("writes events with the delimiter behind them", () => {
    assert.equal(encode(line, { format: "%{message}", delimiter: ";" }, { message: "a" }, { message: "b" }), "a;b;");
    assert.equal(encode(line, {}, { host: "h", message: "a" }), "h a\n");
  });
});
