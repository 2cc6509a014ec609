import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { appendFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lineTimeReader } from "../../src/tail/line-time.ts";
import { CollectingSink } from "./support/collecting-sink.ts";
import { aWhile, TailBed, until } from "./support/tail-bed.ts";

const START = Date.UTC(2025, 2, 1);
const MINUTE = 60_000;

/** A line a minute from START on. */
function lines(from: number, to: number, words = "something happened"): string {
  let text = "";
  for (let i = from; i < to; i++) text += `${new Date(START + i * MINUTE).toISOString()} INFO ${i} ${words}\n`;
  return text;
}

function texts(from: number, to: number): string[] {
  return lines(from, to).split("\n").slice(0, -1);
}

function write(path: string, text: string, minute: number): void {
  writeFileSync(path, text);
  utimesSync(path, (START + minute * MINUTE) / 1000, (START + minute * MINUTE) / 1000);
}

describe("times of lines", () => {
  const timeOf = lineTimeReader("Europe/Berlin", () => Date.UTC(2025, 0, 15));
  const table: [string, number | undefined][] = [
    ["2025-01-02T03:04:05.678Z ERROR x", Date.UTC(2025, 0, 2, 3, 4, 5, 678)],
    ["2025-01-02 03:04:05,678 INFO [main] x", Date.UTC(2025, 0, 2, 2, 4, 5, 678)],
    ["[2025-01-02T03:04:05+05:00] x", Date.UTC(2025, 0, 1, 22, 4, 5)],
    ["<165>1 2025-01-02T03:04:05.000003-07:00 host app - - - x", Date.UTC(2025, 0, 2, 10, 4, 5)],
    ["<34>Jan  2 03:04:05 host su: x", Date.UTC(2025, 0, 2, 2, 4, 5)],
    ["Dec 31 23:00:00 host cron[1]: x", Date.UTC(2024, 11, 31, 22)],
    ["Jun  1 12:00:00 host x: last year's", Date.UTC(2024, 5, 1, 10)],
    ['1.2.3.4 - - [02/Jan/2025:03:04:05 +0100] "GET / HTTP/1.1" 200 5', Date.UTC(2025, 0, 2, 2, 4, 5)],
    ["2025/01/02 03:04:05 [error] 1#1: *1 x", Date.UTC(2025, 0, 2, 2, 4, 5)],
    ["[Thu Jan 02 03:04:05.123456 2025] [core:error] x", Date.UTC(2025, 0, 2, 2, 4, 5)],
    ["type=SYSCALL msg=audit(1735787045.678:42): x", 1735787045678],
    ['{"level":"info","ts":1735787045.25,"msg":"x"}', 1735787045250],
    ['{"level":30,"time":1735787045250,"msg":"x"}', 1735787045250],
    ['{"log":"x\\n","stream":"stdout","time":"2025-01-02T03:04:05.678901234Z"}', Date.UTC(2025, 0, 2, 3, 4, 5, 678)],
    ["INFO 2025-01-02 03:04:05 x", Date.UTC(2025, 0, 2, 2, 4, 5)],
    ["    at Object.<anonymous> (/srv/app.js:10:15)", undefined],
    ["", undefined],
    ["Caused by: java.lang.IllegalStateException: 42", undefined],
  ];
  for (const [line, time] of table) {
    it(`${JSON.stringify(line)}: ${time === undefined ? "none" : new Date(time).toISOString()}`, () => {
      assert.equal(timeOf(line), time);
    });
  }
});

