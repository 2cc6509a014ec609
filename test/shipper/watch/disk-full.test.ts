import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");
const MIB = 1 << 20;

/** Fills a filesystem to its last byte; the path of the file. */
function fill(folder: string): string {
  const path = join(folder, "filler");
  const file = openSync(path, "w");
  for (let size = MIB; size >= 1; ) {
    try {
      writeSync(file, Buffer.alloc(size, 1));
    } catch {
      size = Math.floor(size / 2);
    }
  }
  closeSync(file);
  assert.equal(statfsSync(folder).bavail, 0);
  return path;
}

async function until(condition: () => boolean): Promise<void> {
  const giveUp = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > giveUp) throw new Error(`not within 20 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe("antler ship on a full disk", function () {
  this.timeout(120_000);
  let folder: string;
  let disk: string;
  let mounted = false;
  let child: ChildProcess | undefined;
  let said = "";

  before(function () {
    folder = mkdtempSync(join(tmpdir(), "antler-disk-full-"));
    disk = join(folder, "disk");
    execFileSync("mkdir", [disk, join(folder, "in")]);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], { stdio: "ignore" });
      mounted = true;
    } catch {
      process.stderr.write("    skipped: a small filesystem cannot be mounted here (it takes root)\n");
      this.skip();
    }
  });

  after(async () => {
    if (child !== undefined && child.exitCode === null) {
      child.kill("SIGKILL");
      await new Promise((resolve) => child?.once("close", resolve));
    }
    if (mounted) execFileSync("umount", ["-l", disk]);
    rmSync(folder, { recursive: true, force: true });
  });

  const outEvents = (): { message: string; event?: { kind: string; action: string }; data_stream?: object }[] => {
    if (!existsSync(join(folder, "out"))) return [];
    return readdirSync(join(folder, "out"))
      .flatMap((name) =>
        readFileSync(join(folder, "out", name), "utf8")
          .split("\n")
          .slice(0, -1),
      )
      .map((line) => JSON.parse(line) as { message: string });
  };
  const outLines = (): string[] => outEvents().flatMap(({ message }) => (message.startsWith("line ") ? [message] : []));
  const logText = (): string => {
    const names = readdirSync(join(disk, "data", "logs"));
    return names.map((name) => readFileSync(join(disk, "data", "logs", name), "utf8")).join("");
  };

  it("goes on reading and sending, says it, and recovers: every line arrives once", async () => {
    const log = join(folder, "in", "app.log");
    let written = 0;
    const append = (path: string, count: number): void => {
      let text = "";
      for (let i = 0; i < count; i++) text += `line ${written++}\n`;
      appendFileSync(path, text);
    };
    const config = join(folder, "ship.yml");
    writeFileSync(
      config,
      `path.data: ${disk}/data
logging.to_files: true
http.enabled: false
queue.disk.max_size: 100MiB
filebeat.inputs:
  - type: filestream
    id: app
    paths: [${folder}/in/*.log]
    prospector.scanner.check_interval: 1s
    backoff.max: 1s
output.file: {path: ${folder}/out}
`,
    );
    append(log, 1000);
    child = spawn(BINARY, ["ship", "-c", config], { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    await until(() => outLines().length === 1000);
    const filler = fill(disk);
    await until(() => logText().includes("disk-full") || said.includes("disk-full"));
    // A file that is known, and a new one, whose id must be made safe before its first line goes out.
    append(log, 1000);
    await until(() => outLines().length === 2000);
    append(join(folder, "in", "new.log"), 500);
    await until(() => outLines().length === 2500);
    assert.equal(child.exitCode, null);
    rmSync(filler);
    await until(() => logText().includes("disk-free"));
    append(log, 10);
    await until(() => outLines().length >= written);
    child.kill("SIGTERM");
    assert.equal(await new Promise((resolve) => child?.once("close", resolve)), 0);
    const numbers = outLines().map((line) => Number(line.slice(5)));
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: written }, (_none, i) => i),
    );
    const states = outEvents().filter((event) => event.event?.action !== undefined);
    assert.deepEqual(
      states.map(({ event, data_stream }) => [event?.kind, event?.action, data_stream]),
      [
        ["alert", "disk-full"],
        ["event", "disk-free"],
      ].map((pair) => [...pair, { type: "logs", dataset: "antler.state", namespace: "default" }]),
    );
    for (const line of logText().trim().split("\n")) {
      const { message } = JSON.parse(line) as { message: string };
      assert.equal(typeof message, "string");
    }
  });
});
