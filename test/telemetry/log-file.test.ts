import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEcsLogger } from "../../src/telemetry/ecs-log.ts";
import { LogFile } from "../../src/telemetry/log-file.ts";

describe("own log", () => {
  let folder: string;
  let now: number;
  let instead: string[];
  let open: LogFile[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-log-"));
    now = Date.UTC(2026, 10, 23, 12);
    instead = [];
    open = [];
  });
  afterEach(() => {
    for (const file of open) file.close();
    rmSync(folder, { recursive: true });
  });

  function logFile(rotateEveryBytes = 1000, keep = 2, at = folder): LogFile {
    const write = (line: string): void => void instead.push(line);
    const file = new LogFile({
      folder: at,
      name: "antler-ship",
      rotateEveryBytes,
      keep,
      instead: { write },
      now: () => now,
    });
    open.push(file);
    return file;
  }
  const text = (): string =>
    readdirSync(folder)
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
      .map((name) => readFileSync(join(folder, name), "utf8"))
      .join("");

  it("is ECS JSON, details of our own under antler", () => {
    const lines: string[] = [];
    const log = createEcsLogger("info", "antler-ship", { write: (line) => void lines.push(line) }, () => now);
    log.warn("held up", { "event.action": "output-down", output: "logstash", error: { message: "refused" } });
    const { "process.pid": pid, ...line } = JSON.parse(lines[0] as string) as Record<string, unknown>;
    assert.equal(pid, process.pid);
    assert.deepEqual(line, {
      "@timestamp": "2026-11-23T12:00:00.000Z",
      "log.level": "warn",
      message: "held up",
      "ecs.version": "8.17.0",
      "service.name": "antler-ship",
      "event.action": "output-down",
      error: { message: "refused" },
      antler: { output: "logstash" },
    });
    assert.ok(lines[0]?.endsWith("}\n"));
  });

  it("leaves out what is below its level", () => {
    const lines: string[] = [];
    const log = createEcsLogger("warn", "antler-ship", { write: (line) => void lines.push(line) }, () => now);
    log.info("no");
    log.error("yes");
    assert.equal(lines.length, 1);
  });

  it("begins another file by size and by day, and keeps so many", () => {
    const file = logFile(20, 2);
    for (let i = 0; i < 12; i++) file.write(`line ${i}..\n`);
    assert.deepEqual(readdirSync(folder).sort(), [
      "antler-ship-20261123-3.ndjson",
      "antler-ship-20261123-4.ndjson",
      "antler-ship-20261123-5.ndjson",
    ]);
    now += 24 * 3600 * 1000;
    file.write("next day\n");
    assert.equal(readFileSync(join(folder, "antler-ship-20261124.ndjson"), "utf8"), "next day\n");
    assert.equal(readdirSync(folder).length, 3);
  });

  it("goes on in the last file of an earlier run, and touches no file of others", () => {
    writeFileSync(join(folder, "antler-ship-20261123-10.ndjson"), "ten\n");
    writeFileSync(join(folder, "antler-ship-20261123-9.ndjson"), "nine\n");
    writeFileSync(join(folder, "antler-ship-else.ndjson"), "else\n");
    logFile(1000, 1).write("more\n");
    assert.equal(readFileSync(join(folder, "antler-ship-20261123-10.ndjson"), "utf8"), "ten\nmore\n");
    assert.ok(readdirSync(folder).includes("antler-ship-else.ndjson"));
  });

  it("gives lines to another when no file takes them, and tells how many afterwards", () => {
    const blocked = join(folder, "blocked");
    writeFileSync(blocked, "a file where the folder should be");
    const file = logFile(1000, 2, blocked);
    file.write("one\n");
    file.write("two\n");
    assert.deepEqual(instead, ["one\n", "two\n"]);
    assert.equal(file.lost, 2);
    rmSync(blocked);
    mkdirSync(blocked);
    chmodSync(blocked, 0o700);
    now += 2000;
    file.write("three\n");
    const [name] = readdirSync(blocked);
    const lines = readFileSync(join(blocked, name as string), "utf8")
      .trim()
      .split("\n");
    assert.match(lines[0] as string, /no file took them: 2"/);
    assert.equal(lines[1], "three");
  });

  it("writes nothing to the disk while it is paused", () => {
    const file = logFile();
    file.write("one\n");
    file.pause(true);
    file.write("two\n");
    assert.equal(text(), "one\n");
    file.pause(false);
    file.write("three\n");
    assert.match(text(), /^one\n.*no file took them: 1".*\nthree\n$/);
  });
});
