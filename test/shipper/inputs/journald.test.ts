import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JournaldInput } from "../../../src/shipper/config/config.ts";
import { openJournald } from "../../../src/shipper/inputs/journald.ts";
import { inputFolder } from "../../../src/shipper/inputs/open-input.ts";
import type { ShipperInputRun } from "../../../src/shipper/inputs/shipper-input.ts";
import { type FakeBehaviour, FakeJournalctl } from "../../sources/fake-journalctl.ts";
import { at, InputRig } from "./input-rig.ts";

describe("shipper input journald", () => {
  let rig: InputRig;
  let fake: FakeJournalctl;
  beforeEach(() => {
    rig = new InputRig();
    fake = new FakeJournalctl(rig.folder);
  });
  afterEach(() => rig.close());

  const numbers = (from: number, to: number): { number: number }[] =>
    Array.from({ length: to - from + 1 }, (_none, i) => ({ number: from + i }));
  const texts = (from: number, to: number): string[] => numbers(from, to).map(({ number }) => `message ${number}`);
  function open(more = "", behaviour?: FakeBehaviour): Promise<ShipperInputRun> {
    const { command } = behaviour === undefined ? fake : new FakeJournalctl(rig.folder, behaviour);
    const input = rig.config(`type: journald\nid: j\n${more}`) as JournaldInput;
    return rig.openWith(input, (environment) => openJournald(input, environment, command));
  }
  const state = (): { position?: { cursor: string }; ledger: { totals: { delivered: number } } } =>
    JSON.parse(readFileSync(join(inputFolder(rig.folder, "j"), "journal.json"), "utf8")) as ReturnType<typeof state>;

  it("follows the journal and goes on after a stop, each entry once", async () => {
    fake.write(...numbers(1, 10));
    const first = await open();
    await rig.count(10);
    fake.write(...numbers(11, 12));
    await rig.count(12);
    await first.stop(5000);
    assert.equal(state().ledger.totals.delivered, 12);
    fake.write(...numbers(13, 15));
    const second = await open();
    await rig.count(15);
    await second.stop(5000);
    assert.deepEqual(rig.messages, texts(1, 15));
    assert.equal(new Set(rig.ids).size, 15);
    assert.equal(state().ledger.totals.delivered, 15, "the ledger goes on");
    assert.deepEqual(rig.troubles, []);
  });

  it("gives what nobody acknowledged again, under the same identities", async () => {
    fake.write(...numbers(1, 5));
    const first = await open();
    await rig.count(5);
    await rig.until(() => state().position !== undefined);
    rig.acknowledges = false;
    fake.write(...numbers(6, 9));
    await rig.count(9);
    await first.stop(20);
    rig.acknowledges = true;
    await open();
    await rig.count(13);
    assert.deepEqual(rig.messages.slice(9), texts(6, 9));
    assert.deepEqual(rig.ids.slice(9), rig.ids.slice(5, 9));
  });

  it("starts the program again when it ends within a line, and loses nothing", async () => {
    const input = open("", { linesEachRun: 3, cutsLine: true });
    fake.write(...numbers(1, 5));
    await input;
    await rig.count(5);
    assert.deepEqual(rig.messages, texts(1, 5));
    assert.match(rig.troubles[0] as string, /is started again.*exit code 3/);
  }).timeout(15_000);

  it("reads no faster than events arrive", async () => {
    rig.acknowledges = false;
    rig.pool = { batchBytes: 65_536, batchRecords: 16, totalBytes: 131_072 };
    fake.write(...numbers(1, 200).map((entry) => ({ ...entry, message: `${entry.number} ${"x".repeat(20_000)}` })));
    await open();
    await rig.count(2);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.ok(rig.events.length < 20, `${rig.events.length} events`);
    rig.acknowledge();
    await rig.count(200);
    assert.deepEqual(
      rig.messages.map((text) => Number.parseInt(String(text), 10)),
      numbers(1, 200).map(({ number }) => number),
    );
  });

  it("has ECS fields and the entry's time", async () => {
    const fields = { PRIORITY: "3", SYSLOG_IDENTIFIER: "sshd", _PID: "42", _SYSTEMD_UNIT: "ssh.service", ODD: "x" };
    fake.write({ number: 1, message: "denied", fields });
    fake.write({ number: 2, fields: { MESSAGE: [...Buffer.from("bytes é")] } });
    await open("tags: [a]\nfields: { team: web }");
    await rig.count(2);
    const [first] = rig.events;
    assert.equal(first?.["@timestamp"], "2026-11-23T03:29:08.000001Z");
    const expected = {
      message: "denied",
      "log.level": "error",
      "log.syslog.priority": 3,
      "log.syslog.appname": "sshd",
      "process.pid": 42,
      "systemd.unit": "ssh.service",
      "journald.custom.odd": "x",
      "input.type": "journald",
      "fields.team": "web",
    };
    for (const [path, value] of Object.entries(expected)) assert.equal(at(first, path), value, path);
    assert.deepEqual(first?.["tags"], ["a"]);
    assert.equal(rig.messages[1], "bytes é");
  });

  it("filters lines and keeps what is no JSON", async () => {
    fake.write({ number: 1, message: "keep" }, { number: 2, message: "noise" });
    fake.writeRaw('{"MESSAGE": broken\n');
    fake.write({ number: 3, message: "last" });
    await open('exclude_lines: ["^noise"]');
    await rig.count(3);
    assert.deepEqual(rig.messages, ["keep", '{"MESSAGE": broken', "last"]);
    assert.deepEqual(rig.events[1]?.["tags"], ["_jsonparsefailure"]);
    await rig.until(() => rig.ledger.snapshot().totals.filtered === 1);
  });

  it("passes the selection on", async () => {
    const run = await open(`units: [ssh.service]
syslog_identifiers: [sshd]
transports: [kernel]
facilities: [3, 4]
include_matches: ["_UID=0"]`);
    await rig.until(() => fake.calls.length === 1);
    await run.stop(1000);
    const call = fake.calls[0] as string[];
    const [given, matches] = [call.slice(0, call.indexOf("--")), call.slice(call.indexOf("--") + 1)];
    for (const one of ["--unit=ssh.service", "--identifier=sshd", "--facility=3", "--facility=4", "--follow"])
      assert.ok(given.includes(one), one);
    assert.deepEqual(matches, ["_UID=0", "_TRANSPORT=kernel"]);
  });

  for (const [seek, ago] of [
    ["tail", 0],
    ["since\nsince: -2h", 7200],
    ["since", 86_400],
  ] as const)
    it(`begins ${ago} s ago with seek: ${seek.replace("\n", ", ")}, and stays there over a restart`, async () => {
      const before = Date.now() / 1000;
      for (const runs of [1, 2]) {
        const run = await open(`seek: ${seek}`);
        await rig.until(() => fake.calls.length === runs);
        await run.stop(1000);
      }
      const since = fake.calls.map((call) => call.find((one) => one.startsWith("--since=@"))?.slice(9));
      assert.equal(since[0], since[1]);
      assert.ok(Number(since[0]) >= before - ago - 1 && Number(since[0]) <= Date.now() / 1000 - ago, since[0]);
    });

  it("knows facilities by number, and the configuration says so", () => {
    assert.throws(() => rig.config("type: journald\nfacilities: [daemon]"), /"daemon" is no facility/);
  });

  it("says that there is no such program, and stops all the same", async () => {
    const input = rig.config("type: journald\nid: j") as JournaldInput;
    const run = await rig.openWith(input, (environment) =>
      openJournald(input, environment, join(rig.folder, "absent")),
    );
    await rig.until(() => rig.troubles.length > 0);
    assert.match(rig.troubles[0] as string, /ENOENT/);
    await run.stop(1000);
  });

  describe("with a real journal", () => {
    const REMOTE = ["/lib/systemd/systemd-journal-remote", "/usr/lib/systemd/systemd-journal-remote"].find(existsSync);
    before(function () {
      if (REMOTE === undefined || spawnSync("journalctl", ["--version"]).status !== 0) this.skip();
    });

    /** Adds entries to a journal file, in the journal's export format (systemd: JOURNAL_EXPORT_FORMATS). */
    function makeJournal(path: string, from: number, to: number): void {
      const entry = (i: number): string => `__REALTIME_TIMESTAMP=${1_795_404_548_000_000 + i * 1000}
__MONOTONIC_TIMESTAMP=${i * 1000}
_BOOT_ID=0123456789abcdef0123456789abcdef
PRIORITY=${i % 8}
_SYSTEMD_UNIT=u${i % 2}.service
MESSAGE=entry ${i}

`;
      const exported = join(rig.folder, "in.export");
      writeFileSync(
        exported,
        numbers(from, to)
          .map(({ number }) => entry(number))
          .join(""),
      );
      execFileSync(REMOTE as string, ["-o", path, exported], { stdio: "ignore" });
    }

    for (const [what, place] of [
      ["a folder", ""],
      ["a file", "/a.journal"],
    ] as const)
      it(`reads ${what}, follows it, and goes on after a stop`, async () => {
        const journal = join(rig.folder, "journal");
        mkdirSync(journal);
        makeJournal(join(journal, "a.journal"), 1, 30);
        const settings = `type: journald\nid: j\npaths: ["${journal}${place}"]`;
        const first = await rig.open(settings);
        await rig.count(30);
        makeJournal(join(journal, "a.journal"), 31, 35);
        await rig.count(35);
        await first.stop(5000);
        makeJournal(join(journal, "a.journal"), 36, 40);
        await rig.open(settings);
        await rig.count(40);
        assert.deepEqual(
          rig.messages,
          numbers(1, 40).map(({ number }) => `entry ${number}`),
        );
        assert.equal(new Set(rig.ids).size, 40);
        assert.equal(at(rig.events[0], "log.level"), "alert");
        assert.deepEqual(rig.troubles, []);
      }).timeout(20_000);

    it("selects by unit", async () => {
      const journal = join(rig.folder, "journal");
      mkdirSync(journal);
      makeJournal(join(journal, "a.journal"), 1, 20);
      await rig.open(`type: journald\nid: j\npaths: ["${journal}"]\ninclude_matches: ["_SYSTEMD_UNIT=u1.service"]`);
      await rig.count(10);
      assert.deepEqual(new Set(rig.events.map((event) => at(event, "systemd.unit"))), new Set(["u1.service"]));
    });
  });
});
