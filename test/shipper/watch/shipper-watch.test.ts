import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readShipConfigFile } from "../../../src/cli/ship/read-config.ts";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import type { ShipperConfig } from "../../../src/shipper/config/config.ts";
import { ShipperWatch } from "../../../src/shipper/watch/shipper-watch.ts";
import type { TailFileStatus } from "../../../src/tail/tail.ts";
import { emptyEntry } from "../../../src/telemetry/ledger.ts";
import { LogFile } from "../../../src/telemetry/log-file.ts";

describe("shipper's watch", () => {
  let folder: string;
  let config: ShipperConfig;
  let free: number;
  let held: (string | undefined)[];
  let states: unknown[];
  let said: string[];
  let ticks: (() => void)[];
  let files: TailFileStatus[];
  let logFile: LogFile;
  let now: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-watch-"));
    const path = join(folder, "ship.yml");
    writeFileSync(
      path,
      `logging.to_files: true
queue.disk.max_size: 20MiB
filebeat.inputs:
  - {type: filestream, id: one, paths: [/var/log/one.log]}
  - {type: filestream, id: two, paths: [/var/log/two.log]}
output.file.path: ${folder}/out
`,
    );
    const found = new DiagnosticCollector();
    config = readShipConfigFile(path, found) as ShipperConfig;
    assert.equal(found.errors, 0, JSON.stringify(found.toJSON()));
    free = 1 << 30;
    held = [];
    states = [];
    said = [];
    ticks = [];
    files = [];
    now = 0;
    const instead = { write: (): void => undefined };
    logFile = new LogFile({
      folder: join(folder, "logs"),
      name: "own",
      rotateEveryBytes: 1e6,
      keep: 2,
      instead,
      now: () => now,
    });
  });
  afterEach(() => {
    logFile.close();
    rmSync(folder, { recursive: true });
  });

  async function started(): Promise<ShipperWatch> {
    const note = (message: string, details?: object): void => {
      said.push(String((details as Record<string, unknown>)["event.action"]));
      logFile.write(`${message}\n`);
    };
    const watch = new ShipperWatch({
      config,
      dataFolder: folder,
      log: { info: note, warn: note, error: note },
      logFile,
      clock: {
        now: () => now,
        after(_ms, action) {
          ticks.push(action);
          return () => undefined;
        },
      },
      now: () => now,
      freeSpace: () => Promise.resolve({ device: "1", free, total: 1 << 40 }),
      state: (document) => void states.push(document),
    });
    watch.sender({
      name: "file",
      capacity: 1,
      trouble: undefined,
      send: () => Promise.reject(new Error("not here")),
      close: () => Promise.resolve(),
    });
    await watch.start({
      files: () => files,
      ledger: () => ({ totals: emptyEntry(), outputs: {} }),
      spool: { held: { events: 0, bytes: 0 }, holdWriting: (reason) => void held.push(reason) },
    });
    return watch;
  }

  async function tick(): Promise<void> {
    now += 2000;
    for (const action of ticks.splice(0)) action();
    await new Promise((resolve) => setImmediate(resolve));
  }

  const status = (own: Partial<TailFileStatus>): TailFileStatus => ({
    input: "one",
    path: "/var/log/one.log",
    id: "A",
    generation: 0,
    acknowledged: 10,
    read: 50,
    size: 100,
    open: true,
    past: false,
    seenAt: 0,
    ...own,
  });

  it("holds spool and log files on a full disk, says it once, and lets them go", async () => {
    const watch = await started();
    assert.equal(watch.diskFull, false);
    free = 0;
    await tick();
    assert.equal(watch.diskFull, true);
    logFile.write("not to be written\n");
    await tick();
    free = 1 << 30;
    await tick();
    assert.equal(watch.diskFull, false);
    assert.deepEqual(held, ["the disk is nearly full", undefined]);
    assert.deepEqual(said, ["input-started", "input-started", "disk-full", "disk-free"]);
    const [name] = readdirSync(join(folder, "logs"));
    const text = readFileSync(join(folder, "logs", name as string), "utf8");
    assert.ok(text.includes("is nearly full") && text.includes("has room again"));
    assert.ok(!text.includes("not to be written"));
    assert.deepEqual(
      states.map((state) => (state as { event: { action: string } }).event.action),
      ["disk-full", "disk-free"],
    );
  });

  it("adds files up by input, says what happens to them, and counts the tail's decisions", async () => {
    const watch = await started();
    files = [
      status({}),
      status({ input: "two", id: "B", open: false }),
      // Gone: nothing can be read of it any more.
      status({ id: "C", open: false, past: true, size: 1e6 }),
    ];
    await tick();
    assert.ok(said.includes("file-found"));
    watch.count("open_errors");
    watch.count("registry_failures");
    const figures = watch.figures();
    assert.deepEqual(
      figures.inputs.map(({ id, files: known, open, bytesBehind }) => [id, known, open, bytesBehind]),
      [
        ["one", 2, 1, 90],
        ["two", 1, 0, 90],
      ],
    );
    assert.equal(figures.tail.open_errors, 1);
    assert.equal(figures.registryFailing, true);
    assert.equal(figures.spool?.maxBytes, 20 << 20);
    watch.count("registry_writes");
    assert.equal(watch.figures().registryFailing, false);
    watch.stopping();
    assert.equal(watch.figures().phase, "stopping");
  });
});
