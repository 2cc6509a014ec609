import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../../support/run-antler.ts";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");

describe("stdin input", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-stdin-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function args(codec: string): string[] {
    const config = `input { stdin { codec => ${codec} } } output { stdout { codec => json_lines } }`;
    return ["pipeline", "-e", config, "--path.data", folder];
  }

  for (const codec of ["plain", "json", "line", "json_lines"]) {
    it(`reads lines with the codec ${codec}`, async () => {
      const { stdout } = await runAntler(args(codec), '{"n":1}\n{"n":2}\n');
      const events = stdout
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      const found = events.map(({ n, message }) => n ?? message);
      assert.deepEqual(found, codec.startsWith("json") ? [1, 2] : ['{"n":1}', '{"n":2}']);
    });
  }

  it("gives what a multiline codec holds after its interval, while the stream stays open", async () => {
    const codec = 'multiline { pattern => "^ " what => "previous" auto_flush_interval => 0.05 }';
    const child = spawn(process.execPath, [BINARY, ...args(codec)], { stdio: ["pipe", "pipe", "ignore"] });
    try {
      child.stdin.write("one\n two\n");
      for await (const chunk of child.stdout) {
        const { message } = JSON.parse(String(chunk)) as { message: string };
        assert.equal(message, "one\n two");
        break;
      }
    } finally {
      const closed = new Promise((resolve) => child.once("close", resolve));
      child.stdin.end();
      child.kill("SIGKILL");
      await closed;
    }
  });
});
