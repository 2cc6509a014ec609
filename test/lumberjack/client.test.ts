import assert from "node:assert/strict";
import { LumberjackClient, type LumberjackClientOptions } from "../../src/lumberjack/client.ts";
import { LumberjackError, type LumberjackErrorCode } from "../../src/lumberjack/errors.ts";
import { nodeNetwork } from "../../src/lumberjack/network.ts";
import {
  ackFrame,
  compressedFrame,
  jsonFrame,
  jsonWindow,
  ManualClock,
  type RawPeer,
  rawServer,
  slices,
  until,
  windowFrame,
} from "./support.ts";

const never = new AbortController().signal;

describe("lumberjack client", () => {
  let server: Awaited<ReturnType<typeof rawServer>>;
  let receiver: RawPeer;
  let client: LumberjackClient;
  let reasons: LumberjackError[];

  async function start(options: LumberjackClientOptions = {}): Promise<void> {
    reasons = [];
    const accepted: RawPeer[] = [];
    server = await rawServer((peer) => accepted.push(peer));
    const channel = await nodeNetwork.connect({ host: "127.0.0.1", port: server.port }, never);
    client = new LumberjackClient(channel, { ...options, onClosed: (reason) => reasons.push(reason) });
    await until(() => accepted.length === 1);
    receiver = accepted[0] as RawPeer;
  }
  afterEach(() => {
    client.close();
    server.close();
  });

  /** The code that a window is rejected with. */
  const rejection = async (window: Promise<void>): Promise<LumberjackErrorCode> => {
    const fault: unknown = await window.then(
      () => "it was acknowledged",
      (reason: unknown) => reason,
    );
    assert.ok(fault instanceof LumberjackError, String(fault));
    return fault.code;
  };
  const settled = async (window: Promise<void>): Promise<boolean> => {
    let done = false;
    void window.then(
      () => {
        done = true;
      },
      () => {
        done = true;
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    return done;
  };

  it("writes a plain window at level 0, byte for byte", async () => {
    await start({ compressionLevel: 0 });
    const events = ['{"a":1}', "", '{"ü":"€"}', "x".repeat(70_000)];
    const window = client.send(slices(events));
    const expected = jsonWindow(events);
    await until(() => receiver.received.length >= expected.length);
    assert.ok(receiver.received.equals(expected));
    receiver.socket.write(ackFrame(4));
    await window;
  });

  it("writes one compressed frame at the other levels", async () => {
    const events = Array.from({ length: 50 }, (_, i) => JSON.stringify({ i, text: "the same again and again" }));
    const frames = Buffer.concat(events.map((json, i) => jsonFrame(i + 1, json)));
    await start({ compressionLevel: 6 });
    void client.send(slices(events));
    const expected = Buffer.concat([windowFrame(50), compressedFrame(frames)]);
    await until(() => receiver.received.length >= expected.length);
    assert.ok(receiver.received.equals(expected), "zlib's default level is 6");
  });

  it("resolves at the last acknowledgement only; partial ones, keep-alives and split frames are understood", async () => {
    await start({ compressionLevel: 0 });
    const window = client.send(slices(["1", "2", "3"]));
    await until(() => receiver.received.length > 0);
    for (const frame of [ackFrame(0), ackFrame(2), ackFrame(0), ackFrame(1)]) {
      for (const byte of frame) receiver.socket.write(Buffer.from([byte]));
    }
    assert.equal(await settled(window), false);
    receiver.socket.write(ackFrame(3));
    await window;
    assert.equal(client.inFlight, 0);
  });

  it("keeps `pipelining` windows in flight and no more, acknowledged in order", async () => {
    await start({ compressionLevel: 0, pipelining: 2 });
    const order: number[] = [];
    const windows = [1, 2, 3, 4].map((n) => client.send(slices([`${n}`, `${n}`])).then(() => order.push(n)));
    const size = jsonWindow(["1", "1"]).length;
    await until(() => receiver.received.length >= 2 * size);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(receiver.received.length, 2 * size);
    receiver.socket.write(Buffer.concat([ackFrame(2), ackFrame(1)]));
    await until(() => receiver.received.length >= 3 * size);
    receiver.socket.write(Buffer.concat([ackFrame(2), ackFrame(2)]));
    await until(() => receiver.received.length >= 4 * size);
    receiver.socket.write(ackFrame(2));
    await Promise.all(windows);
    assert.deepEqual(order, [1, 2, 3, 4]);
  });

  it("writes compressed windows in the order they were sent, however long compressing takes", async () => {
    const waits = [30, 0, 10];
    await start({
      pipelining: 3,
      compress: async (bytes) => {
        const copy = Buffer.from(bytes);
        await new Promise((resolve) => setTimeout(resolve, waits.shift()));
        return copy;
      },
    });
    for (const n of ["1", "2", "3"]) void client.send(slices([n])).catch(() => {});
    const each = (n: string): Buffer => Buffer.concat([windowFrame(1), Buffer.from("2C\0\0\0\x0b"), jsonFrame(1, n)]);
    const expected = Buffer.concat([each("1"), each("2"), each("3")]);
    await until(() => receiver.received.length >= expected.length);
    assert.ok(receiver.received.equals(expected));
  });

  it("gives the connection up when nothing is heard in time, and rejects all its windows", async () => {
    const clock = new ManualClock();
    await start({ compressionLevel: 0, timeoutMs: 30_000, clock });
    const windows = [client.send(slices(["1"])), client.send(slices(["2"])), client.send(slices(["3"]))];
    const codes = Promise.all(windows.map(rejection));
    await until(() => receiver.received.length > 0);
    clock.advance(29_000);
    receiver.socket.write(ackFrame(0));
    await new Promise((resolve) => setTimeout(resolve, 20));
    clock.advance(29_000);
    assert.equal(client.closed, false, "a keep-alive restarts the wait");
    clock.advance(1_000);
    assert.deepEqual(await codes, ["TIMED_OUT", "TIMED_OUT", "TIMED_OUT"]);
    assert.match(reasons[0]?.message ?? "", /^127\.0\.0\.1:\d+: no acknowledgement and no keep-alive within 30 s$/);
    assert.equal(reasons.length, 1);
    assert.equal(await rejection(client.send(slices(["4"]))), "TIMED_OUT");
  });

  it("does not time out while nothing is in flight", async () => {
    const clock = new ManualClock();
    await start({ compressionLevel: 0, clock });
    const window = client.send(slices(["1"]));
    await until(() => receiver.received.length > 0);
    receiver.socket.write(ackFrame(1));
    await window;
    clock.advance(1_000_000);
    assert.equal(client.closed, false);
    void client.send(slices(["2"])).catch(() => {});
    clock.advance(29_999);
    assert.equal(client.closed, false, "the wait begins with the window");
    clock.advance(1);
    assert.equal(client.closed, true);
  });

  it("rejects what is in doubt when the receiver closes or resets", async () => {
    await start({ compressionLevel: 0 });
    const windows = [client.send(slices(["1", "2"])), client.send(slices(["3"]))];
    const codes = Promise.all(windows.map(rejection));
    await until(() => receiver.received.length > 0);
    receiver.socket.end(ackFrame(1));
    assert.deepEqual(await codes, ["CONNECTION_LOST", "CONNECTION_LOST"]);
    client.close();
    server.close();
    await start({ compressionLevel: 0 });
    const reset = rejection(client.send(slices(["1"])));
    await until(() => receiver.received.length > 0);
    receiver.socket.resetAndDestroy();
    assert.equal(await reset, "CONNECTION_LOST");
  });

  it("tells an idle connection that the receiver closed from a lost one", async () => {
    await start();
    receiver.socket.end();
    await until(() => reasons.length === 1);
    assert.equal(reasons[0]?.code, "CLOSED_BY_PEER");
  });

  it("refuses acknowledgements of what was not sent, and answers that are none", async () => {
    for (const answer of [ackFrame(2), Buffer.from("HTTP/1.1 400 Bad Request"), Buffer.from("2J")]) {
      await start({ compressionLevel: 0 });
      const code = rejection(client.send(slices(["1"])));
      await until(() => receiver.received.length > 0);
      receiver.socket.write(answer);
      assert.equal(await code, "PROTOCOL");
      client.close();
      server.close();
    }
    await start();
    receiver.socket.write(ackFrame(1));
    await until(() => reasons.length === 1);
    assert.match(reasons[0]?.message ?? "", /acknowledged event 1 of a window of 0/);
  });

  it("rejects with CLOSED what its owner's close leaves in doubt", async () => {
    await start();
    const code = rejection(client.send(slices(["1"])));
    client.close();
    assert.equal(await code, "CLOSED");
    assert.equal(reasons[0]?.code, "CLOSED");
  });

  it("refuses settings that make no sense", async () => {
    await start();
    const channel = { stream: receiver.socket, address: "x", port: 1 };
    assert.throws(() => new LumberjackClient(channel, { compressionLevel: 10 }), RangeError);
    assert.throws(() => new LumberjackClient(channel, { pipelining: 0 }), RangeError);
  });
});
