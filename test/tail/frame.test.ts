import { strict as assert } from "node:assert";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import {
  FLAG_INVALID_ENCODING,
  FLAG_MULTILINE,
  FLAG_TRUNCATED,
  RECORD_CRC,
  RECORD_FLAGS,
  RECORD_RAW_LENGTH,
  RECORD_WORDS,
  RecordBatch,
  type Source,
} from "../../src/event/record-batch.ts";
import type { Framer } from "../../src/tail/framer.ts";
import { Multiline } from "../../src/tail/multiline.ts";
import type { MultilineOptions } from "../../src/tail/options.ts";
import { PlainLines } from "../../src/tail/plain-lines.ts";
import { TextLines } from "../../src/tail/text-lines.ts";

interface Framed {
  text: Buffer;
  start: number;
  length: number;
  crc: number;
  flags: number;
}

const source: Source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };

/** Feeds `file` as a harvester does: a buffer of `bufferSize`, up to 1 KiB of it read again. The rest without line end is finished. */
function frame(framer: Framer, file: Buffer, bufferSize = 4096, batchBytes = 100_000): Framed[] {
  const framed: Framed[] = [];
  const take = (): void => {
    for (const record of framer.records.splice(0)) {
      framed.push({
        text: Buffer.from(record.bytes),
        start: record.start,
        length: record.end - record.start,
        crc: record.crc,
        flags: record.flags,
      });
    }
  };
  let readAt = 0;
  while (true) {
    const overlap = Math.min(1024, readAt);
    const bytes = Buffer.from(file.subarray(readAt - overlap, readAt - overlap + bufferSize));
    const chunk = { bytes, offset: readAt - overlap };
    let at = overlap;
    do {
      const batch = RecordBatch.allocate(Math.max(batchBytes, framer.wanted), 7);
      at = framer.frame(batch, source, chunk, at, bytes.length);
      for (let i = 0; i < batch.count; i++) {
        const row = i * RECORD_WORDS;
        framed.push({
          text: Buffer.from(batch.recordBytes(i)),
          start: batch.offsetOf(i),
          length: batch.table[row + RECORD_RAW_LENGTH] as number,
          crc: (batch.table[row + RECORD_CRC] as number) >>> 0,
          flags: batch.table[row + RECORD_FLAGS] as number,
        });
      }
      take();
    } while (framer.wanted > 0);
    const last = bytes.length < bufferSize;
    if (at < bytes.length && (framer.inLine || (!last && at === overlap))) at = framer.hold(chunk, at, bytes.length);
    if (last) framer.finish(chunk, at, bytes.length);
    take();
    readAt = chunk.offset + at;
    if (last) return framed;
  }
}

/** What must hold of any framing: records follow each other without a gap, and know their checksum. */
function assertExact(framed: Framed[], file: Buffer): void {
  let at = 0;
  for (const record of framed) {
    assert.equal(record.start, at);
    assert.equal(record.crc, crc32(file.subarray(at, at + record.length)));
    at += record.length;
  }
  assert.equal(at, file.length);
}

function multiline(options: MultilineOptions, maxBytes = 1_000_000): TextLines {
  return new TextLines(maxBytes, "utf-8", new Uint8Array(), new Multiline(options));
}

function messages(framed: Framed[]): string[] {
  return framed.map((record) => record.text.toString());
}