describe("Tail, since a time", () => {
  let bed: TailBed;
  let sink: CollectingSink;

  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });

  afterEach(() => bed.remove());

  /** Four files of a log, a thousand lines each, oldest compressed. */
  function history(): void {
    for (const [name, i] of [["a.log.3", 0] as const, ["a.log.2", 1] as const, ["a.log.1", 2] as const]) {
      write(bed.path(name), lines(i * 1000, (i + 1) * 1000), (i + 1) * 1000 - 1);
      if (i < 2) execFileSync("gzip", [bed.path(name)]);
    }
    write(bed.path("a.log"), lines(3000, 3500), 3499);
  }

  for (const paths of ["*.log", "*.log*"]) {
    for (const first of [500, 1000, 1700, 2300, 3200]) {
      it(`reads ${paths} from line ${first} of 3500 on, rotated and compressed files first, once`, async () => {
        history();
        const input = { paths: [join(bed.logs, paths)] };
        const since = START + first * MINUTE - 1000;
        const tail = await bed.started(sink, input, { since });
        await until(() => sink.records.length >= 3500 - first);
        appendFileSync(bed.path("a.log"), lines(3500, 3600));
        await until(() => sink.records.length >= 3600 - first);
        await tail.stop({ drain: true, timeoutMs: 1000 });
        assert.deepEqual(sink.texts(), texts(first, 3600));
        renameSync(bed.path("a.log"), bed.path("a.log.0"));
        writeFileSync(bed.path("a.log"), lines(3600, 3700));
        await bed.started(sink, input, { since });
        await until(() => sink.records.length >= 3700 - first);
        await aWhile(200);
        assert.deepEqual(sink.texts().sort(), texts(first, 3700).sort());
      });
    }
  }

  it("goes on after a stop in the middle of history", async () => {
    history();
    sink.automatic = false;
    const input = { paths: [join(bed.logs, "*.log")] };
    const first = await bed.started(sink, input, { since: START + 400 * MINUTE, turnBytes: 4096 });
    await until(() => sink.unacknowledged.length > 2);
    sink.unacknowledged.shift()?.();
    await first.stop({ drain: false, timeoutMs: 1000 });
    const again = new CollectingSink();
    await bed.started(again, input, { since: START + 400 * MINUTE });
    const all = (): Set<string> => new Set([...sink.texts(), ...again.texts()]);
    await until(() => all().size >= 3100);
    await aWhile(150);
    assert.deepEqual([...all()].sort(), texts(400, 3500).sort());
    assert.equal(new Set(again.texts()).size, again.records.length);
  });

  it("takes lines without a time to the line before", async () => {
    const trace = "java.lang.Exception: x\n\tat a.B.c(B.java:1)\n";
    write(bed.path("a.log.1"), `${lines(0, 10)}${trace}${lines(10, 20)}`, 19);
    write(bed.path("a.log"), `${trace}${lines(20, 25)}`, 24);
    await bed.started(sink, { paths: [bed.path("a.log")] }, { since: START + 10 * MINUTE });
    const expected = [...texts(10, 20), ...trace.split("\n").slice(0, -1), ...texts(20, 25)];
    await until(() => sink.records.length >= expected.length);
    await aWhile(100);
    assert.deepEqual(sink.texts(), expected);
  });

  it("goes by the files' modification times where no time is recognised, and says so", async () => {
    write(bed.path("old.log"), "one\ntwo\n", 10);
    write(bed.path("new.log"), "three\nfour\n", 30);
    await bed.started(sink, {}, { since: START + 20 * MINUTE });
    await until(() => sink.records.length >= 2);
    await aWhile(100);
    assert.deepEqual(sink.texts(), ["three", "four"]);
    assert.match(bed.messages.join("\n"), /new\.log is read from its beginning.*no time was recognised/);
    appendFileSync(bed.path("old.log"), "three and a half\n");
    await until(() => sink.records.length >= 3);
    assert.equal(sink.texts()[2], "three and a half");
  });

  it("reads a compressed file that cannot be searched from its beginning, and files that come later wholly", async () => {
    write(bed.path("a.log.1"), lines(0, 5), 4);
    execFileSync("gzip", [bed.path("a.log.1")]);
    writeFileSync(bed.path("a.log.2.gz"), "no gzip");
    write(bed.path("a.log"), lines(5, 10), 9);
    await bed.started(sink, {}, { since: START + 2 * MINUTE });
    await until(() => sink.records.length >= 8);
    assert.match(bed.messages.join("\n"), /a\.log\.2\.gz is not a whole gzip file/);
    writeFileSync(bed.path("b.log"), lines(0, 3));
    await until(() => sink.records.length >= 11);
    assert.deepEqual(sink.texts(), [...texts(2, 10), ...texts(0, 3)]);
  });
});
