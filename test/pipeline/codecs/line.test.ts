import assert from "node:assert/strict";
import fc from "fast-check";
import { FLAG_TRUNCATED } from "../../../src/event/record-batch.ts";
import { lineFramer } from "../../../src/sources/line-framer.ts";
import { resolved } from "../../support/resolved.ts";
import type { Frame } from "../../support/run-codec.ts";
import { decode, encode, frames, newEvent } from "../../support/run-codec.ts";

function texts(found: readonly Frame[]): string[] {
  return found.map(({ text }) => text);
}

/** Cuts bytes at the places given. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [0, ...[...places].map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

/** What a framer with a limit makes of chunks. */
function limited(limit: number, chunks: readonly Buffer[], delimiter = "\n"): [string, number, number][] {
  const framer = lineFramer(delimiter, limit);
  const found: [string, number, number][] = [];
  const emit = (bytes: Buffer, start: number, end: number, raw: number, flags: number): void => {
    found.push([bytes.toString("utf8", start, end), raw, flags]);
  };
  for (const chunk of chunks) framer.push(chunk, emit);
  framer.flush(emit);
  return found;
}

describe("line codec, on streams", () => {
  const text = "one\r\n\ntwo ä€😀\r\r\n\rthree\nrest";
  const lines = ["one", "", "two ä€😀\r", "\rthree", "rest"];

  it("gives the same lines wherever the stream is cut in two", () => {
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++) {
      assert.deepEqual(texts(frames("line { }", [bytes.subarray(0, at), bytes.subarray(at)])), lines, `cut at ${at}`);
    }
    assert.deepEqual(
      texts(
        frames(
          "line { }",
          [...bytes].map((byte) => Buffer.of(byte)),
        ),
      ),
      lines,
    );
  });

  it("loses no byte, and cuts alike, whatever the lines, the chunks and the delimiter", () => {
    const piece = fc.constantFrom("a", "bb", "\r", "\n", "||", "|", "ä", "😀");
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(200)),
        fc.constantFrom("\n", "||", "\r\n", "ä"),
        (pieces, places, delimiter) => {
          const stream = Buffer.from(pieces.join(""));
          const config = `line { delimiter => '${delimiter}' }`;
          const whole = frames(config, [stream]);
          assert.deepEqual(frames(config, cut(stream, places)), whole);
          assert.equal(
            whole.reduce((sum, { rawLength }) => sum + rawLength, 0),
            stream.length,
          );
          const expected = pieces.join("").split(delimiter);
          if (expected.at(-1) === "") expected.pop();
          const stripped = delimiter === "\n" ? expected.map((one) => one.replace(/\r$/, "")) : expected;
          assert.deepEqual(texts(whole), stripped);
        },
      ),
    );
  });

  it("gives a line over the limit in pieces that say so, and the next line whole", () => {
    assert.deepEqual(limited(4, [Buffer.from("abcd\nabcdefghij\nok\n")]), [
      ["abcd", 5, 0],
      ["abcd", 4, FLAG_TRUNCATED],
      ["efgh", 4, FLAG_TRUNCATED],
      ["ij", 3, FLAG_TRUNCATED],
      ["ok", 3, 0],
    ]);
    assert.deepEqual(limited(4, [Buffer.from("abcdefgh\n\n")]), [
      ["abcd", 4, FLAG_TRUNCATED],
      ["efgh", 5, FLAG_TRUNCATED],
      ["", 1, 0],
    ]);
  });

  it("holds no more than the limit, and loses no byte, wherever a long line is cut", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(30)),
        fc.array(fc.nat(300)),
        (limit, lengths, places) => {
          const stream = Buffer.from(lengths.map((length, i) => `${String(i % 10).repeat(length)}\n`).join(""));
          const found = limited(limit, cut(stream, places));
          assert.equal(
            found.reduce((sum, [, raw]) => sum + raw, 0),
            stream.length,
          );
          assert.ok(found.every(([line]) => line.length <= limit));
          assert.equal(found.map(([line]) => line).join(""), stream.toString().replaceAll("\n", ""));
          const whole = lengths.map((length, i) => [length, String(i % 10).repeat(length)] as const);
          const short = whole.filter(([length]) => length <= limit).map(([, line]) => line);
          assert.deepEqual(
            found.filter(([, , flags]) => flags === 0).map(([line]) => line),
            short,
          );
        },
      ),
    );
  });

  it("reads other charsets", () => {
    const config = 'line { charset => "ISO-8859-1" }';
    assert.deepEqual(
      decode(config, [Buffer.from("caf\xe9\n", "latin1")]).map((event) => event.toObject()["message"]),
      ["café"],
    );
  });

  it("shows bytes that are no UTF-8 as U+FFFD", () => {
    const [event] = decode("line { }", [Buffer.from([0x61, 0xff, 0x62, 0x0a])]);
    assert.equal(event?.toObject()["message"], "a\ufffdb");
  });

  it("keeps the original with ECS, and not without", () => {
    const original = (ecs: "v8" | "disabled"): unknown => decode("line { }", ["hi\n"], ecs)[0]?.toObject()["event"];
    assert.deepEqual(original("v8"), { original: "hi" });
    assert.equal(original("disabled"), undefined);
  });

  it("writes time, host and message, or what the format says", () => {
    const event = newEvent(0, { message: "hello", host: { name: "web-1" } });
    assert.equal(encode("line { }", event), "2026-11-22T12:00:00.000Z {name=web-1} hello\n");
    assert.equal(encode('line { format => "%{[host][name]}: %{message} %{none}" }', event), "web-1: hello %{none}\n");
    assert.equal(encode('line { format => "%{message}" delimiter => ";" }', event), "hello;");
    assert.equal(encode('plain { format => "<%{message}>" }', event), "<hello>");
    assert.equal(encode("plain { }", newEvent()), "2026-11-22T12:00:00.000Z %{host} %{message}");
  });

  it("does not take an empty delimiter, nor a charset that is not known", () => {
    for (const codec of ["line", "json_lines"]) {
      assert.throws(() => resolved(`input { stdin { codec => ${codec} { delimiter => "" } } }`), /CONF016.*delimiter/s);
    }
    assert.throws(() => resolved('input { stdin { codec => line { charset => "klingon" } } }'), /CONF016.*klingon/s);
  });
});
