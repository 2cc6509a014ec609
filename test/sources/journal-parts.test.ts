import assert from "node:assert/strict";
import fc from "fast-check";
import { type JournalSelection, journalParameters, sinceTime } from "../../src/sources/journal-command.ts";
import { cursorOf, isCursor, placeOf } from "../../src/sources/journal-cursor.ts";
import { JournalPosition, readPosition, sequenceFileId } from "../../src/sources/journal-position.ts";

const everything: JournalSelection = {
  paths: [],
  units: [],
  identifiers: [],
  transports: [],
  facilities: [],
  priority: undefined,
  matches: [],
  merge: false,
};
const REAL =
  "s=fdeb3e2f445a47318d8962b6099a6a33;i=1c;b=0123456789abcdef0123456789abcdef;m=f4240;t=660e9325f0b40;x=1b1dc41d90fec290";

describe("journal cursors", () => {
  const of = (text: string): string | undefined => {
    const bytes = Buffer.from(`before${text}after"`);
    return cursorOf(bytes, 6, bytes.length - 6);
  };

  it("are found in an entry, wherever they stand", () => {
    assert.equal(of(`{"MESSAGE":"x","__CURSOR":"${REAL}"}`), REAL);
    assert.equal(of(`{"__CURSOR":"${REAL}","MESSAGE":"x"}`), REAL);
    assert.equal(of('{"MESSAGE":"x"}'), undefined);
    assert.equal(of('{"__CURSOR":"'), undefined);
    assert.equal(of('{"__CURSOR":""}'), undefined);
  });

  it("are not taken from a message, whatever it says", () => {
    fc.assert(
      fc.property(fc.string(), (message) => {
        for (const text of [message, `${message}"__CURSOR":"s=1"`, `","__CURSOR":"${message}`]) {
          assert.equal(of(JSON.stringify({ MESSAGE: text, __CURSOR: REAL })), REAL);
        }
      }),
    );
  });

  it("hold a sequence and a number", () => {
    assert.deepEqual(placeOf(REAL), { sequence: "fdeb3e2f445a47318d8962b6099a6a33", number: 28 });
    assert.equal(placeOf("s=1;i=2;"), undefined);
    assert.equal(placeOf(REAL.replace("i=1c", "i=ffffffffffffff")), undefined);
    assert.ok(isCursor(REAL));
    assert.ok(!isCursor(`${REAL} --file=/etc/passwd`));
    assert.ok(!isCursor(""));
  });
});

describe("journal positions", () => {
  const place = (number: number, sequence = "a") => ({ sequence, number });

  it("give entries ranges that lie side by side", () => {
    const position = new JournalPosition();
    assert.deepEqual(position.advance("c5", place(5)), { offset: 5, length: 1 });
    assert.deepEqual(position.advance("c6", place(6)), { offset: 6, length: 1 });
    assert.deepEqual(position.advance("c9", place(9)), { offset: 7, length: 3 });
    assert.deepEqual(position.advance("d2", place(2, "b")), { offset: 2, length: 1 });
    assert.deepEqual(position.advance("c3", place(3)), { offset: 3, length: 1 });
    assert.deepEqual(position.advance(undefined, undefined), { offset: 1, length: 1 });
    assert.equal(position.cursor, "c3");
  });

  it("give the same ranges again behind any stored position", () => {
    const entries = fc.array(fc.record({ sequence: fc.constantFrom("a", "b", ""), step: fc.nat(5) }), { minLength: 1 });
    fc.assert(
      fc.property(entries, fc.nat(), (steps, cut) => {
        const numbers: Record<string, number> = {};
        const places = steps.map(({ sequence, step }) => {
          numbers[sequence] = (numbers[sequence] ?? 0) + step;
          return place(numbers[sequence], sequence);
        });
        const stop = cut % places.length;
        const position = new JournalPosition();
        const tell = (from: JournalPosition, i: number) => from.advance(`s=${i}`, places[i]);
        for (let i = 0; i < stop; i++) tell(position, i);
        const stored = readPosition(JSON.parse(JSON.stringify(position.snapshot())));
        const again = new JournalPosition(stored);
        for (let i = stop; i < places.length; i++) assert.deepEqual(tell(again, i), tell(position, i));
      }),
    );
  });

  it("remember the sequences read last", () => {
    const position = new JournalPosition();
    position.advance("c", place(1, "first"));
    for (let i = 0; i < 300; i++) {
      position.advance("c", place(1, `s${i}`));
      position.advance("c", place(i + 2, "first"));
    }
    const { numbers } = position.snapshot();
    assert.equal(numbers.length, 256);
    assert.deepEqual(numbers.at(-1), ["first", 301]);
  });

  it("are refused where they are none", () => {
    for (const bad of [
      undefined,
      null,
      1,
      {},
      { cursor: "--help", numbers: [] },
      { cursor: REAL, numbers: [["a", -1]] },
    ])
      assert.equal(readPosition(bad), undefined);
    assert.deepEqual(readPosition({ cursor: REAL, numbers: [["a", 1]] }), { cursor: REAL, numbers: [["a", 1]] });
  });

  it("have file ids of 12 bytes for each input and sequence", () => {
    const input = new Uint8Array(12).fill(7);
    assert.equal(sequenceFileId(input, "a").length, 12);
    assert.deepEqual(sequenceFileId(input, "a"), sequenceFileId(input, "a"));
    assert.notDeepEqual(sequenceFileId(input, "a"), sequenceFileId(input, "b"));
    assert.notDeepEqual(sequenceFileId(input, "a"), sequenceFileId(new Uint8Array(12), "a"));
  });
});

describe("parameters of journalctl", () => {
  const ALWAYS = ["--output=json", "--all", "--no-pager", "--quiet"];

  it("follow the host's journal from its beginning", () => {
    assert.deepEqual(journalParameters(everything, undefined, { since: undefined }), [
      ...ALWAYS,
      "--follow",
      "--no-tail",
    ]);
  });

  it("select, and go on at a cursor", () => {
    const selection: JournalSelection = {
      paths: ["/var/log/journal/remote"],
      units: ["a.service"],
      identifiers: ["sshd"],
      transports: ["kernel"],
      facilities: ["auth"],
      priority: "emerg..err",
      matches: ["_UID=0", "+", "_UID=1"],
      merge: true,
    };
    assert.deepEqual(journalParameters(selection, REAL, { since: "-1h" }), [
      ...ALWAYS,
      "--directory=/var/log/journal/remote",
      "--merge",
      "--unit=a.service",
      "--identifier=sshd",
      "--facility=auth",
      "--priority=emerg..err",
      "--follow",
      "--no-tail",
      `--cursor=${REAL}`,
      "--",
      "_UID=0",
      "+",
      "_UID=1",
      "_TRANSPORT=kernel",
    ]);
  });

  it("read files without following", () => {
    const parameters = journalParameters({ ...everything, paths: ["/x/a.journal"] }, undefined, { since: "-1h" });
    assert.deepEqual(parameters, [...ALWAYS, "--file=/x/a.journal", "--since=-1h"]);
  });

  for (const [text, expected] of [
    ["24h", "-24h"],
    ["-1h30m", "-1h30m"],
    [" 2026-01-31 12:00:00 ", "2026-01-31 12:00:00"],
    ["2026-01-31", "2026-01-31"],
    ["yesterday", "yesterday"],
    ["@1795404560", "@1795404560"],
    ["soon", undefined],
    ["", undefined],
    ["--help", undefined],
  ] as const) {
    it(`take ${JSON.stringify(text)} for ${expected}`, () => assert.equal(sinceTime(text), expected));
  }
});
