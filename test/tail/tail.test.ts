import { strict as assert } from "node:assert";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { type Collected, CollectingSink } from "./support/collecting-sink.ts";
import { aWhile, TailBed, until } from "./support/tail-bed.ts";

function lines(name: string, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += `${name} line ${i} with some words behind it\n`;
  return text;
}

function texts(name: string, from: number, to: number): string[] {
  return lines(name, from, to).split("\n").slice(0, -1);
}

function identity(record: Collected): string {
  return `${record.id}/${record.generation}/${record.offset}/${record.rawLength}/${record.crc}`;
}

describe("Tail", () => {
  let bed: TailBed;
  let sink: CollectingSink;

  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });

  afterEach(() => bed.remove());

  it("reads files that are there and what is appended, with exact offsets and checksums", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 1000));
    await bed.started(sink);
    await until(() => sink.records.length === 1000);
    appendFileSync(bed.path("a.log"), "half");
    await aWhile(100);
    appendFileSync(bed.path("a.log"), " whole\r\n");
    await until(() => sink.records.length === 1001);
    assert.deepEqual(sink.texts(), [...texts("a", 0, 1000), "half whole"]);
    let offset = 0;
    for (const record of sink.records) {
      const raw = record.text + (record.text === "half whole" ? "\r\n" : "\n");
      assert.equal(record.offset, offset);
      assert.equal(record.rawLength, raw.length);
      assert.equal(record.crc, crc32(raw));
      offset += raw.length;
    }
    assert.equal(new Set(sink.records.map((record) => record.id)).size, 1);
  });

  it("follows a rename, and the new file of that name is another", async () => {
    writeFileSync(bed.path("a.log"), lines("old", 0, 10));
    await bed.started(sink);
    await until(() => sink.records.length === 10);
    renameSync(bed.path("a.log"), bed.path("a.log.1"));
    appendFileSync(bed.path("a.log.1"), lines("old", 10, 20));
    writeFileSync(bed.path("a.log"), lines("new", 0, 10));
    await until(() => sink.records.length === 30);
    await aWhile(150);
    assert.equal(sink.records.length, 30);
    assert.equal(new Set(sink.records.map((record) => record.id)).size, 2);
    const old = sink.records.filter((record) => record.text.startsWith("old"));
    assert.deepEqual(
      old.map((record) => record.text),
      texts("old", 0, 20),
    );
    assert.equal(new Set(old.map((record) => record.id)).size, 1);
  });

  it("follows a rename to a name that no glob matches while stopped", async () => {
    writeFileSync(bed.path("a.log"), lines("old", 0, 10));
    const input = { paths: [join(bed.logs, "*.log")] };
    const first = await bed.started(sink, input);
    await until(() => sink.records.length === 10);
    await first.stop({ drain: true, timeoutMs: 1000 });
    appendFileSync(bed.path("a.log"), lines("old", 10, 20));
    renameSync(bed.path("a.log"), bed.path("a.log.1"));
    writeFileSync(bed.path("a.log"), lines("new", 0, 5));
    await bed.started(sink, input);
    await until(() => sink.records.length === 25);
    assert.deepEqual(sink.texts().sort(), [...texts("old", 0, 20), ...texts("new", 0, 5)].sort());
    const old = sink.records.filter((record) => record.text.startsWith("old"));
    assert.equal(new Set(old.map((record) => record.id)).size, 1);
  });

  it("starts a new generation when a file is truncated", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 100));
    await bed.started(sink);
    await until(() => sink.records.length === 100);
    truncateSync(bed.path("a.log"));
    appendFileSync(bed.path("a.log"), lines("b", 0, 5));
    await until(() => sink.records.length === 105);
    const after = sink.records.slice(100);
    assert.deepEqual(after.map((record) => [record.generation, record.offset, record.text]).slice(0, 2), [
      [1, 0, "b line 0 with some words behind it"],
      [1, 35, "b line 1 with some words behind it"],
    ]);
    assert.equal(after[0]?.id, sink.records[0]?.id);
  });

  it("notices a file that was rewritten in place to a greater length", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 50));
    await bed.started(sink);
    await until(() => sink.records.length === 50);
    writeFileSync(bed.path("a.log"), lines("b", 0, 60));
    await until(() => sink.records.length === 110);
    assert.deepEqual(sink.texts().slice(50), texts("b", 0, 60));
    assert.equal(sink.records[109]?.generation, 1);
  });

  for (const [what, size] of [
    ["truncated and grown to less", 3],
    ["truncated and grown to more", 300],
  ] as const) {
    it(`notices while stopped: ${what}`, async () => {
      writeFileSync(bed.path("a.log"), lines("a", 0, 50));
      const first = await bed.started(sink);
      await until(() => sink.records.length === 50);
      await first.stop({ drain: true, timeoutMs: 1000 });
      writeFileSync(bed.path("a.log"), lines("b", 0, size));
      await bed.started(sink);
      await until(() => sink.records.length === 50 + size);
      assert.deepEqual(sink.texts().slice(50), texts("b", 0, size));
      assert.ok(sink.records.slice(50).every((record) => record.generation === 1));
    });
  }

  it("goes on after a restart where it was acknowledged, with the same identities for what comes again", async () => {
    sink = new CollectingSink({ records: 10, automatic: false });
    writeFileSync(bed.path("a.log"), lines("a", 0, 100));
    const first = await bed.started(sink);
    await until(() => sink.records.length === 100);
    for (const i of [0, 1, 2, 4, 7]) (sink.unacknowledged[i] as () => void)();
    await first.stop({ drain: false, timeoutMs: 1000 });
    const again = new CollectingSink();
    await bed.started(again);
    await until(() => again.records.length === 70);
    await aWhile(100);
    assert.deepEqual(again.records.map(identity), sink.records.slice(30).map(identity));
  });

  it("reads a removed file to its end and closes it", async () => {
    const writer = openSync(bed.path("a.log"), "a");
    writeSync(writer, lines("a", 0, 10));
    await bed.started(sink);
    await until(() => sink.records.length === 10);
    rmSync(bed.path("a.log"));
    writeSync(writer, `${lines("a", 10, 20)}the end`);
    closeSync(writer);
    await until(() => sink.records.length === 21 && bed.counter("files_closed") === 1);
    assert.deepEqual(sink.texts(), [...texts("a", 0, 20), "the end"]);
  });

  it("gives a removed file up that cannot be read on when the disk is full, and says what is lost", async () => {
    const text = lines("a", 0, 10_000);
    writeFileSync(bed.path("a.log"), text);
    let room = 3;
    sink = new CollectingSink({ automatic: false, bytes: 8192 });
    const stuck = {
      acquire: (bytes?: number) => (room-- > 0 ? sink.acquire(bytes) : new Promise<never>(() => undefined)),
      release: sink.release.bind(sink),
      submit: sink.submit.bind(sink),
    };
    let diskFull = false;
    await bed.started(stuck, {}, { releaseDeletedAfterMs: 100, diskFull: () => diskFull });
    await until(() => sink.batches === 3);
    rmSync(bed.path("a.log"));
    await until(() => bed.counter("removals") === 1);
    await aWhile(300);
    assert.equal(bed.counter("files_closed"), 0, "not while there is room on the disk");
    diskFull = true;
    await until(() => bed.counter("files_closed") === 1);
    const last = sink.records.at(-1) as Collected;
    const lost = text.length - last.offset - last.rawLength;
    assert.equal(bed.counter("released_bytes"), lost);
    assert.ok(bed.messages.some((message) => message.includes(`${lost} bytes of it from`)));
  });

  it("takes a file that gets the inode of a removed one for another file", async () => {
    // tmpfs and ext4 give the number out again at once; where they do not, this is a plain new file.
    for (let i = 0; i < 5; i++) {
      writeFileSync(bed.path("a.log"), lines(`file ${i}`, 0, 20));
      const tail = await bed.started(sink);
      await until(() => sink.records.length === (i + 1) * 20);
      await tail.stop({ drain: true, timeoutMs: 1000 });
      rmSync(bed.path("a.log"));
    }
    assert.equal(new Set(sink.records.map(identity)).size, 100);
    assert.equal(new Set(sink.texts()).size, 100);
  });

  for (const when of ["while reading", "while stopped"]) {
    it(`copytruncate ${when}: the copy is not sent again, what it alone has is sent as the old file's`, async () => {
      writeFileSync(bed.path("a.log"), lines("a", 0, 200));
      let tail = await bed.started(sink);
      await until(() => sink.records.length === 200);
      if (when === "while stopped") await tail.stop({ drain: true, timeoutMs: 1000 });
      appendFileSync(bed.path("a.log"), lines("a", 200, 400));
      copyFileSync(bed.path("a.log"), bed.path("a.log.1"));
      truncateSync(bed.path("a.log"));
      appendFileSync(bed.path("a.log"), lines("b", 0, 300));
      if (when === "while stopped") tail = await bed.started(sink);
      await until(() => sink.records.length >= 700);
      await aWhile(200);
      assert.deepEqual(sink.texts().sort(), [...texts("a", 0, 400), ...texts("b", 0, 300)].sort());
      const old = sink.records.filter((record) => record.text.startsWith("a "));
      assert.deepEqual(old.map((record) => [record.generation, record.offset]).at(-1), [0, lines("a", 0, 399).length]);
      assert.equal(new Set(sink.records.map((record) => record.id)).size, 1);
      assert.equal(sink.records.find((record) => record.text.startsWith("b "))?.generation, 1);
      // And the copy stays known after its next rename and a restart.
      await tail.stop({ drain: true, timeoutMs: 1000 });
      renameSync(bed.path("a.log.1"), bed.path("a.log.2"));
      await bed.started(sink);
      await aWhile(150);
      assert.equal(sink.records.length, 700);
    });
  }

  it("copytruncate to a name that no glob matches: the unread part is found beside the file", async () => {
    const input = { paths: [join(bed.logs, "*.log")] };
    writeFileSync(bed.path("a.log"), lines("a", 0, 200));
    const tail = await bed.started(sink, input);
    await until(() => sink.records.length === 200);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    appendFileSync(bed.path("a.log"), lines("a", 200, 400));
    copyFileSync(bed.path("a.log"), bed.path("a.log.1"));
    writeFileSync(bed.path("a.log"), lines("b", 0, 3));
    await bed.started(sink, input);
    await until(() => sink.records.length >= 403);
    assert.deepEqual(sink.texts().sort(), [...texts("a", 0, 400), ...texts("b", 0, 3)].sort());
  });

  it("a copy made before the last lines were read holds nothing new", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 200));
    await bed.started(sink);
    await until(() => sink.records.length === 200);
    copyFileSync(bed.path("a.log"), bed.path("a.log.1"));
    await until(() => bed.counter("copies") > 0);
    appendFileSync(bed.path("a.log"), lines("a", 200, 300));
    await until(() => sink.records.length === 300);
    truncateSync(bed.path("a.log"));
    appendFileSync(bed.path("a.log"), lines("b", 0, 3));
    await until(() => sink.records.length === 303);
    await aWhile(200);
    assert.equal(sink.records.length, 303);
  });

  it("files with a shared header are files of their own, small ones too", async () => {
    const header = "# date time action\n".repeat(80);
    for (let i = 0; i < 5; i++) writeFileSync(bed.path(`big${i}.log`), `${header}row of ${i}\n`);
    for (let i = 0; i < 5; i++) writeFileSync(bed.path(`small${i}.log`), `# header\n${i}\n`);
    await bed.started(sink);
    await until(() => sink.records.length === 5 * 81 + 10);
    await aWhile(150);
    assert.equal(sink.records.length, 5 * 81 + 10);
    assert.equal(new Set(sink.records.map((record) => record.id)).size, 10);
  });

  it("says once that a path is a folder or cannot be read, and reads the rest", async () => {
    if (process.getuid?.() === 0) {
      // Root may read everything; the folder remains.
      mkdirSync(bed.path("folder.log"));
    } else {
      mkdirSync(bed.path("folder.log"));
      writeFileSync(bed.path("secret.log"), "x\n");
      chmodSync(bed.path("secret.log"), 0o000);
    }
    writeFileSync(bed.path("a.log"), "fine\n");
    await bed.started(sink, { paths: [bed.path("folder.log"), bed.path("secret.log"), bed.path("a.log")] });
    await until(() => sink.records.length === 1);
    await until(() => bed.counter("scans") > 3);
    assert.equal(bed.messages.filter((message) => message.includes("folder.log is a folder")).length, 1);
    assert.equal(bed.counter("not_a_file"), 1);
  });

  it("begins at the end for files of the first start, at the beginning for later ones", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 10));
    const tail = await bed.started(sink, { readFrom: "end" });
    await until(() => bed.counter("files_found") === 1);
    appendFileSync(bed.path("a.log"), lines("a", 10, 12));
    writeFileSync(bed.path("b.log"), lines("b", 0, 3));
    await until(() => sink.records.length === 5);
    assert.deepEqual(sink.texts().sort(), [...texts("a", 10, 12), ...texts("b", 0, 3)]);
    await tail.stop({ drain: true, timeoutMs: 1000 });
  });

  it("reads more files than it may open at a time", async () => {
    for (let i = 0; i < 30; i++) writeFileSync(bed.path(`${i}.log`), lines(`file ${i}`, 0, 10));
    await bed.started(sink, {}, { harvesterLimit: 3 });
    await until(() => sink.records.length === 300);
    for (let i = 0; i < 30; i++) appendFileSync(bed.path(`${i}.log`), lines(`file ${i}`, 10, 20));
    await until(() => sink.records.length === 600);
    assert.equal(new Set(sink.records.map(identity)).size, 600);
  });

  it("closes inactive files and opens them again when they grow", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 10));
    await bed.started(sink, { closeInactiveMs: 60 });
    await until(() => bed.counter("files_closed") === 1);
    appendFileSync(bed.path("a.log"), lines("a", 10, 20));
    await until(() => sink.records.length === 20);
    assert.deepEqual(sink.texts(), texts("a", 0, 20));
  });

  it("gives fields by file and leaves out what is excluded", async () => {
    writeFileSync(bed.path("a.log"), "one\n");
    writeFileSync(bed.path("b.log"), "two\n");
    writeFileSync(bed.path("c.log"), "three\n");
    await bed.started(sink, {
      exclude: [/b\.log$/g, "**/c.log"],
      fields: [["[service][name]", "shop"]],
      describe: (file) => [["[log][file][path]", file.path]],
    });
    await until(() => sink.records.length === 1);
    await aWhile(150);
    assert.deepEqual(sink.records[0]?.source.fields, [
      ["[service][name]", "shop"],
      ["[log][file][path]", bed.path("a.log")],
    ]);
    assert.equal(sink.records.length, 1);
  });
});
