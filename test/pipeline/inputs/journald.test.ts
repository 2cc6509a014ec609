import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Event } from "../../../src/event/event.ts";
import { identityString } from "../../../src/event/identity.ts";
import {
  RECORD_CRC,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
  RecordBatch,
  type RecordSink,
  type Source,
} from "../../../src/event/record-batch.ts";
import type { InputHost, RunningInput } from "../../../src/plugin/definitions.ts";
import { JournalIntake } from "../../../src/sources/journal-intake.ts";
import { openJournalState } from "../../../src/sources/journal-state.ts";
import { FakeJournalctl, SEQUENCE } from "../../sources/fake-journalctl.ts";
import { resolved } from "../../support/resolved.ts";
import { codecHost, newEvent } from "../../support/run-codec.ts";

interface Seen {
  readonly text: string;
  readonly identity: string;
  readonly start: number;
  readonly end: number;
}

/** A sink that keeps what comes; batches are acknowledged at once, or when told. */
class KeepingSink implements RecordSink {
  readonly seen: Seen[] = [];
  readonly held: (() => void)[] = [];
  readonly #records: number;
  holds = false;

  constructor(records = 4) {
    this.#records = records;
  }
  async acquire(bytes = 0): Promise<RecordBatch> {
    await new Promise((resolve) => setImmediate(resolve));
    return RecordBatch.allocate(Math.max(bytes, 1 << 20), this.#records);
  }
  submit(batch: RecordBatch, acknowledged: () => void): void {
    for (let i = 0; i < batch.count; i++) {
      const row = i * RECORD_WORDS;
      const column = (at: number): number => batch.table[row + at] as number;
      const { fileId, generation, unit } = batch.sources[column(RECORD_SOURCE)] as Source;
      assert.equal(unit, "byte");
      const start = batch.offsetOf(i);
      const length = column(RECORD_RAW_LENGTH);
      const identity = identityString(fileId, generation, start, length, column(RECORD_CRC));
      this.seen.push({ text: batch.recordBytes(i).toString(), identity, start, end: start + length });
    }
    if (this.holds) this.held.push(acknowledged);
    else setImmediate(acknowledged);
  }
  release(): void {}
  get messages(): string[] {
    return this.seen.map(({ text }) => (JSON.parse(text) as { MESSAGE: string }).MESSAGE);
  }
}

describe("journald input", () => {
  let folder: string;
  let said: string[];
  let running: RunningInput[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-journald-"));
    said = [];
    running = [];
  });
  afterEach(async () => {
    await Promise.all(running.map((input) => input.stop(1000)));
    rmSync(folder, { recursive: true });
  });

  const say = (message: string, details?: object): void => {
    said.push(`${message} ${JSON.stringify(details)}`);
  };
  function hostOf(sink: RecordSink): InputHost {
    let stored: unknown = {};
    return {
      ...codecHost(),
      log: { info: () => undefined, warn: say, error: say },
      number: 0,
      sink,
      dataFolder: join(folder, "data"),
      source: (fields) => ({ input: 0, fileId: crypto.getRandomValues(new Uint8Array(12)), generation: 0, fields }),
      framer: () => undefined,
      joinLines: () => undefined,
      framerOf: () => undefined,
      ledger: {
        snapshot: () => ({ restored: stored }),
        restore: (from) => {
          stored = from;
        },
      },
    };
  }
  async function start(config: string, sink: RecordSink): Promise<RunningInput> {
    const { plugin, options } =
      resolved(`input { journald { ${config} } } output { null { } }`).inputs[0] ?? assert.fail();
    const input = await plugin.start(options, hostOf(sink));
    running.push(input);
    return input;
  }
  async function until(condition: () => boolean): Promise<void> {
    for (let i = 0; !condition(); i++) {
      assert.ok(i < 2000, `it does not happen; ${said.join("; ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const state = (): Record<string, unknown> =>
    JSON.parse(readFileSync(join(folder, "data/journal.json"), "utf8")) as Record<string, unknown>;
  const numbers = (from: number, to: number): { number: number }[] =>
    Array.from({ length: to - from + 1 }, (_, i) => ({ number: from + i }));

  it("follows the journal and goes on after a stop, each entry once", async () => {
    const fake = new FakeJournalctl(folder);
    fake.write(...numbers(1, 10));
    const sink = new KeepingSink();
    const first = await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length === 10);
    fake.write(...numbers(11, 12));
    await until(() => sink.seen.length === 12);
    await first.stop(5000);
    fake.write(...numbers(13, 15));
    const second = await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length >= 15);
    await second.stop(5000);
    assert.deepEqual(
      sink.messages,
      numbers(1, 15).map(({ number }) => `message ${number}`),
    );
    assert.equal(new Set(sink.seen.map(({ identity }) => identity)).size, 15);
    assert.ok(fake.calls[1]?.some((one) => one.startsWith(`--cursor=s=${SEQUENCE};i=c;`)));
    assert.deepEqual(said, []);
  });

  it("gives an entry that is read again after a crash the same identity", async () => {
    const fake = new FakeJournalctl(folder);
    // A selection leaves numbers out.
    fake.write(...[1, 2, 5, 9, 10, 11, 17, 20, 21, 22, 23, 30].map((number) => ({ number })));
    const sink = new KeepingSink(3);
    sink.holds = true;
    const first = await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length === 12);
    // The second batch is acknowledged first, then the first; the others are lost with the process.
    sink.held[1]?.();
    assert.equal(state()["position"], undefined);
    sink.held[0]?.();
    await until(() => (state()["position"] as { cursor?: string } | undefined)?.cursor?.includes("i=b;") === true);
    await first.stop(0);

    const again = new KeepingSink(5);
    const second = await start(`command => "${fake.command}"`, again);
    await until(() => again.seen.length === 6);
    await second.stop(5000);
    assert.deepEqual(
      again.seen.map(({ identity }) => identity),
      sink.seen.slice(6).map(({ identity }) => identity),
    );
    const ranges = sink.seen.map(({ start, end }) => [start, end]);
    for (let i = 1; i < ranges.length; i++) assert.equal(ranges[i]?.[0], ranges[i - 1]?.[1]);
  });

  it("loses nothing when the program dies, also in the middle of a line", async () => {
    const fake = new FakeJournalctl(folder, { linesEachRun: 4, cutsLine: true });
    fake.write(...numbers(1, 9));
    const sink = new KeepingSink();
    const host = hostOf(sink);
    const ledger = host.ledger;
    const journal = await openJournalState(host.dataFolder, ledger, host.log, () => ({
      id: new Uint8Array(12),
      since: undefined,
    }));
    const intake = new JournalIntake({
      command: fake.command,
      selection: {
        paths: [],
        units: [],
        identifiers: [],
        transports: [],
        facilities: [],
        priority: undefined,
        matches: [],
        merge: false,
      },
      start: { since: undefined },
      state: journal,
      sourceOf: () => host.source([]),
      host,
      times: { firstPause: 5, longestPause: 10 },
    });
    intake.start();
    await until(() => sink.seen.length === 9);
    await intake.stop();
    assert.deepEqual(
      sink.messages,
      numbers(1, 9).map(({ number }) => `message ${number}`),
    );
    assert.ok(fake.calls.length >= 3);
    assert.ok(said.some((one) => one.includes("exit code 3")));
  });

  it("goes on with what is left when the entry of its cursor is gone", async () => {
    const fake = new FakeJournalctl(folder);
    fake.write(...numbers(1, 5));
    const sink = new KeepingSink();
    await (async () => {
      const first = await start(`command => "${fake.command}"`, sink);
      await until(() => sink.seen.length === 5);
      await first.stop(5000);
    })();
    fake.replace(...numbers(8, 9));
    await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length >= 7);
    assert.deepEqual(sink.messages.slice(5), ["message 8", "message 9"]);
  });

  it("passes over what is no entry, says so, and keeps the beginning of one that is too long", async () => {
    const fake = new FakeJournalctl(folder);
    fake.write({ number: 1 });
    fake.writeRaw("-- Boot 0123 --\n\n");
    const sink = new KeepingSink();
    fake.write({ number: 2, message: "x".repeat(11 * 1024 * 1024) }, { number: 3 });
    await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length === 3);
    assert.equal(sink.seen[1]?.text.length, 10 * 1024 * 1024);
    assert.match(sink.seen[2]?.text ?? "", /message 3/);
    assert.ok(said.some((one) => one.includes("no entry") && one.includes("Boot")));
    assert.ok(said.some((one) => one.includes("too long")));
    await until(() => (state()["position"] as { cursor?: string } | undefined)?.cursor?.includes("i=3;") === true);
  });

  it("begins at the end with seek => tail, and stays there over a restart", async () => {
    const fake = new FakeJournalctl(folder);
    const config = `command => "${fake.command}" seek => "tail"`;
    for (const runs of [1, 2]) {
      const input = await start(config, new KeepingSink());
      await until(() => fake.calls.length === runs);
      await input.stop(1000);
    }
    const since = fake.calls.map((call) => call.find((one) => one.startsWith("--since=@")));
    assert.ok(since[0] !== undefined);
    assert.equal(since[0], since[1]);
  });

  it("begins again with a new identity when its state is not readable, and says so", async () => {
    mkdirSync(join(folder, "data"));
    writeFileSync(join(folder, "data/journal.json"), "{");
    const fake = new FakeJournalctl(folder);
    fake.write({ number: 1 });
    const sink = new KeepingSink();
    await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length === 1);
    assert.ok(existsSync(join(folder, "data/journal.json.corrupt")));
    assert.match(said[0] ?? "", /set aside/);
  });

  it("stores the ledger with the position", async () => {
    const fake = new FakeJournalctl(folder);
    fake.write({ number: 1 });
    const sink = new KeepingSink();
    const input = await start(`command => "${fake.command}"`, sink);
    await until(() => sink.seen.length === 1);
    await input.stop(5000);
    assert.deepEqual(state()["ledger"], { restored: {} });
    await start(`command => "${fake.command}"`, sink);
    fake.write({ number: 2 });
    await until(() => sink.seen.length === 2);
  });

  describe("decoding", () => {
    function decode(config: string, text: string): Record<string, unknown> {
      const input = resolved(`input { journald { ${config} } } output { null { } }`).inputs[0] ?? assert.fail();
      const codec = input.codec.plugin.decoder?.(input.codec.options, codecHost()) ?? assert.fail();
      const decoder = input.plugin.decoder?.(input.options, codecHost(), codec) ?? assert.fail();
      const bytes = Buffer.from(text);
      const event: Event = newEvent();
      decoder.decode({ bytes, start: 0, end: bytes.length, offset: 0, flags: 0 }, event, () => assert.fail());
      return JSON.parse(JSON.stringify(event.toObject())) as Record<string, unknown>;
    }

    it("puts the text into message and event.original", () => {
      const event = decode("", '{"MESSAGE":"hi","SYSLOG_IDENTIFIER":"app"}');
      assert.equal(event["message"], "hi");
      assert.deepEqual(event["event"], { original: "hi" });
      assert.deepEqual(event["log"], { syslog: { appname: "app" } });
    });

    it("gives the text to another codec", () => {
      const event = decode("codec => json", '{"MESSAGE":"{\\"a\\":1}","_COMM":"app"}');
      assert.equal(event["a"], 1);
      assert.deepEqual(event["process"], { name: "app" });
    });

    it("keeps whole what is no JSON", () => {
      const event = decode("", '{"MESSAGE":"cut of');
      assert.equal(event["message"], '{"MESSAGE":"cut of');
      assert.deepEqual(event["tags"], ["_jsonparsefailure"]);
    });
  });

  describe("options", () => {
    const problems = (config: string): string[] => {
      const input = resolved(`input { journald { } } output { null { } }`).inputs[0] ?? assert.fail();
      const settings = { ...input.options, ...(JSON.parse(config) as object) };
      return (input.plugin.check?.(settings, "v8") ?? []).map(({ option }) => option);
    };
    for (const [config, expected] of [
      ['{"paths":["relative"]}', ["paths"]],
      ['{"paths":["/a","/b.journal"]}', ["paths"]],
      ['{"paths":["/a","/b"]}', ["paths"]],
      ['{"paths":["/a.journal","/b.journal"]}', []],
      ['{"priority":"loud"}', ["priority"]],
      ['{"priority":"emerg..err"}', []],
      ['{"include_matches":["--help"]}', ["include_matches"]],
      ['{"include_matches":["_A=1","+","_B=1"]}', []],
      ['{"include_matches":["_A=1","+","_B=1"],"transports":["kernel"]}', ["transports"]],
      ['{"seek":"since"}', ["since"]],
      ['{"seek":"since","since":"24h"}', []],
    ] as const) {
      it(`${config}: ${expected.length === 0 ? "fine" : `problem with ${expected.join()}`}`, () =>
        assert.deepEqual(problems(config), expected));
    }
  });

  describe("with a real journal", () => {
    const REMOTE = ["/lib/systemd/systemd-journal-remote", "/usr/lib/systemd/systemd-journal-remote"].find(existsSync);

    function makeJournal(path: string, from: number, to: number): void {
      const entries: Buffer[] = [];
      for (let i = from; i <= to; i++) {
        const micros = 1_795_404_548_000_000 + i * 1000;
        entries.push(
          Buffer.from(
            `__REALTIME_TIMESTAMP=${micros}\n__MONOTONIC_TIMESTAMP=${i * 1000}\n_BOOT_ID=0123456789abcdef0123456789abcdef\nPRIORITY=${i % 8}\n_SYSTEMD_UNIT=u${i % 2}.service\nMESSAGE`,
          ),
        );
        if (i % 10 !== 0) entries.push(Buffer.from(`=entry ${i} ${i % 7 === 0 ? "x".repeat(6000) : ""}\n\n`));
        else {
          const text = Buffer.concat([Buffer.from(`entry ${i} \n`), Buffer.from([0xff])]);
          const length = Buffer.alloc(8);
          length.writeBigUInt64LE(BigInt(text.length));
          entries.push(Buffer.from("\n"), length, text, Buffer.from("\n\n"));
        }
      }
      const exported = join(folder, "in.export");
      writeFileSync(exported, Buffer.concat(entries));
      execFileSync(REMOTE as string, ["-o", path, exported], { stdio: "ignore" });
    }

    before(function () {
      if (REMOTE === undefined || spawnSync("journalctl", ["--version"]).status !== 0) this.skip();
    });

    for (const [what, place] of [
      ["a folder", ""],
      ["a file", "/a.journal"],
    ] as const) {
      it(`reads ${what}, goes on after a stop, and reads again with the same identities`, async () => {
        const journal = join(folder, "journal");
        mkdirSync(journal);
        makeJournal(join(journal, "a.journal"), 1, 40);
        const config = `paths => ["${journal}${place}"]`;
        const sink = new KeepingSink(7);
        sink.holds = true;
        const first = await start(config, sink);
        await until(() => sink.seen.length === 40);
        for (const acknowledge of sink.held.splice(0, 3)) acknowledge();
        await until(() => (state()["position"] as { cursor?: string } | undefined)?.cursor?.includes("i=15;") === true);
        await first.stop(0);

        const again = new KeepingSink(11);
        const second = await start(config, again);
        await until(() => again.seen.length >= 19);
        await second.stop(5000);
        assert.deepEqual(
          again.seen.map(({ identity }) => identity),
          sink.seen.slice(21).map(({ identity }) => identity),
        );
        const lengths = sink.seen.map(
          ({ text }) => (JSON.parse(text) as { MESSAGE: string | number[] }).MESSAGE.length,
        );
        assert.ok((lengths[6] as number) > 6000);
        assert.deepEqual(said, []);
      });
    }

    it("selects by unit and priority", async () => {
      const journal = join(folder, "journal");
      mkdirSync(journal);
      makeJournal(join(journal, "a.journal"), 1, 32);
      const sink = new KeepingSink();
      await start(`paths => ["${journal}"] include_matches => ["_SYSTEMD_UNIT=u1.service"] priority => "err"`, sink);
      await until(() => sink.seen.length === 8);
      for (const { text } of sink.seen) {
        const entry = JSON.parse(text) as Record<string, string>;
        assert.equal(entry["_SYSTEMD_UNIT"], "u1.service");
        assert.ok(Number(entry["PRIORITY"]) <= 3);
      }
    });
  });
});
