import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { type Collected, CollectingSink } from "./support/collecting-sink.ts";
import { aWhile, TailBed, until } from "./support/tail-bed.ts";

function lines(name: string, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += `${name} line ${i} with some words behind it and ${(i * 7919) % 1e6}\n`;
  return text;
}

function texts(name: string, from: number, to: number): string[] {
  return lines(name, from, to).split("\n").slice(0, -1);
}

function gzip(path: string): void {
  execFileSync("gzip", ["-f", path]);
}

/** Every record was delivered once, and all belong to one content. */
function assertOneContent(records: readonly Collected[], name: string, count: number): void {
  const own = records.filter((record) => record.text.startsWith(name));
  const sorted = [...own].sort((a, b) => a.offset - b.offset);
  assert.deepEqual(
    sorted.map(({ text }) => text),
    texts(name, 0, count),
  );
  assert.equal(new Set(own.map(({ id, generation }) => `${id}/${generation}`)).size, 1);
  let offset = 0;
  for (const record of sorted) {
    assert.equal(record.offset, offset);
    offset += record.rawLength;
  }
}

describe("Gzip files", () => {
  let bed: TailBed;
  let sink: CollectingSink;

  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });

  afterEach(() => bed.remove());

  it("are read once, as their content, with several members and a last line without its end", async () => {
    const text = lines("a", 0, 20_000);
    const middle = text.indexOf("\n", text.length / 2) - 5;
    writeFileSync(bed.path("a.log.1"), text.slice(0, middle));
    gzip(bed.path("a.log.1"));
    appendFileSync(bed.path("a.log.1.gz"), gzipSync(text.slice(middle, -1)));
    const tail = await bed.started(sink);
    await until(() => sink.records.length === 20_000);
    assertOneContent(sink.records, "a", 20_000);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    await bed.started(sink);
    await aWhile();
    assert.equal(sink.records.length, 20_000);
  });

  it("are left out with compression none, and all files are gzip with compression gzip", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 10));
    writeFileSync(bed.path("b.log.gz"), gzipSync(lines("b", 0, 10)));
    const tail = await bed.started(sink, { compression: "none" });
    await until(() => sink.records.length === 10);
    await aWhile(150);
    assert.equal(sink.records.length, 10);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    rmSync(bed.registry, { recursive: true });
    writeFileSync(bed.path("c.log"), gzipSync(lines("c", 0, 10)));
    rmSync(bed.path("a.log"));
    await bed.started(sink, { compression: "gzip" });
    await until(() => sink.records.length === 30);
    assertOneContent(sink.records, "b", 10);
    assertOneContent(sink.records, "c", 10);
  });

  for (const [what, paths] of [
    ["that a glob names", "*.log*"],
    ["that no glob names", "*.log"],
  ] as const) {
    it(`${what} go on where a file ended that was renamed and compressed while stopped`, async () => {
      const input = { paths: [join(bed.logs, paths)] };
      writeFileSync(bed.path("a.log"), lines("old", 0, 3000));
      const first = await bed.started(sink, input);
      await until(() => sink.records.length === 3000);
      await first.stop({ drain: true, timeoutMs: 1000 });
      appendFileSync(bed.path("a.log"), lines("old", 3000, 5000));
      renameSync(bed.path("a.log"), bed.path("a.log.2"));
      gzip(bed.path("a.log.2"));
      writeFileSync(bed.path("a.log"), lines("new", 0, 100));
      const second = await bed.started(sink, input);
      await until(() => sink.records.length >= 5100);
      await second.stop({ drain: true, timeoutMs: 1000 });
      await bed.started(sink, input);
      await aWhile();
      assert.equal(sink.records.length, 5100);
      assertOneContent(sink.records, "old", 5000);
      assertOneContent(sink.records, "new", 100);
    });
  }

  it("of content that was read are not read again, while running and after a restart", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 3000));
    const tail = await bed.started(sink);
    await until(() => sink.records.length === 3000);
    renameSync(bed.path("a.log"), bed.path("a.log.1"));
    writeFileSync(bed.path("a.log"), lines("b", 0, 10));
    await until(() => sink.records.length === 3010);
    execFileSync("gzip", ["-k", bed.path("a.log.1")]);
    await aWhile(150);
    rmSync(bed.path("a.log.1"));
    await aWhile(150);
    renameSync(bed.path("a.log.1.gz"), bed.path("a.log.2.gz"));
    await aWhile(150);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    await bed.started(sink);
    await aWhile();
    assert.equal(sink.records.length, 3010);
    assert.ok(bed.counter("copies") > 0);
  });

  it("made while their file is still being read take nothing away and add nothing", async () => {
    sink.automatic = false;
    writeFileSync(bed.path("a.log"), lines("a", 0, 40_000));
    await bed.started(sink, {}, { turnBytes: 8192 });
    await until(() => sink.records.length > 0);
    renameSync(bed.path("a.log"), bed.path("a.log.1"));
    gzip(bed.path("a.log.1"));
    while (sink.records.length < 40_000) {
      sink.unacknowledged.splice(0).forEach((acknowledge) => {
        acknowledge();
      });
      await aWhile(5);
    }
    sink.automatic = true;
    await aWhile();
    assertOneContent(sink.records, "a", 40_000);
  });

  it("go on at the acknowledged offset after a stop in the middle", async () => {
    sink.automatic = false;
    writeFileSync(bed.path("a.log.1"), lines("a", 0, 30_000));
    gzip(bed.path("a.log.1"));
    const first = await bed.started(sink);
    await until(() => sink.records.length > 12_000);
    const half = sink.unacknowledged.splice(0, Math.ceil(sink.unacknowledged.length / 2));
    for (const acknowledge of half) acknowledge();
    await first.stop({ drain: false, timeoutMs: 1000 });
    const before = sink.records.length;
    const again = new CollectingSink();
    await bed.started(again);
    await until(() => (again.records.at(-1)?.text ?? "") === texts("a", 29_999, 30_000)[0]);
    assert.ok((again.records[0]?.offset ?? 0) > 0);
    assert.ok(again.records.length < 30_000);
    const all = new Map([...sink.records.slice(0, before), ...again.records].map((one) => [one.offset, one]));
    assertOneContent([...all.values()], "a", 30_000);
  });

  it("that end in the middle are read as far as they go, named, and read on when they are whole", async () => {
    const whole = gzipSync(lines("a", 0, 50_000));
    writeFileSync(bed.path("a.log.1.gz"), whole.subarray(0, whole.length / 2));
    await bed.started(sink);
    await until(() => bed.counter("gzip_faults") === 1 && sink.records.length > 15_000);
    await aWhile(200);
    const read = sink.records.length;
    assert.ok(read < 40_000);
    assert.equal(bed.counter("gzip_faults"), 1);
    assert.match(
      bed.messages.join("\n"),
      /a\.log\.1\.gz is not a whole gzip file \(unexpected end of file\): \d+ bytes/,
    );
    const opened = bed.counter("files_opened");
    await aWhile(200);
    assert.equal(bed.counter("files_opened"), opened, "it was opened again though it did not change");
    appendFileSync(bed.path("a.log.1.gz"), whole.subarray(whole.length / 2));
    await until(() => sink.records.length >= 50_000);
    await aWhile(100);
    assertOneContent(sink.records, "a", 50_000);
  });

  it("that are damaged, empty or no gzip are named, hold up no other, and are tried again when they change", async () => {
    const whole = gzipSync(lines("bad", 0, 50_000));
    const damaged = Buffer.from(whole);
    const middle = Math.floor(whole.length / 2);
    damaged.fill(0x55, middle, middle + 100);
    writeFileSync(bed.path("bad.log.gz"), damaged);
    const wrongSum = Buffer.from(gzipSync(lines("sum", 0, 10)));
    wrongSum.writeUInt32LE(1, wrongSum.length - 8);
    writeFileSync(bed.path("sum.log.gz"), wrongSum);
    writeFileSync(bed.path("text.log.gz"), "this is plain text\n");
    writeFileSync(bed.path("empty.log.gz"), "");
    writeFileSync(bed.path("good.log"), lines("good", 0, 100));
    await bed.started(sink);
    const of = (name: string): Collected[] => sink.records.filter(({ text }) => text.startsWith(name));
    await until(() => of("good").length === 100 && of("bad").length > 10_000 && bed.counter("gzip_faults") === 4);
    await aWhile(200);
    const opened = bed.counter("files_opened");
    await aWhile(200);
    assert.equal(bed.counter("files_opened"), opened);
    assert.equal(bed.counter("gzip_faults"), 4);
    assert.match(bed.messages.join("\n"), /sum\.log\.gz is not a whole gzip file \(incorrect data check\)/);
    assert.match(bed.messages.join("\n"), /text\.log\.gz is not a whole gzip file \(incorrect header check\): 0 bytes/);
    writeFileSync(bed.path("empty.log.gz"), gzipSync(lines("late", 0, 5)));
    await until(() => of("late").length === 5);
    truncateSync(bed.path("text.log.gz"));
    appendFileSync(bed.path("text.log.gz"), gzipSync(lines("text", 0, 5)));
    await until(() => of("text").length === 5);
  });

  it("many at a time, and small ones, each line once, with few of them open", async () => {
    for (let i = 0; i < 60; i++) {
      writeFileSync(bed.path(`f${i}.log.gz`), gzipSync(lines(`f${i}.`, 0, i === 7 ? 30_000 : 20)));
    }
    await bed.started(sink);
    await until(() => sink.records.length >= 59 * 20 + 30_000);
    await aWhile(100);
    assert.equal(sink.records.length, 59 * 20 + 30_000);
    assert.equal(new Set(sink.records.map(({ id }) => id)).size, 60);
    assert.equal(bed.counter("files_opened"), bed.counter("files_closed"));
  });

  it("beside a file that is cut (copytruncate with compress) bring what was copied and not read", async () => {
    const input = { paths: [join(bed.logs, "*.log")] };
    writeFileSync(bed.path("a.log"), lines("a", 0, 2000));
    const first = await bed.started(sink, input);
    await until(() => sink.records.length === 2000);
    await first.stop({ drain: true, timeoutMs: 1000 });
    appendFileSync(bed.path("a.log"), lines("a", 2000, 3000));
    copyFileSync(bed.path("a.log"), bed.path("a.log.1"));
    truncateSync(bed.path("a.log"));
    gzip(bed.path("a.log.1"));
    appendFileSync(bed.path("a.log"), lines("b", 0, 50));
    await bed.started(sink, input);
    await until(() => sink.records.length >= 3050);
    await aWhile(150);
    assert.equal(sink.records.length, 3050);
    assertOneContent(sink.records, "a", 3000);
  });

  it("under the real logrotate with compress, while running and while stopped: each line once", async function () {
    let logrotate: string;
    try {
      logrotate = execFileSync("sh", ["-c", "command -v logrotate || ls /usr/sbin/logrotate"]).toString().trim();
    } catch {
      console.log("      logrotate is not installed: skipped");
      return this.skip();
    }
    const input = { paths: [join(bed.logs, "a.log")] };
    const configuration = join(bed.folder, "rotate.conf");
    writeFileSync(configuration, `${bed.path("a.log")} {\n rotate 20\n compress\n create\n}\n`, { mode: 0o600 });
    const rotate = (): void =>
      void execFileSync(logrotate, ["-f", "-s", join(bed.folder, "state"), configuration], { stdio: "ignore" });
    let tail = await bed.started(sink, input);
    for (let round = 0; round < 6; round++) {
      appendFileSync(bed.path("a.log"), lines(`r${round}.`, 0, 700));
      if (round % 3 === 1) await until(() => sink.records.length >= (round + 1) * 700);
      if (round % 3 === 2) {
        await until(() => sink.records.length >= (round + 1) * 700);
        await tail.stop({ drain: true, timeoutMs: 1000 });
        appendFileSync(bed.path("a.log"), lines(`s${round}.`, 0, 300));
        rotate();
        tail = await bed.started(sink, input);
        continue;
      }
      await until(() => sink.records.some(({ text }) => text.startsWith(`r${round}. line 699`)));
      rotate();
    }
    await until(() => sink.records.length >= 6 * 700 + 2 * 300);
    await aWhile();
    const identities = sink.records.map(({ id, generation, offset }) => `${id}/${generation}/${offset}`);
    assert.equal(sink.records.length, 6 * 700 + 2 * 300);
    assert.equal(new Set(identities).size, identities.length);
    assert.equal(new Set(sink.texts()).size, sink.records.length);
  });
});
