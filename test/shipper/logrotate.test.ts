import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { AntlerProcess } from "../support/antler-process.ts";
import { LineReceiver } from "../support/line-receiver.ts";

/** Debian's logrotate; .ci/run installs it. */
const LOGROTATE = ["/usr/sbin/logrotate", "/sbin/logrotate"].find((path) => existsSync(path));
const LONG = process.env["ANTLER_TEST_LONG"] === "1";
/** Lines a second, and for how many seconds; logrotate runs once a second. */
const [RATE, SECONDS] = LONG ? [50_000, 60] : [20_000, 8];
const title = LOGROTATE === undefined ? " (skipped: there is no logrotate)" : "";

describe(`the shipper under logrotate once a second, ${RATE.toLocaleString("en")} lines a second${title}`, () => {
  let folder: string;
  let receiver: LineReceiver;
  let shipper: AntlerProcess;

  before(function () {
    if (LOGROTATE === undefined) this.skip();
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-logrotate-"));
  });
  afterEach(async () => {
    await shipper?.kill();
    await receiver?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Writes, rotates and ships; resolves when nothing more arrives. */
  async function run(mode: "create" | "copytruncate"): Promise<void> {
    const lines = RATE * SECONDS;
    const log = join(folder, "app.log");
    writeFileSync(log, "");
    receiver = new LineReceiver(lines, 0, false);
    const port = await receiver.listen();
    writeFileSync(
      join(folder, "shipper.yml"),
      `filebeat.inputs:
  - { type: filestream, id: rotated, paths: ["${log}*"], prospector.scanner.exclude_files: ['reopened$'] }
output.logstash: { hosts: ["127.0.0.1:${port}"], compression_level: 0 }
`,
    );
    shipper = new AntlerProcess(["ship", "-c", join(folder, "shipper.yml"), "--path.data", join(folder, "data")]);
    shipper.start();
    const writer = spawn(process.execPath, [
      join(import.meta.dirname, "..", "support", "log-writer.js"),
      log,
      String(RATE),
      String(lines),
    ]);
    const ended = once(writer, "exit");
    let over = false;
    void ended.then(() => {
      over = true;
    });
    const reopened = `${log}.reopened`;
    const script = `kill -HUP ${writer.pid} 2>/dev/null && while [ ! -e ${reopened} ] && kill -0 ${writer.pid} 2>/dev/null; do sleep 0.01; done; true`;
    const conf = join(folder, "logrotate.conf");
    const how = mode === "create" ? `create 0600\n  postrotate\n    ${script}\n  endscript` : "copytruncate";
    writeFileSync(conf, `${log} {\n  su root root\n  rotate 100\n  compress\n  missingok\n  ${how}\n}\n`, {
      mode: 0o600,
    });
    while (!over) {
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1000))]);
      if (over) break;
      if (existsSync(reopened)) unlinkSync(reopened);
      const rotation = spawn(LOGROTATE as string, ["-f", "-s", join(folder, "state"), conf]);
      await once(rotation, "exit");
    }
    // All of it has arrived when nothing has for a while.
    for (let last = -1, still = 0; still < 30; ) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      still = receiver.received.events === last ? still + 1 : 0;
      last = receiver.received.events;
    }
  }

  /** Numbers of the lines that are on disk in the end, in the log and its copies. */
  function onDisk(): Set<number> {
    const numbers = new Set<number>();
    for (const name of readdirSync(folder).filter((name) => /^app\.log(\.\d+(\.gz)?)?$/.test(name))) {
      const bytes = readFileSync(join(folder, name));
      const text = (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1");
      for (const match of text.matchAll(/^line (\d+) x*$/gm)) numbers.add(Number(match[1]));
    }
    return numbers;
  }

  it("create: every line that was written arrives, once", async function () {
    this.timeout(SECONDS * 4000 + 60_000);
    await run("create");
    const { counts, foreign } = receiver.received;
    assert.deepEqual(foreign, []);
    const rotations = readdirSync(folder).filter((name) => /log.\d/.test(name)).length;
    assert.ok(rotations >= SECONDS / 3, `only ${rotations} rotations`);
    assert.equal(counts.indexOf(0), -1, "a line is missing");
    assert.equal(
      counts.findIndex((count) => count > 1),
      -1,
      "a line came twice",
    );
  });

  it("copytruncate: every line that is on disk in the end arrives, once; what logrotate cut is counted", async function () {
    this.timeout(SECONDS * 4000 + 60_000);
    await run("copytruncate");
    const { counts } = receiver.received;
    const disk = onDisk();
    let missing = 0;
    let twice = 0;
    let gap = 0;
    for (let number = 0; number < counts.length; number++) {
      const count = counts[number] as number;
      if (disk.has(number) && count === 0) missing++;
      if (count > 1) twice++;
      if (!disk.has(number)) gap++;
    }
    assert.deepEqual({ missing, twice }, { missing: 0, twice: 0 });
    if (this.test !== undefined) this.test.title += ` (${gap} lines that logrotate cut)`;
  });
});
