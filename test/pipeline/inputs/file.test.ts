import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolved } from "../../support/resolved.ts";
import { InputHarness } from "./input-harness.ts";

describe("input file", () => {
  let folder: string;
  const open: InputHarness[] = [];
  const path = (name: string): string => join(folder, name);

  async function start(config: string): Promise<InputHarness> {
    const harness = await InputHarness.start(
      `file { path => "${path("*.log")}" stat_interval => "20 ms" ${config} }`,
      "v8",
      (one) => {
        one.dataFolder = path("data");
      },
    );
    open.push(harness);
    return harness;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-input-file-"));
  });
  afterEach(async () => {
    for (const harness of open.splice(0)) await harness.stop();
    rmSync(folder, { recursive: true });
  });

  it("goes on where it was, unless sincedb_path is /dev/null", async () => {
    writeFileSync(path("a.log"), "one\n");
    for (const [config, expected] of [
      ["", ["one"]],
      ["", ["two"]],
      ['sincedb_path => "/dev/null"', ["one", "two", "three"]],
      ['sincedb_path => "/dev/null"', ["one", "two", "three", "four"]],
    ] as const) {
      const input = await start(`start_position => "beginning" ${config}`);
      await input.count(expected.length);
      await input.stop();
      assert.deepEqual(input.messages, expected);
      const next = ["two", "three", "four", "five"][["one", "two", "three", "four"].indexOf(expected.at(-1) as string)];
      writeFileSync(path("a.log"), `${readFileSync(path("a.log"), "utf8")}${next}\n`);
    }
  });

  it("reads whole files in read mode, and ends when it is told to", async function () {
    this.timeout(10_000);
    writeFileSync(path("a.log"), "one\ntwo");
    writeFileSync(path("b.log"), "three\n");
    const input = await start('mode => "read" exit_after_read => true');
    await input.ended;
    assert.deepEqual([...(input.messages as string[])].sort(), ["one", "three", "two"]);
    assert.ok(existsSync(path("a.log")));
  });

  it("lists and removes files whose events have arrived, where it is told to", async () => {
    writeFileSync(path("a.log"), "one\n");
    const input = await start(
      `mode => "read" exit_after_read => true file_completed_action => "log_and_delete" file_completed_log_path => "${path("done.txt")}"`,
    );
    await input.ended;
    assert.equal(readFileSync(path("done.txt"), "utf8"), `${path("a.log")}\n`);
    assert.equal(existsSync(path("a.log")), false);
  });

  it("leaves a file alone whose events have not arrived", async () => {
    writeFileSync(path("a.log"), "one\n");
    const input = await InputHarness.start(
      `file { path => "${path("*.log")}" stat_interval => "5 ms" mode => "read" file_completed_action => "delete" }`,
      "v8",
      (one) => {
        one.dataFolder = path("data");
        one.acknowledges = false;
      },
    );
    open.push(input);
    await input.count(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(existsSync(path("a.log")));
    input.acknowledge();
    await input.until(() => !existsSync(path("a.log")));
  });

  it("checks its options", () => {
    for (const [config, message] of [
      ['mode => "tail" exit_after_read => true', /is for mode => read/],
      ['mode => "read" file_completed_action => "log"', /needs file_completed_log_path/],
      ['delimiter => "|"', /line feed/],
      ['close_older => "soon"', /is not a time/],
      ['path => "relative.log"', /absolute/],
    ] as const)
      assert.throws(() => resolved(`input { file { path => "/x" ${config} } } output { }`), message);
  });
});
