import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../../support/run-antler.ts";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");

describe("antler pipeline with full dead letters", function () {
  this.timeout(60_000);
  let folder: string;
  let running: ChildProcess | undefined;
  let said = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-full-"));
    said = "";
  });
  afterEach(() => {
    running?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  const args = ["--path.settings", "", "--path.data", "", "--pipeline.id", "main"];

  /** Every second record of `bad` cannot be decided on; all others are good. */
  function write(bad: number, good: number): void {
    const line = (n: number, v: unknown): string => JSON.stringify({ n, v, pad: "x".repeat(400) });
    const lines = Array.from({ length: bad }, (_, n) => line(n, 1));
    for (let n = 0; n < good; n++) lines.push(line(bad + n, "b"));
    writeFileSync(join(folder, "in.log"), `${lines.join("\n")}\n`);
    writeFileSync(
      join(folder, "test.conf"),
      `input { file { path => "${folder}/in.log" start_position => "beginning" } }
       filter { json { source => "message" } if [v] > "a" { mutate { add_tag => ["after a"] } } }
       output { file { path => "${folder}/out.log" codec => line { format => "%{n}" } } }`,
    );
    writeFileSync(
      join(folder, "logstash.yml"),
      "dead_letter_queue.max_bytes: 200kb\npipeline.batch.size: 50\npipeline.workers: 1\nconfig.reload.automatic: false\n",
    );
    writeFileSync(join(folder, "pipelines.yml"), "- pipeline.id: main\n  path.config: test.conf\n");
    args[1] = folder;
    args[3] = join(folder, "data");
  }

  function start(): void {
    const child = spawn(BINARY, ["pipeline", ...args, "--shutdown.timeout", "1"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    running = child;
  }

  async function stop(): Promise<number | null> {
    const ended = once(running as ChildProcess, "exit");
    running?.kill("SIGTERM");
    const [code] = (await ended) as [number | null];
    running = undefined;
    return code;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  const arrived = (): string[] =>
    existsSync(join(folder, "out.log")) ? readFileSync(join(folder, "out.log"), "utf8").trimEnd().split("\n") : [];

  async function letters(): Promise<number> {
    const { stdout } = await runAntler(["dlq", "ls", "--json", ...args]);
    return (JSON.parse(stdout) as { letters: number }).letters;
  }

  it("holds batches with dead letters only, ends when told to, and goes on when room is made", async () => {
    write(400, 600);
    start();
    await until(() => said.includes("cannot be kept") && arrived().length === 600);
    assert.equal(said.split("cannot be kept").length, 2, "said once");
    const before = await letters();
    assert.ok(before > 50 && before < 400);

    assert.equal(await stop(), 0);
    start();
    await until(() => said.split("cannot be kept").length === 3);
    let sum = 0;
    for (let kept = await letters(); sum < 400; kept = await letters()) {
      const { stdout } = await runAntler(["dlq", "purge", "--yes", "--json", ...args]);
      sum += (JSON.parse(stdout) as { purged: number }).purged;
      await new Promise((resolve) => setTimeout(resolve, kept === 0 ? 500 : 100));
    }
    assert.equal(sum, 400, "each letter came once, although the pipeline was stopped with batches waiting");
    assert.equal(await stop(), 0);
    const numbers = arrived();
    assert.equal(new Set(numbers).size, 600);
    assert.match(said, /there is room again/);
  });
});
