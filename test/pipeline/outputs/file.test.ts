import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { StoredTree } from "../../../src/event/value.ts";
import type { DeliveryOutcome } from "../../../src/plugin/definitions.ts";
import { newEvent } from "../../support/run-codec.ts";
import { encodeBatch, findOutput, outputDeliverer, outputEncoder } from "../../support/run-output.ts";

describe("file output", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-file-output-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** An output with `path` in the folder, and a function that writes a batch through both its halves. */
  async function output(
    path: string,
    more = "codec => line { format => '%{message}' }",
    warnings: string[] = [],
  ): Promise<{
    write(events: readonly StoredTree[], signal?: AbortSignal): Promise<DeliveryOutcome>;
    close(): Promise<void>;
  }> {
    const config = `file { path => "${folder}/${path}" ${more} }`;
    const encoder = outputEncoder(config);
    const deliverer = await outputDeliverer(config, (message) => warnings.push(message));
    return {
      write: (events, signal = new AbortController().signal) =>
        deliverer.deliver(
          encodeBatch(
            encoder,
            events.map((fields, i) => newEvent(i, { ...fields })),
          ),
          signal,
        ),
      close: () => deliverer.close(),
    };
  }

  const read = (name: string): string => readFileSync(join(folder, name), "utf8");

  /** All files below the folder, by relative path. */
  const files = (): string[] =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort();

  it("writes a JSON document a line where no codec is given, and says how many", async () => {
    const { write, close } = await output("a.log", "");
    const outcome = await write([{ message: "ä" }, { message: "b" }]);
    await close();
    assert.deepEqual(outcome, { delivered: 2, existing: 0, conflicts: 0, failureStore: 0, rejected: [] });
    assert.equal(
      read("a.log"),
      '{"message":"ä","@timestamp":"2026-11-22T12:00:00.000Z"}\n{"message":"b","@timestamp":"2026-11-22T12:00:00.000Z"}\n',
    );
  });

  it("chooses file and folder by fields and time, and keeps the order in each", async () => {
    const { write, close } = await output("%{[host][name]}/%{+YYYY-MM-dd}.log");
    await write([
      { message: "1", host: { name: "a" } },
      { message: "2", host: { name: "b" } },
      { message: "3", host: { name: "a" } },
    ]);
    await write([{ message: "4", host: { name: "a" } }]);
    await close();
    assert.deepEqual(files(), ["a/2026-11-22.log", "b/2026-11-22.log"]);
    assert.equal(read("a/2026-11-22.log"), "1\n3\n4\n");
    assert.equal(read("b/2026-11-22.log"), "2\n");
  });

  for (const name of ["../../evil", "..", "a/../../b", "", ".", "a/", "a/.", "x\0y", "é".repeat(3000)]) {
    it(`keeps events in the constant folder, in the file for failures, when a field says ${JSON.stringify(name).slice(0, 20)}`, async () => {
      const { write, close } = await output("sub/%{name}");
      const outcome = await write([{ message: "m", name }]);
      await close();
      assert.equal(outcome.delivered, 1);
      assert.deepEqual(files(), ["sub/_filepath_failures"]);
      assert.equal(read("sub/_filepath_failures"), "m\n");
    });
  }

  it("takes a dot in a name, or dots that are no folder, for what they are", async () => {
    const { write, close } = await output("sub/%{name}");
    await write([
      { message: "m", name: ".hidden" },
      { message: "m", name: "a..b" },
      { message: "m", name: "..." },
    ]);
    await close();
    assert.deepEqual(files(), ["sub/...", "sub/.hidden", "sub/a..b"]);
  });

  it("refuses a path that begins with a field, which could lead anywhere", () => {
    for (const path of ["%{name}/a", "/%{name}", "a%{+YYYY}.log"]) {
      assert.throws(() => findOutput(`file { path => "${path}" }`), /CONF016.*cannot begin with a field/s, path);
    }
    findOutput('file { path => "logs/%{name}" }');
  });

  it("gives events back whose own path can never be a file, and writes the others", async () => {
    const { write, close } = await output("%{name}");
    mkdirSync(join(folder, "taken"));
    writeFileSync(join(folder, "plain"), "");
    const { delivered, rejected } = await write([
      { message: "1", name: "taken" },
      { message: "2", name: "fine" },
      { message: "3", name: "plain/below" },
      { message: "4", name: "n".repeat(300) },
      { message: "5", name: "taken" },
      { message: "6", name: "plain/two/below" },
    ]);
    await close();
    assert.equal(delivered, 1);
    assert.deepEqual(rejected.map(({ index }) => index).sort(), [0, 2, 3, 4, 5]);
    assert.deepEqual([...new Set(rejected.map(({ code }) => code))].sort(), [
      "EEXIST",
      "EISDIR",
      "ENAMETOOLONG",
      "ENOTDIR",
    ]);
    assert.equal(read("fine"), "2\n");
  });

  it("holds a batch while a configured path cannot be written to, says so once, and writes when it can", async () => {
    const warnings: string[] = [];
    const { write, close } = await output("blocked", undefined, warnings);
    mkdirSync(join(folder, "blocked"));
    const written = write([{ message: "m" }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(join(folder, "blocked"), { recursive: true });
    assert.equal((await written).delivered, 1);
    await close();
    assert.equal(read("blocked"), "m\n");
    assert.deepEqual(warnings, ["cannot write a file, trying again until it can be"]);
  });

  it("gives up a held batch when it is told to, and takes the next one", async () => {
    const { write, close } = await output("blocked");
    mkdirSync(join(folder, "blocked"));
    const stop = new AbortController();
    const held = assert.rejects(write([{ message: "1" }], stop.signal), { name: "AbortError" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    stop.abort();
    await held;
    rmSync(join(folder, "blocked"), { recursive: true });
    await write([{ message: "2" }]);
    await close();
    assert.equal(read("blocked"), "2\n");
  });

  it("compresses; batches follow each other in one gzip file", async () => {
    const { write, close } = await output("a.gz", "gzip => true codec => line { format => '%{message}' }");
    await write([{ message: "1" }, { message: "2" }]);
    await write([{ message: "3" }]);
    await close();
    assert.equal(gunzipSync(readFileSync(join(folder, "a.gz"))).toString(), "1\n2\n3\n");
  });

  it("makes a file again that was deleted, with its folder, and lets a rotated one go on", async () => {
    const { write, close } = await output("sub/a.log");
    await write([{ message: "1" }]);
    rmSync(join(folder, "sub"), { recursive: true });
    await write([{ message: "2" }]);
    assert.equal(read("sub/a.log"), "2\n");
    renameSync(join(folder, "sub/a.log"), join(folder, "sub/b.log"));
    await write([{ message: "3" }]);
    await close();
    assert.equal(read("sub/b.log"), "2\n3\n");
    assert.equal(existsSync(join(folder, "sub/a.log")), false);
  });

  it("leaves a deleted file deleted when told so", async () => {
    const { write, close } = await output("a.log", "create_if_deleted => false");
    await write([{ message: "1" }]);
    rmSync(join(folder, "a.log"));
    await write([{ message: "2" }]);
    await close();
    assert.deepEqual(files(), []);
  });

  it("adds to a file, or writes it anew at the first batch", async () => {
    for (const [behaviour, expected] of [
      ["append", "old\n1\n2\n"],
      ["overwrite", "1\n2\n"],
    ] as const) {
      writeFileSync(join(folder, behaviour), "old\n");
      const more = `write_behavior => "${behaviour}" stale_cleanup_interval => 0 codec => line { format => '%{message}' }`;
      const { write, close } = await output(behaviour, more);
      await write([{ message: "1" }]);
      await write([{ message: "2" }]);
      await close();
      assert.equal(read(behaviour), expected);
    }
  });

  it("gives files and folders the modes that are set", async () => {
    const { write, close } = await output("sub/a.log", "file_mode => 384 dir_mode => 448");
    await write([{ message: "1" }]);
    await close();
    assert.equal(statSync(join(folder, "sub/a.log")).mode & 0o777, 0o600);
    assert.equal(statSync(join(folder, "sub")).mode & 0o777, 0o700);
  });

  it("writes to more files than it keeps open", async () => {
    const { write, close } = await output("%{n}.log");
    const events = Array.from({ length: 300 }, (_, n) => ({ message: "m", n }));
    await write(events);
    await write(events);
    await close();
    assert.equal(files().length, 300);
    assert.ok(files().every((name) => read(name) === "m\nm\n"));
  });
});
