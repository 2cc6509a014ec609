import assert from "node:assert/strict";
import { Backoff } from "../../src/lumberjack/backoff.ts";
import { LumberjackSender, type LumberjackSenderOptions } from "../../src/lumberjack/sender.ts";
import { LumberjackServer, type LumberjackServerOptions } from "../../src/lumberjack/server.ts";
import { ackFrame, ManualClock, type RawPeer, Recorder, rawServer, slices, texts, until } from "./support.ts";

describe("lumberjack sender", () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  function sender(ports: readonly number[], options: Partial<LumberjackSenderOptions> = {}): LumberjackSender {
    const made = new LumberjackSender({
      hosts: ports.map((port) => ({ host: "127.0.0.1", port })),
      random: () => 0,
      backoffInitMs: 10,
      backoffMaxMs: 40,
      ...options,
    });
    cleanups.push(() => made.close());
    return made;
  }
  async function receiver(
    options: Partial<LumberjackServerOptions> = {},
  ): Promise<{ port: number; got: string[]; server: LumberjackServer }> {
    const got: string[] = [];
    const server = new LumberjackServer({
      host: "127.0.0.1",
      port: 0,
      onEvents: (_, block) => {
        got.push(...texts(block));
        block.acknowledge(block.count);
      },
      ...options,
    });
    const { port } = await server.listen();
    cleanups.push(() => server.close(50));
    return { port, got, server };
  }
  async function raw(onPeer: (peer: RawPeer, nth: number) => void): Promise<{ port: number; close: () => void }> {
    let nth = 0;
    const server = await rawServer((peer) => onPeer(peer, nth++));
    cleanups.push(server.close);
    return server;
  }
  /** A port where nobody listens. */
  async function deadPort(): Promise<number> {
    const server = await rawServer(() => {});
    server.close();
    return server.port;
  }
  const many = (n: number, prefix = ""): string[][] => Array.from({ length: n }, (_, i) => [`${prefix}${i}`]);

  it("sends windows in order and connects only when there is something to send", async () => {
    const { port, got, server } = await receiver();
    const recorder = new Recorder();
    const lumberjack = sender([port], { log: recorder, counters: recorder });
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(server.connections, 0);
    await Promise.all(many(20).map((events) => lumberjack.send(slices(events))));
    assert.deepEqual(got, many(20).flat());
    assert.equal(lumberjack.pending, 0);
    assert.deepEqual(recorder.lines, [`info lumberjack: sending to 127.0.0.1:${port}`]);
    assert.equal(recorder.count("events_acknowledged"), 20);
  });

  it("sends whole windows again, oldest first, when the connection breaks before the acknowledgement", async () => {
    const first: Buffer[] = [];
    const server = await raw((peer, nth) => {
      if (nth > 0) {
        peer.socket.on("data", (chunk: Buffer) => {
          first.push(chunk);
          for (let at = chunk.indexOf("2W"); at >= 0; at = chunk.indexOf("2W", at + 1)) peer.socket.write(ackFrame(2));
        });
        return;
      }
      // Acknowledges one event of two, then breaks.
      peer.socket.once("data", () => peer.socket.end(ackFrame(1)));
    });
    const recorder = new Recorder();
    const lumberjack = sender([server.port], { log: recorder, counters: recorder, compressionLevel: 0 });
    await Promise.all(
      [
        ["a1", "a2"],
        ["b1", "b2"],
        ["c1", "c2"],
      ].map((events) => lumberjack.send(slices(events))),
    );
    const again = Buffer.concat(first).toString("latin1");
    assert.deepEqual(again.match(/[abc][12]/g), ["a1", "a2", "b1", "b2", "c1", "c2"]);
    assert.equal(recorder.count("windows_resent"), 2);
    assert.match(
      recorder.warnings.join(),
      /closed the connection before it acknowledged everything; trying again until it works/,
    );
  });

  it("says once that a host is down, however often it is tried, and once that it is back", async () => {
    const clock = new ManualClock();
    const port = await deadPort();
    const recorder = new Recorder();
    const lumberjack = sender([port], {
      log: recorder,
      counters: recorder,
      clock,
      backoffInitMs: 1_000,
      backoffMaxMs: 60_000,
    });
    const sent = lumberjack.send(slices(["x"]));
    const waits: number[] = [];
    for (let tries = 1; tries <= 9; tries++) {
      await until(() => recorder.count("connect_failures") === tries && clock.waits.length === 1);
      waits.push(clock.waits[0] as number);
      if (tries < 9) clock.advance(waits.at(-1) as number);
    }
    // Half of each wait is fixed; the injected random number is 0.
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    assert.equal(recorder.lines.length, 1);
    assert.match(
      recorder.lines[0] as string,
      /^warn lumberjack: cannot connect to 127\.0\.0\.1:\d+: .*ECONNREFUSED.*; trying again until it works$/,
    );
    const { got } = await receiver({ port });
    clock.advance(30_000);
    await sent;
    assert.deepEqual(got, ["x"]);
    assert.deepEqual(recorder.lines.slice(1), [`info lumberjack: sending to 127.0.0.1:${port}`]);
  });

  it("goes to the next host at once in failover, and stays there", async () => {
    const clock = new ManualClock();
    const { port, got } = await receiver();
    const lumberjack = sender([await deadPort(), port], { clock });
    // No time passes but the wait of zero.
    const sent = lumberjack.send(slices(["1"]));
    await until(() => clock.waits.includes(0));
    clock.advance(0);
    await sent;
    await lumberjack.send(slices(["2"]));
    assert.deepEqual(got, ["1", "2"]);
  });

  it("sends to all hosts at once when balancing, and to the rest when one dies", async () => {
    const [one, two] = [await receiver(), await receiver()];
    const lumberjack = sender([one.port, two.port], { mode: "loadbalance" });
    assert.equal(lumberjack.capacity, 4);
    await Promise.all(many(40).map((events) => lumberjack.send(slices(events))));
    assert.ok(one.got.length > 0 && two.got.length > 0, `${one.got.length} and ${two.got.length}`);
    assert.deepEqual([...one.got, ...two.got].sort(), many(40).flat().sort());
    await one.server.close(10);
    await Promise.all(many(10, "late").map((events) => lumberjack.send(slices(events))));
    assert.equal(two.got.filter((text) => text.startsWith("late")).length, 10);
  });

  it("opens a new connection after the receiver closed an idle one, without a word and without a wait", async () => {
    const clock = new ManualClock();
    const recorder = new Recorder();
    const { port, got } = await receiver({ limits: { inactivityMs: 30 } });
    const lumberjack = sender([port], { log: recorder, counters: recorder, clock });
    await lumberjack.send(slices(["1"]));
    await until(() => lumberjack.connections === 0);
    await lumberjack.send(slices(["2"]));
    assert.deepEqual(got, ["1", "2"]);
    assert.deepEqual(recorder.warnings, []);
    assert.equal(recorder.count("connects"), 2);
  });

  it("gives up a host that accepts and never answers, and tries again", async () => {
    const { port } = await raw((peer, nth) => {
      if (nth > 0) peer.socket.on("data", () => peer.socket.write(ackFrame(1)));
    });
    const recorder = new Recorder();
    const lumberjack = sender([port], { timeoutMs: 50, compressionLevel: 0, log: recorder });
    await lumberjack.send(slices(["1"]));
    assert.match(recorder.warnings.join(), /no acknowledgement and no keep-alive within 0\.05 s/);
  });

  it("rejects what is not acknowledged when it is closed, also while it connects or waits", async () => {
    const { port } = await raw(() => {});
    for (const target of [port, await deadPort()]) {
      const lumberjack = sender([target], { backoffInitMs: 60_000 });
      const sent = [lumberjack.send(slices(["1"])), lumberjack.send(slices(["2"])), lumberjack.send(slices(["3"]))];
      await new Promise((resolve) => setTimeout(resolve, 20));
      lumberjack.close();
      for (const window of [...sent, lumberjack.send(slices(["4"]))]) await assert.rejects(window, { code: "CLOSED" });
    }
  });

  it("spreads its waits", () => {
    const backoff = new Backoff({ initMs: 1_000, maxMs: 3_000, random: () => 0.5 });
    assert.deepEqual([backoff.next(), backoff.next(), backoff.next(), backoff.next()], [750, 1_500, 2_250, 2_250]);
    backoff.reset();
    assert.equal(backoff.next(), 750);
  });
});
