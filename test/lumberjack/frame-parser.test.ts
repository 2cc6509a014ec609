import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import type { ParsedBlock } from "../../src/lumberjack/block-builder.ts";
import { FrameError } from "../../src/lumberjack/errors.ts";
import { FrameParser } from "../../src/lumberjack/frame-parser.ts";
import { DEFAULT_LIMITS, type ReceiverLimits } from "../../src/lumberjack/limits.ts";
import { compressedFrame, dataFrame, jsonFrame, jsonWindow, texts, u32, windowFrame } from "./support.ts";

interface Parsed {
  /** Every window: its events and their sequences. */
  windows: { events: string[]; sequences: number[]; lastSequence: number; version: number }[];
  /** Events of a window that is not over. */
  rest: string[];
  blocks: number;
}

/** Feeds chunks; blocks are read and released at once, or (`late`) only at the end, when their memory must still be theirs. */
function parse(chunks: readonly Uint8Array[], limits: Partial<ReceiverLimits> = {}, late = false): Parsed {
  const parsed: Parsed = { windows: [], rest: [], blocks: 0 };
  let sequences: number[] = [];
  const take = (block: ParsedBlock): void => {
    parsed.blocks++;
    parsed.rest.push(...texts(block));
    sequences.push(...block.sequences.subarray(0, block.count));
    block.arena.release();
    if (!block.endsWindow) return;
    const { lastSequence, version } = block;
    parsed.windows.push({ events: parsed.rest, sequences, lastSequence, version });
    parsed.rest = [];
    sequences = [];
  };
  const kept: ParsedBlock[] = [];
  const parser = new FrameParser({
    limits: { ...DEFAULT_LIMITS, ...limits },
    onBlock: late ? (block) => kept.push(block) : take,
  });
  for (const chunk of chunks) parser.push(chunk);
  kept.forEach(take);
  return parsed;
}

const eachByte = (stream: Buffer): Buffer[] => Array.from(stream, (byte) => Buffer.from([byte]));

function refusal(chunks: readonly Uint8Array[], limits: Partial<ReceiverLimits> = {}): FrameError {
  try {
    parse(chunks, limits);
  } catch (fault) {
    assert.ok(fault instanceof FrameError, String(fault));
    return fault;
  }
  throw new assert.AssertionError({ message: "nothing was refused" });
}

const mixed = Buffer.concat([
  jsonWindow(['{"a":1}', '{"b":"ü"}', "{}"]),
  windowFrame(3),
  compressedFrame(Buffer.concat([jsonFrame(1, '{"c":1}'), jsonFrame(2, '{"c":2}')])),
  jsonFrame(3, '{"c":3}'),
  windowFrame(2, "1"),
  dataFrame(
    7,
    [
      ["line", 'say "hi"\n'],
      ["file", "/var/log/x"],
    ],
    "1",
  ),
  dataFrame(8, [], "1"),
  windowFrame(1),
  compressedFrame(jsonFrame(1, '{"d":1}')),
]);
const mixedWindows = [
  { events: ['{"a":1}', '{"b":"ü"}', "{}"], sequences: [1, 2, 3], lastSequence: 3, version: 0x32 },
  { events: ['{"c":1}', '{"c":2}', '{"c":3}'], sequences: [1, 2, 3], lastSequence: 3, version: 0x32 },
  {
    events: ['{"line":"say \\"hi\\"\\n","file":"/var/log/x"}', "{}"],
    sequences: [7, 8],
    lastSequence: 8,
    version: 0x31,
  },
  { events: ['{"d":1}'], sequences: [1], lastSequence: 1, version: 0x32 },
];

