import assert from "node:assert/strict";
import { LumberjackError } from "../../src/lumberjack/errors.ts";
import type { EventBlock, LumberjackPeer } from "../../src/lumberjack/events.ts";
import type { ReceiverLimits } from "../../src/lumberjack/limits.ts";
import { LumberjackServer, type LumberjackServerOptions } from "../../src/lumberjack/server.ts";
import {
  compressedFrame,
  dataFrame,
  jsonFrame,
  jsonWindow,
  ManualClock,
  RawPeer,
  Recorder,
  texts,
  u32,
  until,
  windowFrame,
} from "./support.ts";

interface Received {
  peer: LumberjackPeer;
  block: EventBlock;
  texts: string[];
}

class Fixture {
  readonly recorder = new Recorder();
  readonly received: Received[] = [];
  readonly server: LumberjackServer;
  readonly #peers: RawPeer[] = [];
  port = 0;

  /** `onBlock` says what to do with each block; by default it is acknowledged at once. */
  constructor(
    limits: Partial<ReceiverLimits> = {},
    onBlock: (block: EventBlock) => void = (block) => block.acknowledge(block.count),
    more: Partial<LumberjackServerOptions> = {},
  ) {
    this.server = new LumberjackServer({
      host: "127.0.0.1",
      port: 0,
      limits,
      log: this.recorder,
      counters: this.recorder,
      onEvents: (peer, block) => {
        this.received.push({ peer, block, texts: texts(block) });
        onBlock(block);
      },
      ...more,
    });
  }

