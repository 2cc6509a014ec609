import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LedgerSnapshot } from "../../../src/telemetry/ledger.ts";
import { runAntler } from "../../support/run-antler.ts";
import { at, InputRig } from "./input-rig.ts";

describe("shipper input stdin", () => {
  let rig: InputRig;
  beforeEach(() => {
    rig = new InputRig();
  });
  afterEach(() => rig.close());

  it("reads to the end, a last line without its end too, and ends when all is acknowledged", async () => {
    rig.acknowledges = false;
    const run = await rig.open("type: stdin");
    let ended = false;
    void run.ended.then(() => {
      ended = true;
    });
    rig.stdin.write("one\r\ntwo\nth");
    rig.stdin.end("ree");
    await rig.count(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(ended, false, "nobody has acknowledged");
    rig.acknowledge();
    await run.ended;
    assert.deepEqual(rig.messages, ["one", "two", "three"]);
    assert.equal(new Set(rig.ids).size, 3);
    assert.equal(at(rig.events[0], "input.type"), "stdin");
    assert.equal(rig.ledger.snapshot().totals.delivered, 3);
  });

  it("ends at once when nothing comes", async () => {
    const run = await rig.open("type: stdin");
    rig.stdin.end();
    await run.ended;
    assert.deepEqual(rig.events, []);
  });

  it("reads no more than there is room for, and loses nothing", async () => {
    rig.acknowledges = false;
    rig.pool = { batchBytes: 8192, batchRecords: 16, totalBytes: 16_384 };
    const run = await rig.open("type: stdin");
    const lines = Array.from({ length: 5000 }, (_none, i) => `line ${i} ${"x".repeat(100)}`);
    let taken = 0;
    const writing = (async () => {
      for (const line of lines) {
        if (!rig.stdin.write(`${line}\n`)) await new Promise((resolve) => rig.stdin.once("drain", resolve));
        taken++;
      }
      rig.stdin.end();
    })();
    await rig.count(16);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(taken < 1000, `${taken} lines were taken though none was acknowledged`);
    rig.acknowledge();
    await writing;
    await run.ended;
    assert.deepEqual(rig.messages, lines);
  });

  it("cuts lines that are too long, and marks the pieces", async () => {
    const run = await rig.open("type: stdin\nmessage_max_bytes: 10");
    rig.stdin.end("short\n0123456789abcdefghijXYZ\nlast\n");
    await run.ended;
    assert.deepEqual(rig.messages, ["short", "0123456789", "abcdefghij", "XYZ", "last"]);
    assert.deepEqual(
      rig.events.map((event) => at(event, "log.flags")),
      [undefined, ["truncated"], ["truncated"], ["truncated"], undefined],
    );
  });

  it("reads other encodings, also where a chunk ends within a character", async () => {
    const run = await rig.open("type: stdin\nencoding: utf-16le");
    const bytes = Buffer.from("\ufeffgrün\r\nñandú Ċ\n日本", "utf16le");
    for (let i = 0; i < bytes.length; i += 3) rig.stdin.write(bytes.subarray(i, i + 3));
    rig.stdin.end();
    await run.ended;
    assert.deepEqual(rig.messages, ["grün", "ñandú Ċ", "日本"]);
  });

  for (const [encoding, bytes] of [
    ["utf-8", Buffer.from("\ufeffgrün\n", "utf8")],
    ["utf-16be", Buffer.from("\ufeffgrün\n", "utf16le").swap16()],
    ["utf-16be", Buffer.from("grün\n", "utf16le").swap16()],
    ["utf-16", Buffer.from("\ufeffgrün\n", "utf16le").swap16()],
    ["latin1", Buffer.from("grün\n", "latin1")],
    ["gbk", Buffer.from([0x67, 0x72, 0xa8, 0xb9, 0x6e, 0x0a])],
  ] as const)
    it(`reads ${encoding}, beginning with ${bytes.toString("hex", 0, 3)}`, async () => {
      const run = await rig.open(`type: stdin\nencoding: ${encoding}`);
      rig.stdin.write(bytes.subarray(0, 1));
      rig.stdin.end(bytes.subarray(1));
      await run.ended;
      assert.deepEqual(rig.messages, ["grün"]);
    });

  it("refuses an encoding that is not known", async () => {
    await assert.rejects(rig.open("type: stdin\nencoding: klingon"), /"klingon" is not known/);
  });

  for (const [parser, settings] of [
    ["multiline", "multiline: { pattern: x, match: after }"],
    ["container", "container: {}"],
  ] as const)
    it(`has no ${parser} parser, and its configuration says so`, () => {
      assert.throws(() => rig.config(`type: stdin\nparsers: [{ ${settings} }]`), new RegExp(`has no ${parser} parser`));
    });

  it("is not endless with a limit of no bytes: the configuration says so", () => {
    assert.throws(() => rig.config("type: stdin\nmessage_max_bytes: 0"), /from 1 to/);
  });

  it("hands on what came before a fault, and says the fault", async () => {
    const run = await rig.open("type: stdin");
    rig.stdin.write("one\ntw");
    await rig.count(1);
    rig.stdin.destroy(new Error("EIO"));
    await assert.rejects(run.ended, /standard input cannot be read: EIO/);
    assert.deepEqual(rig.messages, ["one", "tw"]);
  });

  it("replaces bytes that are no UTF-8", async () => {
    const run = await rig.open("type: stdin");
    rig.stdin.end(Buffer.from([0x61, 0xff, 0x62, 0x0a]));
    await run.ended;
    assert.deepEqual(rig.messages, ["a\ufffdb"]);
  });

  it("has parsers and line filters", async () => {
    const run = await rig.open('type: stdin\nexclude_lines: ["^#"]\nparsers: [{ ndjson: { target: "" } }]');
    rig.stdin.end('{"a":1,"message":"hi"}\n# no\n');
    await run.ended;
    assert.equal(rig.events.length, 1);
    assert.equal(rig.events[0]?.["a"], 1);
    const { read, delivered, filtered } = rig.ledger.snapshot().totals;
    assert.deepEqual({ read, delivered, filtered }, { read: 2, delivered: 1, filtered: 1 });
  });

  it("hands on what it has read when it is stopped, and waits for its acknowledgement", async () => {
    rig.acknowledges = false;
    const run = await rig.open("type: stdin");
    rig.stdin.write("one\ntwo\nbegun");
    await rig.count(2);
    let stopped = false;
    const stopping = run.stop(5000).then(() => {
      stopped = true;
    });
    await rig.count(3);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(stopped, false, "nobody has acknowledged");
    rig.acknowledge();
    await stopping;
    assert.deepEqual(rig.messages, ["one", "two", "begun"]);
    assert.equal(rig.ledger.snapshot().totals.delivered, 3);
  });

  it("loses nothing of what was taken from the pipe when it is stopped while there is no room", async () => {
    rig.acknowledges = false;
    rig.pool = { batchBytes: 4096, batchRecords: 4, totalBytes: 4096 };
    const run = await rig.open("type: stdin");
    const lines = Array.from({ length: 40 }, (_none, i) => `line ${i}`);
    for (const line of lines) rig.stdin.write(`${line}\n`);
    await rig.count(4);
    const stopping = run.stop(5000);
    rig.acknowledge();
    await stopping;
    assert.deepEqual(rig.messages, lines);
  });

  it("stops in time when nobody acknowledges", async () => {
    rig.acknowledges = false;
    rig.pool = { batchBytes: 4096, batchRecords: 4, totalBytes: 4096 };
    const run = await rig.open("type: stdin");
    rig.stdin.write("x\n".repeat(100));
    await rig.count(4);
    await run.stop(50);
  });

  it("has its whole ledger on disk once it is stopped, and goes on from there", async () => {
    for (const times of [1, 2]) {
      const run = await rig.open("type: stdin\nid: pipe");
      if (times === 1) rig.stdin.write("one\ntwo\n");
      await rig.count(2);
      await run.stop(5000);
      assert.equal(rig.storedLedger("pipe").totals.delivered, 2);
      assert.equal(rig.ledger.snapshot().totals.delivered, 2);
    }
  });
});

describe("antler ship with standard input", () => {
  it("ends with it, with every event written and its ledger on disk", async () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-ship-stdin-"));
    try {
      writeFileSync(
        join(folder, "ship.yml"),
        `filebeat.inputs: [{ type: stdin, id: pipe, encoding: latin1 }]
output.file: { path: "${folder}/out", filename: events }
http.enabled: false
`,
      );
      const lines = Array.from({ length: 5000 }, (_none, i) => `Zeile ${i} für`);
      const args = ["ship", "-c", join(folder, "ship.yml"), "--path.data", join(folder, "data")];
      const { code, stderr } = await runAntler(args, Buffer.from(lines.join("\n"), "latin1"));
      assert.equal(code, 0, stderr);
      const written = readdirSync(join(folder, "out"))
        .flatMap((name) =>
          readFileSync(join(folder, "out", name), "utf8")
            .trim()
            .split("\n"),
        )
        .map((line) => (JSON.parse(line) as { message: string }).message);
      assert.deepEqual(written, lines);
      const ledger = JSON.parse(
        readFileSync(join(folder, "data/ship/ship/inputs/pipe/ledger.json"), "utf8"),
      ) as LedgerSnapshot;
      assert.equal(ledger.totals.delivered, 5000);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(30_000);
});