describe("lumberjack FrameParser", () => {
  it("parses JSON, compressed and data frames of both versions, in one piece", () => {
    assert.deepEqual(parse([mixed]).windows, mixedWindows);
  });

  it("parses the same one byte at a time", () => {
    assert.deepEqual(parse(eachByte(mixed)).windows, mixedWindows);
  });

  it("parses the same split in two at every byte boundary", () => {
    for (let at = 0; at <= mixed.length; at++) {
      assert.deepEqual(parse([mixed.subarray(0, at), mixed.subarray(at)]).windows, mixedWindows, `split at ${at}`);
    }
  });

  it("parses any windows in any chunks with any memory block size, released early or late", () => {
    const event = fc.string({ unit: "grapheme", maxLength: 60 }).map((text) => JSON.stringify({ message: text }));
    const oneWindow = fc.record({ events: fc.array(event, { minLength: 1, maxLength: 12 }), compressed: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(oneWindow, { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
        fc.integer({ min: 16, max: 400 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (windows, sizes, arenaBytes, maxBlockEvents, late) => {
          const stream = Buffer.concat(
            windows.map(({ events, compressed }) => {
              const plain = jsonWindow(events);
              return compressed ? Buffer.concat([plain.subarray(0, 6), compressedFrame(plain.subarray(6))]) : plain;
            }),
          );
          const chunks: Buffer[] = [];
          for (let at = 0; at < stream.length; ) {
            const size = sizes.next().value as number;
            chunks.push(stream.subarray(at, at + size));
            at += size;
          }
          const parsed = parse(chunks, { arenaBytes, maxBlockEvents }, late);
          assert.deepEqual(
            parsed.windows.map((window) => window.events),
            windows.map((window) => window.events),
          );
          assert.deepEqual(parsed.rest, []);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("never throws anything but FrameError, whatever comes", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc.constantFrom(
        windowFrame(2),
        jsonFrame(1, "{}"),
        compressedFrame(jsonFrame(1, "{}")),
        dataFrame(1, [["a", "b"]]),
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          parse(pieces, { arenaBytes: 64, maxInflatedBytes: 4096, maxEventBytes: 4096, maxCompressedBytes: 4096 });
        } catch (fault) {
          assert.ok(fault instanceof FrameError, String(fault));
        }
      }),
      { numRuns: 500 },
    );
  });

  it("hands a window that does not fit one memory block on in parts", () => {
    const events = Array.from({ length: 100 }, (_, i) => JSON.stringify({ i, pad: "x".repeat(40) }));
    const parsed = parse(
      [jsonWindow(events)].flatMap((w) => [w.subarray(0, 900), w.subarray(900, 3000), w.subarray(3000)]),
      {
        arenaBytes: 1024,
      },
    );
    assert.deepEqual(
      parsed.windows.map((window) => window.events),
      [events],
    );
    assert.ok(parsed.blocks > 1, `${parsed.blocks} blocks`);
  });

  it("takes a window size as valid until the next one, as senders of version 1 expect", () => {
    const stream = [windowFrame(2, "1"), ...[1, 2, 3, 4, 5].map((n) => dataFrame(n, [["n", String(n)]], "1"))];
    const parsed = parse(stream);
    assert.deepEqual(
      parsed.windows.map((window) => window.sequences),
      [
        [1, 2],
        [3, 4],
      ],
    );
    assert.equal(parsed.windows[1]?.lastSequence, 4);
  });

  it("ends a window early when another begins, also when its events were handed on before", () => {
    const early = Buffer.concat([windowFrame(9), jsonFrame(1, "{}"), jsonFrame(2, "{}")]);
    const inC = Buffer.concat([windowFrame(9), compressedFrame(jsonFrame(1, '{"c":1}'))]);
    const parsed = parse([early, inC, jsonWindow(['{"z":1}'])]);
    assert.deepEqual(
      parsed.windows.map(({ events, lastSequence }) => ({ events, lastSequence })),
      [
        { events: ["{}", "{}"], lastSequence: 2 },
        { events: ['{"c":1}'], lastSequence: 1 },
        { events: ['{"z":1}'], lastSequence: 1 },
      ],
    );
  });

  it("keeps nothing parsed while paused and goes on after", () => {
    let blocks = 0;
    const parser = new FrameParser({
      onBlock: (block) => {
        blocks++;
        block.arena.release();
        parser.paused = true;
      },
    });
    parser.push(Buffer.concat([jsonWindow(["{}"]), jsonWindow(["{}"])]));
    assert.equal(blocks, 1);
    assert.ok(parser.unparsed > 0);
    parser.resume();
    assert.equal(blocks, 2);
    assert.equal(parser.unparsed, 0);
  });

  it("refuses what is not the protocol, and says what and where", () => {
    const good = jsonWindow(["{}"]);
    const cases: [string, Buffer, RegExp][] = [
      [
        "garbage",
        Buffer.concat([good, Buffer.from("\x00garbage")]),
        new RegExp(`version byte 0x00.*, at byte ${good.length}$`),
      ],
      ["TLS", Buffer.from("160301020001", "hex"), /a TLS handshake, but this port does not speak TLS, at byte 0/],
      ["HTTP", Buffer.from("GET / HTTP/1.1\r\n"), /an HTTP request, not Lumberjack, at byte 0/],
      ["type", Buffer.from("2X1234"), /unknown frame type 'X' \(0x58\), at byte 0/],
      ["ack", Buffer.from("2A0000"), /an acknowledgement from a sender, at byte 0/],
      ["no window", jsonFrame(1, "{}"), /an event before any window size, at byte 0/],
      [
        "zlib",
        Buffer.concat([windowFrame(1), Buffer.from("2C"), u32(4), Buffer.from("nope")]),
        /cannot be inflated.*at byte 6/,
      ],
      [
        "nested",
        Buffer.concat([windowFrame(1), compressedFrame(compressedFrame(jsonFrame(1, "{}")))]),
        /a compressed frame inside a compressed frame.*at byte 6/,
      ],
      [
        "half a frame",
        Buffer.concat([windowFrame(1), compressedFrame(jsonFrame(1, "{}").subarray(0, 11))]),
        /ends in the middle of a frame.*at byte 6/,
      ],
      [
        "half a zlib stream",
        Buffer.concat([windowFrame(1), Buffer.from("2C"), u32(9), deflateSync(jsonFrame(1, "{}")).subarray(0, 9)]),
        /cannot be inflated \(unexpected end of file\)/,
      ],
    ];
    for (const [name, stream, message] of cases) {
      for (const chunks of [[stream], eachByte(stream)]) {
        const fault = refusal(chunks);
        assert.match(fault.message, message, name);
        assert.equal(fault.code, "PROTOCOL", name);
      }
    }
  });

  it("refuses frames above the limits at their head, before the bytes have come", () => {
    const head = (type: string, length: number): Buffer =>
      Buffer.concat([windowFrame(5), Buffer.from(`2${type}`), ...(type === "J" ? [u32(1)] : []), u32(length)]);
    const cases: [Buffer, RegExp][] = [
      [head("J", 0xffffffff), /an event of 4294967295 bytes \(limit 100\), at byte 6/],
      [head("C", 0xfffffff0), /a compressed frame of 4294967280 bytes \(limit 50\), at byte 6/],
      [windowFrame(0x7fffffff), /a window of 2147483647 events \(limit 10\), at byte 0/],
      [
        Buffer.concat([windowFrame(1), Buffer.from("2D"), u32(1), u32(0xffffffff)]),
        /a data frame of more than 100 bytes, at byte 6/,
      ],
      [
        Buffer.concat([windowFrame(1), Buffer.from("2D"), u32(1), u32(1), u32(0xffffffff)]),
        /a data frame of more than 100 bytes, at byte 6/,
      ],
    ];
    for (const [stream, message] of cases) {
      const fault = refusal([stream], { maxEventBytes: 100, maxCompressedBytes: 50, maxWindowEvents: 10 });
      assert.match(fault.message, message);
      assert.equal(fault.code, "LIMIT");
    }
  });

  it("stops inflating at the limit", () => {
    const bomb = compressedFrame(jsonFrame(1, `"${" ".repeat(50_000_000)}"`));
    assert.ok(bomb.length < 100_000);
    const before = process.memoryUsage().arrayBuffers;
    const fault = refusal([windowFrame(1), bomb], { maxInflatedBytes: 1_000_000 });
    assert.match(fault.message, /inflates to more than 1000000 bytes, at byte 6$/);
    assert.equal(fault.code, "LIMIT");
    assert.ok(process.memoryUsage().arrayBuffers - before < 20_000_000, "it was inflated beyond the limit");
  });

  it("accepts events exactly at the limits", () => {
    const json = JSON.stringify("x".repeat(98));
    assert.equal(parse([jsonWindow([json])], { maxEventBytes: 100 }).windows.length, 1);
    const data = dataFrame(1, [["k", "v".repeat(91)]]);
    assert.equal(parse([windowFrame(1), data], { maxEventBytes: 100 }).windows.length, 1);
    const inner = jsonFrame(1, "{}");
    assert.equal(parse([windowFrame(1), compressedFrame(inner)], { maxInflatedBytes: inner.length }).windows.length, 1);
  });

  it("claims memory only for bytes that have arrived", () => {
    const parser = new FrameParser({ onBlock: (block) => block.arena.release() });
    const before = process.memoryUsage().arrayBuffers;
    parser.push(Buffer.concat([windowFrame(1), Buffer.from("2J"), u32(1), u32(60_000_000), Buffer.alloc(100_000)]));
    assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000);
  });
});