  async listen(): Promise<this> {
    this.port = (await this.server.listen()).port;
    return this;
  }
  async peer(): Promise<RawPeer> {
    const peer = await RawPeer.connect(this.port);
    this.#peers.push(peer);
    return peer;
  }
  async close(): Promise<void> {
    for (const peer of this.#peers) peer.socket.resetAndDestroy();
    await this.server.close(100);
  }
}

const nothing = (): void => {};

describe("lumberjack server", () => {
  let fixture: Fixture;
  afterEach(() => fixture.close());

  it("hands events on and acknowledges whole windows, in the version of the sender", async () => {
    fixture = await new Fixture().listen();
    const peer = await fixture.peer();
    peer.socket.write(jsonWindow(['{"a":1}', '{"a":2}']));
    await until(() => peer.received.length === 6);
    peer.socket.write(Buffer.concat([windowFrame(1, "1"), dataFrame(41, [["line", "x"]], "1")]));
    await until(() => peer.received.length === 12);
    assert.deepEqual(
      fixture.received.map((entry) => entry.texts),
      [['{"a":1}', '{"a":2}'], ['{"line":"x"}']],
    );
    assert.equal(peer.received.toString("latin1"), "2A\0\0\0\x021A\0\0\0\x29");
    assert.equal(fixture.received[0]?.peer.address, "127.0.0.1");
    assert.equal(fixture.recorder.count("events_received"), 3);
    assert.deepEqual(fixture.recorder.warnings, []);
  });

  it("acknowledges in order, only what is done", async () => {
    fixture = await new Fixture({}, nothing).listen();
    const peer = await fixture.peer();
    peer.socket.write(Buffer.concat([jsonWindow(["1", "2", "3"]), jsonWindow(["4", "5"]), jsonWindow(["6"])]));
    await until(() => fixture.received.length === 3);
    const [first, second, third] = fixture.received.map((entry) => entry.block) as [EventBlock, EventBlock, EventBlock];
    third.acknowledge(1);
    second.acknowledge(2);
    first.acknowledge(2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(peer.acks, []);
    first.acknowledge(3);
    await until(() => peer.acks.length === 3);
    assert.deepEqual(peer.acks, [3, 2, 1]);
    assert.throws(() => first.acknowledge(4), RangeError);
  });

  it("keeps a waiting sender patient: 0, or what is done of the window that is worked on", async () => {
    const clock = new ManualClock();
    fixture = await new Fixture({ keepaliveMs: 3000 }, nothing, { clock }).listen();
    const peer = await fixture.peer();
    peer.socket.write(Buffer.concat([jsonWindow(["1", "2", "3"]), jsonWindow(["4", "5"])]));
    await until(() => fixture.received.length === 2);
    const [first, second] = fixture.received.map((entry) => entry.block) as [EventBlock, EventBlock];
    const next = async (n: number): Promise<void> => {
      clock.advance(3000);
      await until(() => peer.acks.length === n);
    };
    await next(1);
    first.acknowledge(2);
    await next(2);
    first.acknowledge(3);
    await until(() => peer.acks.length === 3);
    // The finished window's sequence would be read as the next window's.
    await next(4);
    second.acknowledge(2);
    await until(() => peer.acks.length === 5);
    assert.deepEqual(peer.acks, [0, 2, 3, 0, 2]);
    clock.advance(30_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(peer.acks.length, 5, "no keep-alive when nothing is owed");
  });

  it("closes a connection that sends nothing and is owed nothing, and no other", async () => {
    const clock = new ManualClock();
    fixture = await new Fixture({ inactivityMs: 60_000 }, nothing, { clock }).listen();
    const [idle, owed] = [await fixture.peer(), await fixture.peer()];
    owed.socket.write(jsonWindow(["{}"]));
    await until(() => fixture.received.length === 1 && fixture.server.connections === 2);
    clock.advance(61_000);
    await until(() => idle.ended || idle.closed);
    assert.equal(fixture.recorder.count("connections_dropped_inactive"), 1);
    await until(() => fixture.server.connections === 1);
    assert.deepEqual(fixture.recorder.warnings, []);
  });

  it("disconnects a sender of garbage with one line that says who, what and where, and serves the others", async () => {
    fixture = await new Fixture().listen();
    const [good, bad] = [await fixture.peer(), await fixture.peer()];
    const address = `127.0.0.1:${bad.socket.localPort}`;
    bad.socket.write(Buffer.concat([jsonWindow(["{}"]), Buffer.from("garbage")]));
    await until(() => bad.closed || bad.ended);
    good.socket.write(jsonWindow(["1"]));
    await until(() => good.acks.length === 1);
    assert.deepEqual(fixture.recorder.warnings, [
      `warn lumberjack: closed the connection from ${address}: not a Lumberjack frame (version byte 'g' (0x67)), at byte 18`,
    ]);
    assert.equal(fixture.recorder.count("connections_dropped_protocol"), 1);
  });

  it("disconnects endless, oversized and exploding frames", async () => {
    fixture = await new Fixture({ maxInflatedBytes: 100_000, maxEventBytes: 5_000 }).listen();
    const streams = [
      Buffer.concat([windowFrame(1), Buffer.from("2J"), u32(1), u32(0xffffffff), Buffer.alloc(1000)]),
      Buffer.concat([windowFrame(1), compressedFrame(jsonFrame(1, " ".repeat(10_000_000)))]),
      windowFrame(0xffffffff),
    ];
    for (const stream of streams) {
      const peer = await fixture.peer();
      peer.socket.write(stream);
      await until(() => peer.closed || peer.ended);
    }
    assert.equal(fixture.recorder.count("connections_dropped_limit"), 3);
    assert.equal(fixture.recorder.warnings.length, 3);
    assert.deepEqual(fixture.received, []);
  });

  it("says no more than ten such lines in ten seconds, then how many were kept back", async () => {
    const clock = new ManualClock();
    fixture = await new Fixture({}, nothing, { clock }).listen();
    for (let i = 0; i < 14; i++) {
      const peer = await fixture.peer();
      peer.socket.write("!!!!!!");
      await until(() => peer.closed || peer.ended);
    }
    assert.equal(fixture.recorder.warnings.length, 10);
    clock.advance(10_000);
    assert.match(fixture.recorder.warnings[10] as string, /4 more such warnings/);
    assert.equal(fixture.recorder.count("connections_dropped_protocol"), 14);
  });

  it("answers a sender that has closed its half, then closes", async () => {
    fixture = await new Fixture({}, nothing).listen();
    const peer = await fixture.peer();
    peer.socket.end(jsonWindow(["1", "2"]));
    await until(() => fixture.received.length === 1);
    assert.equal(peer.ended, false);
    fixture.received[0]?.block.acknowledge(2);
    await until(() => peer.ended);
    assert.deepEqual(peer.acks, [2]);
    await until(() => fixture.server.connections === 0);
    assert.equal(fixture.recorder.count("connections_cut"), 0);
  });

  it("counts a sender that ends in the middle of a window, and acknowledges nothing of it", async () => {
    fixture = await new Fixture().listen();
    const peer = await fixture.peer();
    peer.socket.end(jsonWindow(["1", "2"]).subarray(0, 20));
    await until(() => peer.ended);
    assert.deepEqual(peer.acks, []);
    assert.equal(fixture.recorder.count("connections_cut"), 1);
    assert.match(
      fixture.recorder.warnings[0] as string,
      /ended in the middle of a window, after 20 bytes; its sender will send again/,
    );
  });

  it("survives acknowledgements after the connection has gone", async () => {
    fixture = await new Fixture({}, nothing).listen();
    const peer = await fixture.peer();
    peer.socket.write(jsonWindow(["1"]));
    await until(() => fixture.received.length === 1);
    peer.socket.resetAndDestroy();
    await until(() => fixture.server.connections === 0);
    fixture.received[0]?.block.acknowledge(1);
    fixture.received[0]?.block.release();
  });

  it("stops reading while too many bytes are held, and goes on when they are released", async () => {
    const window = jsonWindow([JSON.stringify("x".repeat(10_000))]);
    fixture = await new Fixture({ maxConnectionBytes: 25_000 }, nothing).listen();
    const peer = await fixture.peer();
    const all = 400;
    peer.socket.write(Buffer.concat(Array.from({ length: all }, () => window)));
    await until(() => fixture.received.length === 3);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(fixture.received.length, 3, "30,000 bytes are held, more than 25,000");
    assert.ok(fixture.recorder.count("bytes_received") < 1_000_000, "the rest has stayed with the sender");
    let released = 0;
    while (released < all) {
      await until(() => fixture.received.length > released);
      fixture.received[released++]?.block.release();
      assert.ok(fixture.received.length - released <= 3);
    }
    for (const { block } of fixture.received) block.acknowledge(1);
    await until(() => peer.acks.length === all);
  });

  it("stops reading from everybody while the server holds too many bytes; keeps those patient too", async () => {
    const clock = new ManualClock();
    const window = jsonWindow([JSON.stringify("x".repeat(10_000))]);
    fixture = await new Fixture({ maxServerBytes: 15_000 }, nothing, { clock }).listen();
    const [one, two] = [await fixture.peer(), await fixture.peer()];
    one.socket.write(Buffer.concat([window, window, window]));
    await until(() => fixture.received.length === 2);
    two.socket.write(Buffer.concat([window, window]));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(fixture.received.length, 2, "nothing more from anybody");
    clock.advance(5_000);
    await until(() => one.acks.length === 1 && two.acks.length === 1);
    for (let i = 0; i < 5; i++) {
      await until(() => fixture.received.length > i);
      fixture.received[i]?.block.acknowledge(1);
    }
    await until(() => one.acks.length === 4 && two.acks.length === 3);
    assert.deepEqual(two.acks, [0, 1, 1]);
  });

  it("gives the memory of a block to nobody before it is released", async () => {
    fixture = await new Fixture({ arenaBytes: 4096 }, nothing).listen();
    const peer = await fixture.peer();
    const all = Array.from({ length: 300 }, (_, i) => JSON.stringify({ i, pad: "y".repeat(i) }));
    for (const event of all) peer.socket.write(jsonWindow([event]));
    await until(() => fixture.received.length === all.length);
    assert.deepEqual(
      fixture.received.flatMap((entry) => texts(entry.block)),
      all,
    );
  });

  it("disconnects a peer that leaves its acknowledgements unread", async () => {
    const clock = new ManualClock();
    fixture = await new Fixture({ maxUnreadAckBytes: 1_000, inactivityMs: 1e12 }, nothing, { clock }).listen();
    const peer = await fixture.peer();
    peer.socket.pause();
    peer.socket.write(jsonWindow(["1"]));
    await until(() => fixture.received.length === 1);
    for (let i = 0; i < 2_000 && fixture.server.connections > 0; i++) {
      clock.advance(3_000_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.match(
      fixture.recorder.warnings[0] as string,
      /has left \d+ bytes of acknowledgements unread \(limit 1000\)/,
    );
  });

  it("turns connections away above the limit", async () => {
    fixture = await new Fixture({ maxConnections: 2 }).listen();
    const peers = [await fixture.peer(), await fixture.peer(), await fixture.peer()];
    await until(() => peers.some((peer) => peer.closed || peer.ended));
    assert.equal(fixture.recorder.count("connections_refused"), 1);
    assert.match(
      fixture.recorder.warnings[0] as string,
      /refused a connection from 127\.0\.0\.1:\d+: more than 2 connections/,
    );
  });

  it("closes gracefully: no new connections, acknowledgements of what it has, then the end", async () => {
    fixture = await new Fixture({}, nothing).listen();
    const [idle, busy] = [await fixture.peer(), await fixture.peer()];
    busy.socket.write(Buffer.concat([jsonWindow(["1"]), windowFrame(1)]));
    await until(() => fixture.received.length === 1);
    const closed = fixture.server.close(60_000);
    await until(() => idle.ended);
    await assert.rejects(fixture.peer(), { code: "ECONNREFUSED" });
    busy.socket.write(jsonFrame(1, "2"));
    fixture.received[0]?.block.acknowledge(1);
    await until(() => busy.ended);
    for (const peer of [idle, busy]) peer.socket.end();
    await closed;
    assert.deepEqual(busy.acks, [1]);
    assert.equal(fixture.received.length, 1, "nothing is read any more");
  });

  it("does not wait longer than the grace time", async () => {
    fixture = await new Fixture({}, nothing).listen();
    const peer = await fixture.peer();
    peer.socket.write(jsonWindow(["1"]));
    await until(() => fixture.received.length === 1);
    await fixture.server.close(20);
    await until(() => peer.closed || peer.ended);
    assert.deepEqual(peer.acks, []);
  });

  it("refuses a port in use and a bad certificate with errors that say so", async () => {
    fixture = await new Fixture().listen();
    const more = (options: Partial<LumberjackServerOptions>): Promise<unknown> =>
      new LumberjackServer({ host: "127.0.0.1", port: 0, onEvents: nothing, ...options }).listen();
    const failure = async (listening: Promise<unknown>): Promise<LumberjackError> => {
      const fault: unknown = await listening.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      assert.ok(fault instanceof LumberjackError, String(fault));
      return fault;
    };
    const inUse = await failure(more({ port: fixture.port }));
    assert.equal(inUse.code, "ADDRESS_IN_USE");
    assert.equal(inUse.message, `cannot listen on 127.0.0.1:${fixture.port}: another program listens there`);
    assert.equal((await failure(more({ host: "192.0.2.1" }))).code, "ADDRESS_UNAVAILABLE");
    const bad = await failure(more({ tls: { cert: "not a certificate", key: "not a key" } }));
    assert.equal(bad.code, "BAD_TLS_OPTIONS");
    assert.match(bad.message, /TLS settings cannot be used: the certificate, key or authority is not PEM/);
  });
});