describe("framing lines", () => {
  it("frames any bytes as a split at line feeds does", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom("\n", "\r\n", "\r", "\0", "\n\n", "é", "日本", "x".repeat(3000), "y".repeat(9000)),
        fc.string({ maxLength: 40 }),
        fc.uint8Array({ maxLength: 20 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(pieces, fc.boolean(), (parts, generic) => {
        const file = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
        const expected: Buffer[] = [];
        for (let at = 0; at < file.length; ) {
          const lf = file.indexOf(10, at);
          const end = lf < 0 ? file.length : lf;
          const cr = lf >= 0 && end > at && file[end - 1] === 13;
          expected.push(file.subarray(at, cr ? end - 1 : end));
          at = end + 1;
        }
        const framer = generic ? new TextLines(1e6, "utf-8", file, null) : new PlainLines(1e6);
        const framed = frame(framer, file);
        assertExact(framed, file);
        assert.deepEqual(
          framed.map((record) => record.text.toString("latin1")),
          expected.map((line, i) =>
            (i === 0 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line).toString(
              "latin1",
            ),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  for (const [name, make] of [
    ["plain", (max: number) => new PlainLines(max)],
    ["text", (max: number) => new TextLines(max, "utf-8", new Uint8Array(), null)],
  ] as const) {
    it(`${name}: cuts lines over the limit and keeps their length and checksum`, () => {
      const file = Buffer.from(
        `${"a".repeat(10)}\n${"b".repeat(11)}\n${"c".repeat(50_000)}\r\n${"é".repeat(10)}\nlast`,
      );
      const framed = frame(make(10), file);
      assertExact(framed, file);
      assert.deepEqual(messages(framed), ["a".repeat(10), "b".repeat(10), "c".repeat(10), "é".repeat(5), "last"]);
      assert.deepEqual(
        framed.map((record) => record.flags),
        [0, FLAG_TRUNCATED, FLAG_TRUNCATED, FLAG_TRUNCATED, 0],
      );
    });

    it(`${name}: a line of exactly the limit is whole, however it ends`, () => {
      for (const end of ["\n", "\r\n", ""]) {
        const file = Buffer.from("a".repeat(20_000) + end);
        const framed = frame(make(20_000), file);
        assertExact(framed, file);
        assert.deepEqual([framed[0]?.text.length, framed[0]?.flags], [20_000, 0]);
      }
    });

    it(`${name}: takes a byte order mark away, keeps NULs, marks invalid UTF-8`, () => {
      const file = Buffer.from("\xef\xbb\xbfone\nt\0wo\n\xff\xfe bad\nfine\n", "latin1");
      const framed = frame(make(100), file);
      assertExact(framed, file);
      assert.deepEqual(
        framed.map((record) => record.text.toString("latin1")),
        ["one", "t\0wo", "\xff\xfe bad", "fine"],
      );
      assert.deepEqual(
        framed.map((record) => record.flags),
        [0, 0, FLAG_INVALID_ENCODING, 0],
      );
    });
  }

  it("joins lines in a run as it joins them one by one", () => {
    const options = fc.constantFrom<MultilineOptions[]>(
      { type: "pattern", pattern: /^[ü ]/ },
      { type: "pattern", pattern: /\\$/, match: "before" },
      { type: "pattern", pattern: /^a/, negate: true, maxLines: 3 },
      { type: "pattern", pattern: /^ /, flushPattern: /b$/ },
      { type: "while_pattern", pattern: /^ / },
      { type: "count", countLines: 3 },
    );
    const piece = fc.constantFrom(
      "\n",
      "\n ",
      "\r\n ",
      "a",
      "b\n",
      "ü",
      "\\\n",
      "\r",
      "x".repeat(50),
      " y".repeat(700),
    );
    fc.assert(
      fc.property(
        options,
        fc.array(piece, { maxLength: 60 }),
        fc.boolean(),
        fc.constantFrom(80, 1500, 1e6),
        fc.constantFrom(1, 200, 100_000),
        (multilineOptions, parts, ascii, maxBytes, batchBytes) => {
          const text = ascii ? parts.join("").replaceAll("ü", "u") : parts.join("");
          const make = (encoding: string): TextLines =>
            new TextLines(ascii ? maxBytes : 1e6, encoding, new Uint8Array(), new Multiline(multilineOptions));
          const file = Buffer.from(text);
          const framed = frame(make("utf-8"), file, 2048, batchBytes);
          assertExact(framed, file);
          // Other encodings go line by line.
          const other = frame(make(ascii ? "latin1" : "utf-16le"), ascii ? file : Buffer.from(text, "utf16le"));
          if (ascii) assert.deepEqual(framed, other);
          assert.deepEqual(messages(framed), messages(other));
        },
      ),
      { numRuns: 500 },
    );
  });

  it("holds no more of a long line than a record may have", () => {
    const framer = new PlainLines(1000);
    const block = Buffer.alloc(1024 * 1024, "x");
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 50; i++) framer.hold({ bytes: block, offset: i * block.length }, 0, block.length);
    assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
    framer.finish({ bytes: block, offset: 50 * block.length }, 0, 0);
    const [record] = framer.records;
    assert.equal(record?.bytes.length, 1000);
    assert.equal(record?.end, 50 * 1024 * 1024);
  });

  it("reads UTF-16 of both orders, with and without a byte order mark", () => {
    const text = "first Ċ line\r\nsecond: 日本\n\nਊ third";
    const expected = ["first Ċ line", "second: 日本", "", "ਊ third"];
    const little = Buffer.from(text, "utf16le");
    const big = Buffer.from(little).swap16();
    const cases: [string, Buffer][] = [
      ["utf-16le", little],
      ["utf-16be", big],
      ["utf-16", Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
      ["utf-16", Buffer.concat([Buffer.from([0xfe, 0xff]), big])],
      ["utf-16le-bom", Buffer.concat([Buffer.from([0xff, 0xfe]), little])],
    ];
    for (const [name, file] of cases) {
      const framed = frame(new TextLines(1e6, name, file, null), file);
      assertExact(framed, file);
      assert.deepEqual(messages(framed), expected);
    }
  });

  it("reads other encodings, and refuses those that it does not know", () => {
    const latin = Buffer.from("gr\xfc\xdfe\r\nzwei", "latin1");
    assert.deepEqual(messages(frame(new TextLines(100, "latin1", latin, null), latin)), ["grüße", "zwei"]);
    const sjis = Buffer.from([0x93, 0xfa, 0x96, 0x7b, 10, 0x41, 10]);
    assert.deepEqual(messages(frame(new TextLines(100, "shift_jis", sjis, null), sjis)), ["日本", "A"]);
    assert.throws(() => new TextLines(100, "klingon", latin, null), /encoding "klingon" is not known/);
  });
});

describe("framing events of several lines", () => {
  it("knows the exact range of every event, whatever the chunks", () => {
    const line = fc.oneof(
      fc.constantFrom("start", "  more", "", "x".repeat(3000), `  ${"y".repeat(6000)}`),
      fc.string({ maxLength: 20 }).map((text) => text.replace(/[\r\n]/g, "")),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.boolean(), fc.boolean(), (lines, before, negate) => {
        const file = Buffer.from(lines.map((text) => `${text}\n`).join(""));
        const options: MultilineOptions = {
          type: "pattern",
          pattern: /^ /,
          negate,
          match: before ? "before" : "after",
        };
        const framed = frame(multiline(options), file);
        assertExact(framed, file);
        const whole = frame(multiline(options), file, file.length + 2048);
        assert.deepEqual(framed, whole);
        const events: string[][] = [];
        let joins = false;
        for (const text of lines) {
          const matches = text.startsWith(" ") !== negate;
          if (events.length > 0 && (before ? joins : matches)) events.at(-1)?.push(text);
          else events.push([text]);
          joins = matches;
        }
        assert.deepEqual(
          messages(framed),
          events.map((event) => event.join("\n")),
        );
      }),
      { numRuns: 200 },
    );
  });

  it("keeps up to maxLines and maxBytes of an event, and says so", () => {
    const file = Buffer.from(`a\n${" b\n".repeat(9)}c\n`);
    const byLines = frame(multiline({ type: "pattern", pattern: /^ /, maxLines: 3 }), file);
    assertExact(byLines, file);
    assert.deepEqual(messages(byLines), ["a\n b\n b", "c"]);
    assert.deepEqual(
      byLines.map((record) => record.flags),
      [FLAG_MULTILINE | FLAG_TRUNCATED, 0],
    );
    const byBytes = frame(multiline({ type: "pattern", pattern: /^ / }, 6), file);
    assert.deepEqual(messages(byBytes), ["a\n b\n ", "c"]);
  });

  it("ends an event with the line that the flush pattern matches", () => {
    const file = Buffer.from("begin\n1\nend\n2\nbegin\n3\n");
    const framed = frame(multiline({ type: "pattern", pattern: /^begin/, negate: true, flushPattern: /^end/ }), file);
    assert.deepEqual(messages(framed), ["begin\n1\nend", "2", "begin\n3"]);
  });

  it("joins without line feeds when asked, and ignores flags that make an expression remember", () => {
    const file = Buffer.from("a\n b\n c\n");
    assert.deepEqual(messages(frame(multiline({ type: "pattern", pattern: /^ /g, skipNewline: true }), file)), [
      "a b c",
    ]);
  });

  it("refuses options that do not belong together", () => {
    assert.throws(() => new Multiline({ type: "pattern" }), /needs a pattern/);
    assert.throws(() => new Multiline({ type: "count" }), /needs count_lines/);
  });
});
