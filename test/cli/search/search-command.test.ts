import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { shellQuoted } from "../../../src/cli/shell-quoted.ts";
import { never, rowsOf, storeOptions, withStore } from "../../store/support.ts";
import { type AntlerResult, runAntler } from "../../support/run-antler.ts";

const BINARY = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");
/** The program that makes a terminal for another (util-linux). */
const TYPESCRIPT = "script";
const run = promisify(execFile);

describe("antler search", function () {
  this.timeout(40_000);
  let folder: string;
  const search = (...args: string[]): Promise<AntlerResult> =>
    runAntler(["search", ...args, "--data", join(folder, "data")]);
  /** In a shell, with SEARCH for the command. */
  const inShell = (
    line: string,
    env: NodeJS.ProcessEnv = {},
    shell: readonly [string, ...string[]] = ["sh", "-c"],
  ): Promise<{ stdout: string; stderr: string }> => {
    const command = `${shellQuoted(BINARY)} search --data ${shellQuoted(join(folder, "data"))}`;
    const [program, ...options] = shell;
    return run(program, [...options, line.replaceAll("SEARCH", command)], {
      env: { ...process.env, TZ: "UTC", TERM: "xterm", ...env },
    });
  };
  /** As on a terminal of so many columns. */
  const onTerminal = async (width: number, args: string, env?: NodeJS.ProcessEnv): Promise<string[]> => {
    const { stdout } = await inShell(`stty cols ${width}; SEARCH ${args}`, env, [
      TYPESCRIPT,
      "-q",
      "-e",
      "/dev/null",
      "-c",
    ]);
    return stdout.split("\r\n").filter((line) => line !== "");
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "antler search-"));
    const event = (minute: number, level: string, message: string): string =>
      `${JSON.stringify({ time: `2026-11-23T04:${String(minute).padStart(2, "0")}:00.000Z`, level, msg: message })}\n`;
    writeFileSync(
      join(folder, "app.log"),
      [
        event(10, "error", "disk full"),
        event(11, "warn", "注文を受け付けました 🎉 注文を受け付けました 注文を受け付けました 注文を受け付けました"),
        event(12, "info", `escape \u001b[31mred\u001b[0m \u009b2J bell\u0007 turned \u202Egnp ${"long ".repeat(40)}`),
        event(55, "info", "later"),
        event(55, "debug", "later still"),
      ].join(""),
    );
    const { code, stderr } = await runAntler(["up", "--once", "--data", join(folder, "data"), join(folder, "app.log")]);
    assert.equal(code, 0, stderr);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("prints the newest first, in columns, whole lines where there is no terminal", async () => {
    const { code, stdout, stderr } = await search();
    assert.deepEqual([code, stderr], [0, ""]);
    const lines = stdout.trimEnd().split("\n");
    assert.equal(lines.length, 6);
    assert.equal(lines[0], "@timestamp               log.level  event.dataset     message");
    assert.equal(lines[5], "2026-11-23 04:10:00.000  error      application.json  disk full");
    assert.match(lines[3] as string, /(?:long ?){40}$/);
  });

  it("finds by KQL", async () => {
    assert.match((await search("log.level:(error or warn) and not 注")).stdout, /^.*\n.*disk full\n$/);
  });

  it("says on the error stream that nothing was found, which is no error", async () => {
    assert.deepEqual(await search("log.level:nope"), { code: 0, stdout: "", stderr: "nothing found\n" });
    assert.deepEqual(await search("log.level:nope", "--histogram"), { code: 0, stdout: "", stderr: "nothing found\n" });
    assert.deepEqual(await search("log.level:nope", "--json"), { code: 0, stdout: "", stderr: "nothing found\n" });
  });

  it("points at the place of an error in the query", async () => {
    const { code, stdout, stderr } = await search("log.level:(error or");
    assert.deepEqual([code, stdout], [2, ""]);
    assert.match(stderr, /\n 1 \| log\.level:\(error or\n {3}\| {11}\^/);
  });

  for (const [what, args, message] of [
    ["a time that is none", ["--since", "yesteryear"], /--since yesteryear is no time: 15m, /],
    ["a limit that is none", ["--limit", "some"], /--limit some is no whole number/],
    ["a negative limit", ["--limit=-1"], /--limit -1 is no whole number/],
    ["counts of what is to come", ["--follow", "--histogram"], /do not go together/],
    ["columns without a name", ["--columns", ","], /--columns names no field/],
    ["a folder without a store", ["--data", "/nope"], /there is no store in \/nope.*antler up/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const data = args[0] === "--data" ? [] : ["--data", join(folder, "data")];
      const { code, stdout, stderr } = await runAntler(["search", ...args, ...data]);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n {4}at /);
    });
  }

  it("bounds by time", async () => {
    const messages = async (...args: string[]): Promise<string[]> => {
      const { stdout } = await search("--json", "--columns", "message", ...args);
      return stdout.split("\n").map((line) => (line === "" ? "" : String(JSON.parse(line).message).slice(0, 6)));
    };
    assert.deepEqual((await messages("--since", "2026-11-23T04:55:00Z")).sort(), ["", "later", "later "]);
    assert.deepEqual(await messages("--until", "2026-11-23T04:11:00Z"), ["disk f", ""]);
    assert.deepEqual(await messages("--until", "2026-11-23 04:11"), ["disk f", ""]);
    assert.deepEqual(await messages("--until", "9999999999999w"), [""]);
  });

  it("gives documents as JSON, a line each, all of them, without control characters", async () => {
    const { stdout } = await search("--json");
    const documents = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    assert.equal(documents.length, 5);
    assert.match(documents[2].message, /^escape \u001b\[31mred\u001b\[0m \u009b2J bell\u0007/);
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    assert.equal((await search("--json", "--limit", "2")).stdout.trimEnd().split("\n").length, 2);
  });

  it("shows the columns that are named, and says which no event has", async () => {
    const { stdout, stderr } = await search("--columns", "log.level, nope", "--limit", "2");
    assert.match(stdout, /^log\.level {2}nope\n\w+\n\w+\n$/);
    assert.match(stderr, /there is no field nope in the store/);
  });

  it("lets no control character of a log through", async () => {
    const { stdout } = await search("escape");
    assert.match(stdout, /escape �\[31mred�\[0m �2J bell� turned �gnp long/);
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("ends quietly when its reader has seen enough", async () => {
    const { stdout, stderr } = await inShell("SEARCH --json | head -1");
    assert.equal(stdout.split("\n").length, 2);
    assert.equal(stderr, "");
  });

  it("names a slice that is damaged, and gives what is left", async () => {
    const data = join(folder, "damaged");
    cpSync(join(folder, "data"), data, { recursive: true });
    const store = join(data, "up", "main", "store");
    writeFileSync(join(store, "00000900.parquet"), "PAR1");
    writeFileSync(
      join(store, "00000900.json"),
      JSON.stringify({ rows: 1, bytes: 700, ingestedFrom: 1, ingestedTo: 2, from: 1, to: 2, columns: {} }),
    );
    writeFileSync(join(store, "00000901.json"), "{");
    const { code, stdout, stderr } = await runAntler(["search", "--data", data]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.trimEnd().split("\n").length, 6);
    assert.match(
      stderr,
      /^warning: .*00000900\.parquet cannot be read and is left out: it has 4 bytes instead of 700$/m,
    );
    assert.match(stderr, /^warning: .*00000901\.parquet cannot be read and is left out: /m);
  });

  it("reads what was committed of an open slice that was cut short", async function () {
    const data = join(folder, "cut");
    cpSync(join(folder, "data"), data, { recursive: true });
    const store = join(data, "up", "main", "store");
    const open = readdirSync(store).find((name) => name.endsWith(".commits"));
    if (open === undefined) this.skip();
    truncateSync(join(store, open), 10);
    const { code, stderr } = await runAntler(["search", "--data", data]);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });

  describe("on a terminal", () => {
    before(function () {
      if (spawnSync(TYPESCRIPT, ["--version"]).status !== 0) this.skip();
    });

    it("fits the width, wide characters too, in the colours of the levels", async () => {
      const lines = await onTerminal(80, "");
      const cells = (line: string): number =>
        [...line.replaceAll(/\u001b\[\d+m/g, "")].reduce(
          (sum, one) => sum + (/[\u3000-\u9fff]|🎉/u.test(one) ? 2 : 1),
          0,
        );
      assert.ok(
        lines.every((line) => cells(line) <= 80),
        lines.join("\n"),
      );
      assert.ok(
        lines.some((line) => /^\u001b\[31m.*disk full\u001b\[0m$/.test(line)),
        lines.join("\n"),
      );
      assert.ok(
        lines.some((line) => /^\u001b\[33m.*注文.*…\u001b\[0m$/.test(line) && cells(line) >= 79),
        lines.join("\n"),
      );
      assert.ok(
        lines.some((line) => /escape �\[31mred.*…$/.test(line)),
        lines.join("\n"),
      );
    });

    it("takes the width of COLUMNS where the terminal tells none, and no colours with NO_COLOR", async () => {
      const lines = await onTerminal(0, "", { COLUMNS: "70", NO_COLOR: "1" });
      assert.doesNotMatch(lines.join("\n"), /\u001b/);
      assert.equal(
        lines.filter((line) => line.endsWith("…")).every((line) => line.length <= 70),
        true,
      );
      assert.ok(
        lines.some((line) => line.length === 70),
        lines.join("\n"),
      );
    });

    it("draws a histogram that fits, with its empty buckets", async () => {
      const lines = await onTerminal(60, "--histogram");
      assert.equal(lines.length, 11, lines.join("\n"));
      assert.match(
        lines[0] as string,
        /^2026-11-23 04:10:00 {2}3 {2}\u001b\[31m█+\u001b\[0m\u001b\[33m█+\u001b\[0m█+$/,
      );
      assert.ok((lines[0] as string).replaceAll(/\u001b\[\d+m/g, "").length <= 60);
      assert.match(lines[1] as string, /^2026-11-23 04:15:00 {2}0$/);
    });
  });

  it("draws a histogram in letters where there is no terminal", async () => {
    const { stdout } = await search("--histogram");
    assert.match(stdout, /^2026-11-23 04:10:00 {2}3 {2}E+W+#+\n2026-11-23 04:15:00 {2}0\n/);
    assert.match(stdout, /\n2026-11-23 04:55:00 {2}2 {2}#+\.+\nE error {3}W warning/);
  });

  it("ends at the first Ctrl-C while nobody reads what it prints", async () => {
    await manyRows(join(folder, "many", "up", "main", "store"));
    const child = spawn(BINARY, ["search", "--json", "--data", join(folder, "many")], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    // The first bytes are there; the rest does not fit into the pipe.
    await once(child.stdout, "readable");
    child.kill("SIGINT");
    const [code] = (await once(child, "exit")) as [number | null];
    assert.equal(code, 130);
  });

  it("leaves nothing behind when the reader of --follow goes away", async () => {
    const data = join(folder, "followed");
    const store = join(data, "up", "main", "store");
    await manyRows(store, 1);
    const temporary = mkdtempSync(join(tmpdir(), "antler-follow-test-"));
    const child = spawn(BINARY, ["search", "--follow", "--json", "--data", data], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, TMPDIR: temporary },
    });
    try {
      const ended = once(child, "exit");
      while (child.exitCode === null && !readdirSync(temporary).some((name) => name.startsWith("antler-follow-")))
        await sleep(20);
      child.stdout.destroy();
      for (let n = 1; child.exitCode === null && n < 100; n++) {
        await manyRows(store, 1, n);
        await sleep(250);
      }
      assert.notEqual(child.exitCode, null, "it did not end");
      assert.deepEqual([(await ended)[0], readdirSync(temporary)], [0, []]);
    } finally {
      // What still ran would keep the test command from its end.
      child.kill("SIGKILL");
      rmSync(temporary, { recursive: true, force: true });
    }
  });
});

/** Rows of 1,000 bytes, more than fit into a pipe. */
async function manyRows(folder: string, count = 5000, from = 0): Promise<void> {
  const text = "x".repeat(1000);
  const documents = Array.from({ length: count }, (_, i) => ({ n: from + i, text }));
  await withStore(storeOptions(folder).options, (store) => store.append(rowsOf(documents, from), never));
}
