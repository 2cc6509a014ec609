import { strict as assert } from "node:assert";
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { FileStat, TailEnvironment } from "../../src/tail/environment.ts";
import { CollectingSink } from "./support/collecting-sink.ts";
import { aWhile, TailBed, until } from "./support/tail-bed.ts";

function lines(name: string, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += `${name} line ${i} with some words behind it\n`;
  return text;
}

function texts(name: string, from: number, to: number): string[] {
  return lines(name, from, to).split("\n").slice(0, -1);
}

describe("What a file is known by", () => {
  let bed: TailBed;
  let sink: CollectingSink;

  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });

  afterEach(() => bed.remove());

  async function restart(change: () => void): Promise<void> {
    const tail = await bed.started(sink, everywhere());
    await aWhile(150);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    change();
    await bed.started(sink, everywhere());
  }

  function everywhere(): { paths: string[] } {
    return { paths: [join(bed.logs, "**/*.log*")] };
  }

  function ids(): number {
    return new Set(sink.records.map((record) => record.id)).size;
  }

  it("files of a few bytes, alike at first, are told apart and go on after a restart", async () => {
    for (const name of ["a.log", "b.log", "c.log"]) writeFileSync(bed.path(name), "start\n");
    await restart(() => {
      for (const name of ["a.log", "b.log", "c.log"]) appendFileSync(bed.path(name), `${name}\n`);
    });
    await until(() => sink.records.length >= 6);
    await aWhile(150);
    assert.deepEqual(sink.texts().sort(), ["a.log", "b.log", "c.log", "start", "start", "start"]);
    assert.equal(ids(), 3);
  });

  it("files that share a header of more than 8 KiB go on after a restart, each its own", async () => {
    const header = "# date time action\n".repeat(600);
    for (const name of ["a.log", "b.log"]) writeFileSync(bed.path(name), `${header}${lines(name, 0, 3)}`);
    await restart(() => {
      for (const name of ["a.log", "b.log"]) appendFileSync(bed.path(name), lines(name, 3, 6));
    });
    await until(() => sink.records.length >= 1212);
    await aWhile(150);
    assert.equal(sink.records.length, 1212);
    assert.equal(ids(), 2);
  });

  it("a hard link is not read a second time, also after a restart and when the first name is gone", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 20));
    linkSync(bed.path("a.log"), bed.path("b.log"));
    await restart(() => renameSync(bed.path("a.log"), join(bed.folder, "elsewhere")));
    await until(() => bed.counter("scans") > 4);
    appendFileSync(bed.path("b.log"), lines("a", 20, 30));
    await until(() => sink.records.length >= 30);
    await aWhile(150);
    assert.deepEqual(sink.texts(), texts("a", 0, 30));
    assert.equal(ids(), 1);
  });

  for (const when of ["while reading", "while stopped"]) {
    it(`a file moved to another folder ${when} goes on`, async () => {
      mkdirSync(bed.path("old"));
      writeFileSync(bed.path("a.log"), lines("a", 0, 20));
      const move = (): void => {
        renameSync(bed.path("a.log"), bed.path("old/moved.log"));
        appendFileSync(bed.path("old/moved.log"), lines("a", 20, 40));
      };
      if (when === "while stopped") await restart(move);
      else {
        await bed.started(sink, everywhere());
        await until(() => sink.records.length === 20);
        move();
      }
      await until(() => sink.records.length >= 40);
      await aWhile(150);
      assert.deepEqual(sink.texts(), texts("a", 0, 40));
      assert.equal(ids(), 1);
    });
  }

  it("an editor's new file under the old name is a file of its own", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 20));
    await bed.started(sink, everywhere());
    await until(() => sink.records.length === 20);
    // Written beside it under a name that no glob matches, then renamed over it.
    writeFileSync(bed.path(".a.swp"), lines("b", 0, 30));
    renameSync(bed.path(".a.swp"), bed.path("a.log"));
    await until(() => sink.records.length >= 50);
    await aWhile(150);
    assert.deepEqual(sink.texts().slice(20), texts("b", 0, 30));
    assert.equal(ids(), 2);
  });

  it("a copy under a name that is no rotation's is a file of its own, one under a rotation's name is not", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 400));
    await bed.started(sink, everywhere());
    await until(() => sink.records.length === 400);
    copyFileSync(bed.path("a.log"), bed.path("a.log.1"));
    copyFileSync(bed.path("a.log"), bed.path("other.log"));
    await until(() => sink.records.length >= 800);
    await aWhile(200);
    assert.equal(sink.records.length, 800);
    assert.equal(ids(), 2);
  });

  it("a symbolic link to a file that matches too is not a second file; a target that no glob names is read once", async () => {
    writeFileSync(bed.path("a.log"), lines("a", 0, 20));
    symlinkSync(bed.path("a.log"), bed.path("link.log"));
    writeFileSync(join(bed.folder, "far"), lines("far", 0, 5));
    symlinkSync(join(bed.folder, "far"), bed.path("far.log"));
    await bed.started(sink, everywhere());
    await until(() => sink.records.length >= 25);
    await aWhile(150);
    assert.equal(sink.records.length, 25);
    assert.equal(ids(), 2);
  });

  it("an inode given out again is another file where the filesystem tells no birth time, as its content is another", async () => {
    const real = bed.environment();
    const stale = (stat: FileStat): FileStat => ({
      ...stat,
      birth: "",
      inode: stat.kind === "file" ? "7" : stat.inode,
    });
    const environment: TailEnvironment = {
      ...real,
      fs: Object.assign(Object.create(real.fs) as typeof real.fs, {
        stat: async (path: string) => stale(await real.fs.stat(path)),
        fstat: async (descriptor: number) => stale(await real.fs.fstat(descriptor)),
      }),
    };
    writeFileSync(bed.path("a.log"), lines("old", 0, 20));
    const tail = await bed.started(sink, {}, {}, environment);
    await until(() => sink.records.length === 20);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    renameSync(bed.path("a.log"), join(bed.folder, "gone"));
    writeFileSync(bed.path("a.log"), lines("new", 0, 30));
    await bed.started(sink, {}, {}, environment);
    await until(() => sink.records.length >= 50);
    await aWhile(150);
    assert.deepEqual(sink.texts().slice(20), texts("new", 0, 30));
    const names = new Set(sink.records.map((record) => `${record.id}/${record.generation}`));
    assert.equal(names.size, 2, "no event of the new content has the name of one of the old");
  });

  it("small files get their turns beside a huge one", async () => {
    writeFileSync(bed.path("a.log"), lines("huge", 0, 20_000));
    for (let i = 0; i < 50; i++) writeFileSync(bed.path(`b${i}.log`), `small ${i}\n`);
    assert.ok(statSync(bed.path("a.log")).size > 700_000);
    await bed.started(sink, {}, { turnBytes: 16_384 });
    await until(() => sink.records.length === 20_050);
    const last = sink.records.findLastIndex(({ text }) => text.startsWith("small"));
    assert.ok(last < 2000, `the last of the small files came after ${last} records`);
  });
});
