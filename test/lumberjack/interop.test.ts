import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { EventBlock } from "../../src/lumberjack/events.ts";
import { LumberjackSender } from "../../src/lumberjack/sender.ts";
import { LumberjackServer } from "../../src/lumberjack/server.ts";
import { freePort } from "../support/free-port.ts";
import { Recorder, slices, texts, until } from "./support.ts";

/** Where scripts/install-go-lumber.sh puts Elastic's own sender and receiver. */
const bin = join(process.cwd(), ".cache", "bin");
const missing = !existsSync(join(bin, "tst-send")) || !existsSync(join(bin, "tst-lj"));
const title = missing ? " (skipped: run scripts/install-go-lumber.sh)" : "";

describe(`lumberjack interop with Elastic's go-lumber${title}`, () => {
  const children: ChildProcess[] = [];
  let output = "";
  before(function () {
    if (missing) this.skip();
  });
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  function start(command: string, ...args: string[]): ChildProcess {
    output = "";
    const child = spawn(join(bin, command), args, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    children.push(child);
    return child;
  }

  /** Waits for a condition, but not for a child that has died. */
  async function reached(condition: () => boolean): Promise<void> {
    await until(() => condition() || children.some((child) => child.exitCode !== null));
    assert.ok(condition(), `the Go program ended: ${output}`);
  }

  describe("its sender to our receiver", () => {
    const cases = [
      { name: "plain, one window at a time", args: ["-compress", "0", "-batch", "100"] },
      { name: "compressed, one window at a time", args: ["-compress", "3", "-batch", "2048"] },
      { name: "compressed, five windows in flight", args: ["-compress", "9", "-batch", "512", "-pipeline", "5"] },
      {
        name: "plain, five windows in flight, windows larger than a memory block",
        args: ["-compress", "0", "-batch", "20000", "-pipeline", "5"],
      },
    ];
    for (const { name, args } of cases) {
      it(name, async () => {
        const recorder = new Recorder();
        let events = 0;
        const server = new LumberjackServer({
          host: "127.0.0.1",
          port: 0,
          log: recorder,
          counters: recorder,
          onEvents: (_, block) => {
            for (const text of texts(block)) {
              const event = JSON.parse(text) as Record<string, unknown>;
              assert.equal(event["type"], "filebeat");
              assert.equal(event["offset"], 1000);
              events++;
            }
            block.acknowledge(block.count);
          },
        });
        const { port } = await server.listen();
        const profiling = `127.0.0.1:${await freePort()}`;
        const child = start("tst-send", "-c", `127.0.0.1:${port}`, "-httpprof", profiling, ...args);
        try {
          await reached(() => events >= 60_000);
          assert.ok(recorder.count("windows_acknowledged") > 1);
          assert.equal(child.exitCode, null, output);
          assert.doesNotMatch(output, /protocol|invalid|EOF/i);
          assert.deepEqual(recorder.warnings, []);
        } finally {
          child.kill("SIGKILL");
          await server.close(200);
        }
      });
    }

    it("waits through keep-alives longer than its own patience", async () => {
      const blocks: EventBlock[] = [];
      const recorder = new Recorder();
      const server = new LumberjackServer({
        host: "127.0.0.1",
        port: 0,
        limits: { keepaliveMs: 100 },
        counters: recorder,
        onEvents: (_, block) => void blocks.push(block),
      });
      const { port } = await server.listen();
      const profiling = `127.0.0.1:${await freePort()}`;
      start("tst-send", "-c", `127.0.0.1:${port}`, "-httpprof", profiling, "-batch", "10", "-timeout", "500ms");
      try {
        await reached(() => blocks.length === 1);
        await reached(() => recorder.count("keepalives_sent") >= 5);
        blocks[0]?.acknowledge(4);
        await reached(() => recorder.count("keepalives_sent") >= 10);
        blocks[0]?.acknowledge(10);
        // It accepts the rest and sends the next window.
        await reached(() => blocks.length === 2);
        assert.equal(recorder.count("connections_accepted"), 1);
      } finally {
        children[0]?.kill("SIGKILL");
        await server.close(0);
      }
    });
  });

  describe("our sender to its receiver", () => {
    for (const compressionLevel of [0, 3]) {
      for (const pipelining of [1, 2, 5]) {
        it(`level ${compressionLevel}, ${pipelining} in flight`, async () => {
          const port = await freePort();
          start("tst-lj", "-v2", "-bind", `127.0.0.1:${port}`);
          await reached(() => output.includes("server up"));
          const recorder = new Recorder();
          const sender = new LumberjackSender({
            hosts: [{ host: "127.0.0.1", port }],
            compressionLevel,
            pipelining,
            backoffInitMs: 50,
            log: recorder,
            counters: recorder,
          });
          try {
            const window = slices(
              Array.from({ length: 2_000 }, (_, i) => JSON.stringify({ i, message: "x".repeat(i % 300) })),
            );
            await Promise.all(Array.from({ length: 10 }, () => sender.send(window)));
            assert.equal(recorder.count("events_acknowledged"), 20_000);
            await reached(() => output.match(/Received batch of 2000 events/g)?.length === 10);
            assert.deepEqual(recorder.warnings, []);
          } finally {
            sender.close();
          }
        });
      }
    }

    it("waits for a slow receiver", async () => {
      const port = await freePort();
      // Two batches a second.
      start("tst-lj", "-v2", "-bind", `127.0.0.1:${port}`, "-rate", "2");
      await reached(() => output.includes("server up"));
      const recorder = new Recorder();
      const sender = new LumberjackSender({
        hosts: [{ host: "127.0.0.1", port }],
        pipelining: 2,
        timeoutMs: 4_000,
        log: recorder,
        counters: recorder,
      });
      try {
        await Promise.all(Array.from({ length: 6 }, () => sender.send(slices(['{"a":1}']))));
        assert.deepEqual(recorder.warnings, []);
      } finally {
        sender.close();
      }
    });
  });
});
