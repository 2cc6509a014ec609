import assert from "node:assert/strict";
import fc from "fast-check";
import { syslogFramer } from "../../src/sources/syslog-framer.ts";

interface Framed {
  readonly messages: string[];
  readonly flags: number[];
  readonly rawLength: number;
}

function frame(chunks: readonly (string | Buffer)[], longest?: number): Framed {
  const framer = syslogFramer(longest);
  const messages: string[] = [];
  const flags: number[] = [];
  let rawLength = 0;
  const emit = (bytes: Buffer, start: number, end: number, raw: number, flag: number): void => {
    messages.push(bytes.toString("utf8", start, end));
    flags.push(flag);
    rawLength += raw;
  };
  for (const chunk of chunks) framer.push(Buffer.from(chunk), emit);
  framer.flush(emit);
  return { messages, flags, rawLength };
}

const counted = (message: string): string => `${Buffer.byteLength(message)} ${message}`;

describe("framer of syslog over TCP", () => {
  it("ends messages at line feeds, or by their count of bytes, in any order", () => {
    const stream = `<1>a\r\n${counted("<2>b\nc\u00e9")}${counted("<3>d")}\n<4>e\n\n${counted("<5>f\n")}<6>g`;
    assert.deepEqual(frame([stream]).messages, ["<1>a", "<2>b\nc\u00e9", "<3>d", "<4>e", "", "<5>f", "<6>g"]);
  });

  it("takes numbers for text where no message stands behind them", () => {
    assert.deepEqual(frame(["5 apples\n12\n0 <1>x\n7"]).messages, ["5 apples", "12", "0 <1>x", "7"]);
  });

  it("gives a counted message that is cut off, without its count", () => {
    assert.deepEqual(frame(["50 <1>half"]).messages, ["<1>half"]);
    assert.deepEqual(frame(["50 "]).messages, ["50 "]);
  });

  it("gives long lines in pieces, and takes no count over the limit", () => {
    assert.deepEqual(frame(["abcdefgh\nxy\n"], 3), {
      messages: ["abc", "def", "gh", "xy"],
      flags: [1, 1, 1, 0],
      rawLength: 12,
    });
    assert.deepEqual(frame(["9 <1>abc\n"], 8).messages, ["9 <1>abc"]);
  });

  it("does the same however the stream comes in, and accounts for every byte", () => {
    const message = fc.oneof(
      fc.string({ maxLength: 20 }).map((text) => `<1>${text.replaceAll("\n", "")}\n`),
      fc.string({ maxLength: 20 }).map((text) => counted(`<1>${text}`)),
      fc.string({ maxLength: 20 }).map((text) => `${counted(`<1>${text}`)}\n`),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(message), fc.array(fc.nat(40)), fc.integer({ min: 8, max: 40 }), (parts, cuts, longest) => {
        const bytes = Buffer.from(parts.join(""));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const size of cuts) {
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        chunks.push(bytes.subarray(at));
        const whole = frame([bytes], longest);
        assert.deepEqual(frame(chunks, longest), whole);
        assert.ok(whole.rawLength <= bytes.length);
      }),
      { numRuns: 1000 },
    );
  });
});
