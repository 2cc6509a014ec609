import { strict as assert } from "node:assert";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Registry, readRegistryExtra } from "../../src/tail/registry.ts";
import { decodeRegistry, encodeRegistry } from "../../src/tail/registry-format.ts";
import { TrackedFile } from "../../src/tail/tracked-file.ts";
import { CollectingSink } from "./support/collecting-sink.ts";
import { SimulatedClock, SimulatedFiles, SimulatedProcess } from "./support/simulated-files.ts";
import { TailBed, until } from "./support/tail-bed.ts";

function tracked(number: number): TrackedFile {
  const file = new TrackedFile(Buffer.alloc(12, number), number, "input", `/logs/${number}.log`);
  file.placeAt("1", String(number), "12345", `/logs/${number}.log`);
  return file;
}

describe("Registry", () => {
  let bed: TailBed;

  beforeEach(() => {
    bed = new TailBed();
  });

  afterEach(() => bed.remove());

  it("gives back what was stored, the owner's value too", async () => {
    const registry = new Registry(bed.registry, bed.environment(), () => ({ read: 7 }));
    assert.equal(await registry.load(), null);
    const file = tracked(3);
    file.advance(5000, 77);
    file.cutAt(6000);
    registry.add(file);
    registry.addCopy({
      input: "input",
      device: "1",
      inode: "9",
      size: 5,
      written: "1",
      since: 2,
      of: file.id,
      generation: 3,
    });
    assert.equal(file.durable, false);
    assert.equal(await registry.flush(), true);
    assert.equal(file.durable, true);
    const again = new Registry(bed.registry, bed.environment());
    assert.deepEqual(await again.load(), { read: 7 });
    const [stored] = again.files;
    assert.deepEqual(
      [
        stored?.id,
        stored?.generation,
        stored?.inode,
        stored?.birth,
        stored?.position.offset,
        stored?.seen,
        stored?.cuts,
      ],
      [file.id, 3, "3", "12345", 0, { offset: 5000, tail: 77 }, [6000]],
    );
    assert.equal(again.copies.size, 1);
    assert.deepEqual(await readRegistryExtra(bed.registry, bed.environment()), { read: 7 });
  });

  it("only acknowledgement without gaps moves the offset", () => {
    const file = tracked(1);
    const ranges = [0, 1, 2, 3].map((i) => ({ file, start: i * 10, end: i * 10 + 10, tail: i, acknowledged: false }));
    for (const range of ranges) file.sent(range);
    const acknowledge = (i: number): number => {
      file.acknowledge(ranges[i] as (typeof ranges)[0]);
      return file.acknowledged.offset;
    };
    assert.deepEqual([acknowledge(2), acknowledge(0), acknowledge(1), acknowledge(3)], [0, 10, 30, 40]);
    assert.equal(file.acknowledged.tail, 3);
    assert.equal(file.outstanding, 0);
  });

  it("sees every torn or changed byte", () => {
    const bytes = encodeRegistry(['{"x":1}'], [], { y: 2 });
    for (let length = 0; length < bytes.length - 1; length++) {
      assert.throws(() => decodeRegistry(bytes.subarray(0, length)));
    }
    for (let at = 0; at < bytes.length - 2; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 4;
      assert.throws(() => decodeRegistry(changed), `byte ${at}`);
    }
  });

  it("sets a corrupt file aside and starts from the copy before it", async () => {
    writeFileSync(bed.path("a.log"), "one\ntwo\n");
    const sink = new CollectingSink();
    const tail = await bed.started(sink);
    await until(() => sink.records.length === 2);
    await tail.stop({ drain: true, timeoutMs: 1000 });
    const path = join(bed.registry, "registry.json");
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    await bed.started(sink);
    await until(() => bed.counter("scans") > 3);
    assert.equal(bed.counter("registry_corrupt"), 1);
    assert.ok(readdirSync(bed.registry).some((name) => name.startsWith("registry.json.corrupt-")));
    assert.equal(bed.messages.filter((message) => message.includes("cannot be read")).length, 1);
    // Records come again, if at all, as the same ones.
    assert.equal(new Set(sink.records.map((record) => record.id)).size, 1);
  });

  it("does not overwrite what it has not read", async () => {
    mkdirSync(bed.registry);
    writeFileSync(join(bed.registry, "registry.json"), "something");
    assert.equal(await new Registry(bed.registry, bed.environment()).flush(), false);
    assert.equal(readFileSync(join(bed.registry, "registry.json"), "utf8"), "something");
  });

  it("on a full disk goes on in memory, complains once, and lets no new id leave before it is stored", async () => {
    const clock = new SimulatedClock();
    const files = new SimulatedFiles(clock, true, true);
    const process = new SimulatedProcess(
      files,
      clock,
      () => Buffer.alloc(12, 1),
      () => true,
    );
    const pump = async <T>(promise: Promise<T>): Promise<T> => {
      let done = false;
      const noted = promise.finally(() => {
        done = true;
      });
      while (!done) {
        await new Promise((resolve) => setImmediate(resolve));
        process.step();
      }
      return noted;
    };
    const registry = new Registry("/data", process.environment());
    await pump(registry.load());
    const file = tracked(1);
    registry.add(file);
    files.full = true;
    assert.equal(await pump(registry.flush()), false);
    assert.equal(await pump(registry.flush()), false);
    assert.equal(file.durable, false);
    assert.equal(process.messages.length, 1);
    assert.match(process.messages[0] as string, /cannot write \/data\/registry.json: .*ENOSPC.*; trying again/);
    files.full = false;
    assert.equal(await pump(registry.flush()), true);
    assert.equal(file.durable, true);
    assert.match(process.messages[1] as string, /is written again/);
  });
});
