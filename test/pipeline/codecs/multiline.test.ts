import assert from "node:assert/strict";
import { FLAG_MULTILINE } from "../../../src/event/record-batch.ts";
import { codecHost, decode, findCodec, frames } from "../../support/run-codec.ts";

/** Messages and tags of what a codec makes of a text. */
function events(config: string, text: string): [unknown, unknown][] {
  return decode(config, [text]).map((event) => {
    const { message, tags } = event.toObject();
    return [message, tags];
  });
}

const messages = (config: string, text: string): unknown[] => events(config, text).map(([message]) => message);

describe("multiline codec, on streams", () => {
  it("joins what matches to the line before", () => {
    assert.deepEqual(messages('multiline { pattern => "^\\s" what => "previous" }', "a\n b\n c\nd\n e\n"), [
      "a\n b\n c",
      "d\n e",
    ]);
  });

  it("joins what matches to the line that follows", () => {
    assert.deepEqual(messages('multiline { pattern => "\\\\$" what => "next" }', "a \\\nb \\\nc\nd\n"), [
      "a \\\nb \\\nc",
      "d",
    ]);
  });

  it("joins what does not match", () => {
    const previous = 'multiline { pattern => "^\\d" negate => true what => "previous" }';
    assert.deepEqual(messages(previous, "head\n1\nx\ny\n2\nz"), ["head", "1\nx\ny", "2\nz"]);
    const next = 'multiline { pattern => ";$" negate => true what => "next" }';
    assert.deepEqual(messages(next, "a\nb;\nc;\nd"), ["a\nb;", "c;", "d"]);
  });

  it("gives the same events wherever the stream is cut, with all its bytes counted", () => {
    const config = 'multiline { pattern => "^ " what => "previous" }';
    const stream = Buffer.from("a\r\n b ä\r\nc\n d\n\n e");
    const whole = frames(config, [stream]);
    assert.deepEqual(
      whole.map(({ text, flags }) => [text, flags]),
      [
        ["a\n b ä", FLAG_MULTILINE],
        ["c\n d", FLAG_MULTILINE],
        ["\n e", FLAG_MULTILINE],
      ],
    );
    assert.equal(
      whole.reduce((sum, { rawLength }) => sum + rawLength, 0),
      stream.length,
    );
    for (let at = 0; at <= stream.length; at++) {
      assert.deepEqual(frames(config, [stream.subarray(0, at), stream.subarray(at)]), whole, `cut at ${at}`);
    }
  });

  it("tags events of more than one line, by the name that is set, or not at all", () => {
    const of = (more: string): unknown[] =>
      events(`multiline { pattern => "^ " what => "previous" ${more} }`, "a\n b\nc\n").map(([, tags]) => tags);
    assert.deepEqual(of(""), [["multiline"], undefined]);
    assert.deepEqual(of('multiline_tag => "joined"'), [["joined"], undefined]);
    assert.deepEqual(of('multiline_tag => ""'), [undefined, undefined]);
  });

  it("ends an event when a line comes beyond max_lines, and says so", () => {
    // As Logstash: the limit is looked at when the next line comes, so that one line more is in.
    assert.deepEqual(
      events('multiline { pattern => "^ " what => "previous" max_lines => 2 }', "a\n b\n c\n d\n e\nf\n"),
      [
        ["a\n b\n c", ["multiline", "multiline_codec_max_lines_reached"]],
        [" d\n e", ["multiline"]],
        ["f", undefined],
      ],
    );
  });

  it("ends an event at max_bytes, and says so", () => {
    const config = 'multiline { pattern => "^ " what => "previous" max_bytes => 8 }';
    assert.deepEqual(events(config, "aaa\n bbb\n cc\n dd\ne\n"), [
      ["aaa\n bbb\n cc", ["multiline", "multiline_codec_max_bytes_reached"]],
      [" dd", undefined],
      ["e", undefined],
    ]);
  });

  it("knows grok's patterns, and Ruby's anchors", () => {
    const config = 'multiline { pattern => "\\A%{TIMESTAMP_ISO8601} " negate => true what => "previous" }';
    assert.deepEqual(messages(config, "2026-11-22T10:00:00 a\nb\n2026-11-22T10:00:01 c\n"), [
      "2026-11-22T10:00:00 a\nb",
      "2026-11-22T10:00:01 c",
    ]);
  });

  it("asks to be flushed after auto_flush_interval, and never without it", () => {
    const idle = (more: string): number | undefined => {
      const { plugin, options } = findCodec(`multiline { pattern => "^ " what => "previous" ${more} }`);
      return plugin.framer?.(options, codecHost())?.idleMs;
    };
    assert.equal(idle("auto_flush_interval => 2"), 2000);
    assert.equal(idle(""), undefined);
  });

  it("compiles its pattern once, however many streams there are", () => {
    const { plugin, options } = findCodec('multiline { pattern => "^%{TIMESTAMP_ISO8601} " what => "next" }');
    assert.equal(plugin.joinLines?.(options)?.pattern, plugin.joinLines?.(options)?.pattern);
  });

  it("refuses what is no pattern, where it stands", () => {
    for (const pattern of ["(a", "%{NOSUCHPATTERN}"]) {
      assert.throws(() => findCodec(`multiline { pattern => "${pattern}" what => "previous" }`), /CONF016/, pattern);
    }
    assert.throws(() => findCodec('multiline { pattern => "a" what => "after" }'), /CONF014/);
    assert.throws(() => findCodec('multiline { what => "previous" }'), /CONF011/);
  });
});
