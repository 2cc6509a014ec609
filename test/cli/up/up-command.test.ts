import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runAntler } from "../../support/run-antler.ts";
import { type RunningCommand, startAntler } from "./running-command.ts";

type Document = Record<string, Record<string, unknown>> & { message?: string; tags?: string[] };

describe("antler up", function () {
  this.timeout(40_000);
  let folder: string;
  let running: RunningCommand | undefined;
  const inFolder = (...names: string[]): string => join(folder, ...names);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'antler up\'s "test" '));
    mkdirSync(inFolder("logs", "nginx"), { recursive: true });
  });
  afterEach(async () => {
    if (running?.child.exitCode === null) await running.end("SIGKILL");
    running = undefined;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function found(data: string, query: string): Promise<Document[]> {
    const { code, stdout, stderr } = await runAntler(["search", query, "--json", "--data", inFolder(data)]);
    assert.equal(code, 0, stderr);
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Document);
  }

  describe("--once over a folder of logs", () => {
    let first: Awaited<ReturnType<typeof runAntler>>;
    before(async () => {
      const clock = "23/Nov/2026:04:10:01 +0000";
      const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0";
      writeFileSync(
        inFolder("logs/nginx/access.log"),
        `203.0.113.7 - anna [${clock}] "GET /cart?id=7 HTTP/1.1" 502 512 "-" "${agent}"\n`,
      );
      writeFileSync(
        inFolder("logs/syslog"),
        "Nov 23 04:12:01 web1 sshd[811]: Failed password for root from 203.0.113.9 port 40122 ssh2\n" +
          "Nov 23 04:12:05 web1 systemd[1]: Started Daily apt download activities.\n",
      );
      writeFileSync(
        inFolder("logs/orders.log"),
        '{"time":"2026-11-23T04:13:00.000Z","level":"error","msg":"connection refused","service":"orders"}\n',
      );
      writeFileSync(
        inFolder("logs/shop.log"),
        "2026-11-23 04:14:00,123 ERROR [main] shop.Till - boom\njava.lang.IllegalStateException: no stock\n" +
          "\tat shop.Till.sell(Till.java:10)\nCaused by: java.io.IOException: disk\n\t... 3 more\n" +
          "2026-11-23 04:14:01,000 INFO [main] shop.Till - without its end",
      );
      writeFileSync(inFolder("logs/orders.log-expected.json"), '[\n  {\n    "a": 1\n  }\n]\n');
      first = await runAntler(["up", "--once", "--data", inFolder("data"), inFolder("logs")]);
    });

    it("says what it reads, leaves out, where it stores and how to search", () => {
      assert.equal(first.code, 0, first.stderr);
      assert.equal(first.stdout, "");
      assert.match(first.stderr, /^left out: \S.*orders\.log-expected\.json is one JSON document/m);
      assert.equal(first.stderr.match(/^reading /gm)?.length, 4, first.stderr);
      assert.ok(first.stderr.includes(`storing in ${inFolder("data")}`), first.stderr);
      assert.match(first.stderr, /^all there was is stored: 6 events$/m);
      assert.match(first.stderr, /^done: read 6 \| stored 6 \| filtered 0 \| dead letters 0$/m);
      assert.match(first.stderr, /^search it: antler search --data '\/.*' '/m);
    });

    for (const [query, dataset] of [
      ["source.ip:203.0.113.7 and http.response.status_code >= 500 and user_agent.name:Firefox", "nginx.access"],
      ["user.name:root and event.outcome:failure and source.ip:203.0.113.0/24", "system.auth"],
      ["process.name:systemd and message:apt", "system.syslog"],
      ['log.level:error and message:"connection refused"', "application.json"],
      ['log.level:error and message:"Caused by" and message:"no stock"', "generic"],
      ['message:"without its end"', "generic"],
    ] as const) {
      it(`finds ${query}`, async () => {
        const documents = await found("data", query);
        assert.deepEqual(
          documents.map((document) => document["event"]?.["dataset"]),
          [dataset],
        );
        assert.equal(documents[0]?.tags, undefined);
      });
    }

    it("stores nothing twice, and lines that are added once", async () => {
      const again = await runAntler(["up", "--once", "--data", inFolder("data"), inFolder("logs")]);
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stderr, /^nothing new/m);
      assert.match(again.stderr, /^done: read 0 \| stored 0 /m);
      appendFileSync(inFolder("logs/syslog"), "Nov 23 04:13:05 web1 cron[9]: an added line\n");
      const more = await runAntler(["up", "--once", "--data", inFolder("data"), inFolder("logs")]);
      assert.match(more.stderr, /^done: read 1 \| stored 1 /m);
      assert.equal((await found("data", "added")).length, 1);
      assert.equal((await found("data", "")).length, 7);
    });

    it("takes a document that is named itself", async () => {
      const path = inFolder("logs/orders.log-expected.json");
      const { code, stderr } = await runAntler(["up", "--once", "--data", inFolder("document"), path]);
      assert.equal(code, 0, stderr);
      assert.ok(stderr.includes(`reading ${path}`), stderr);
    });
  });

  describe("while it runs", () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      it(`is searched, gives new events to --follow, and ends at ${signal} with its counts`, async () => {
        const log = inFolder(`live-${signal}.log`);
        writeFileSync(log, "one\ntwo\n");
        running = startAntler("up", "--data", inFolder(signal), log);
        await running.hasSaid(/all there was is stored: 2 events/);
        assert.match(running.stderr(), /^following .*\nstoring in .*\nsearch, .*\nCtrl-C stops; .*\n/);
        assert.equal((await found(signal, "two")).length, 1);
        const follower = startAntler("search", "thr*", "--follow", "--json", "--data", inFolder(signal));
        try {
          // The follower has no word for it that it is ready: lines come until it has seen one.
          for (let line = 0; follower.stdout() === "" && line < 100; line++) {
            appendFileSync(log, `three ${line}\n`);
            await sleep(150);
          }
          assert.match(follower.stdout(), /"message":"three \d+"/);
          assert.equal(await follower.end("SIGINT"), 0, follower.stderr());
        } finally {
          follower.child.kill("SIGKILL");
        }
        assert.equal(await running.end(signal), 0, running.stderr());
        assert.match(running.stderr(), /^stopped: read [\d,]+ \| stored [\d,]+ \| filtered 0 \| dead letters 0$/m);
      });
    }

    it("has its data folder for itself", async () => {
      const log = inFolder("owned.log");
      writeFileSync(log, "one\n");
      running = startAntler("up", "--data", inFolder("owned"), log);
      await running.hasSaid(/storing in/);
      const second = await runAntler(["up", "--data", inFolder("owned"), log]);
      assert.equal(second.code, 70);
      assert.match(second.stderr, /^antler: another antler works with \S.*; stop it, or choose another .* --data$/m);
      assert.doesNotMatch(second.stderr, /following|\n {4}at /);
      assert.equal(await running.end("SIGINT"), 0);
    });
  });

  it("reads standard input and ends with it", async () => {
    const { code, stderr } = await runAntler(["up", "--data", inFolder("stdin"), "-"], "one\ntwo\nthree");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^done: read 3 \| stored 3 /m);
    assert.deepEqual((await found("stdin", "")).map(({ message }) => message).sort(), ["one", "three", "two"]);
  });

  it("ends with 2 when no argument gives a log, and makes no folder", async () => {
    const data = inFolder("never");
    const { code, stderr } = await runAntler(["up", "--data", data, "/nope/*.log", "absent.log"]);
    assert.equal(code, 2);
    assert.match(stderr, /^error: no file matches \/nope\/\*\.log \(/m);
    assert.match(stderr, /^error: absent\.log does not exist$/m);
    assert.match(stderr, /^antler: none of the arguments gives a log to read/m);
    assert.doesNotMatch((await runAntler(["search", "--data", data])).stderr, /\n {4}at /);
  });

  it("goes on with the arguments that are good", async () => {
    writeFileSync(inFolder("good.log"), "good\n");
    writeFileSync(inFolder("bad.bin"), Buffer.from([1, 0, 2]));
    const args = [inFolder("absent"), inFolder("bad.bin"), inFolder("good.log")];
    const { code, stderr } = await runAntler(["up", "--once", "--data", inFolder("some"), ...args]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^error: .*absent does not exist$/m);
    assert.match(stderr, /^error: .*bad\.bin is no text$/m);
    assert.match(stderr, /^done: read 1 \| stored 1 /m);
  });

  it("refuses the store of another version, which search does too", async () => {
    mkdirSync(inFolder("newer/up/main/store"), { recursive: true });
    writeFileSync(inFolder("newer/up/main/store/store.json"), '{"format":2}\n');
    const log = inFolder("version.log");
    writeFileSync(log, "one\n");
    const up = await runAntler(["up", "--once", "--data", inFolder("newer"), log]);
    const search = await runAntler(["search", "--data", inFolder("newer")]);
    assert.deepEqual([up.code, search.code], [70, 2]);
    for (const { stderr } of [up, search]) {
      assert.match(stderr, /^antler: .* was written by another version of Antler \(format 2, this one reads 1\)/m);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it("says why it cannot store, without a stack trace", async () => {
    writeFileSync(inFolder("file"), "no folder");
    const log = inFolder("refused.log");
    writeFileSync(log, "one\n");
    const { code, stderr } = await runAntler(["up", "--once", "--data", inFolder("file"), log]);
    assert.equal(code, 70);
    assert.match(stderr, /^antler: cannot store in .*: a part of the path is a file; choose another .* --data\n$/);
  });
});
