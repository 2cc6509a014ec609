import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";
import type { StoredTree } from "../../../src/event/value.ts";
import type { DeliveryOutcome } from "../../../src/plugin/definitions.ts";
import { newEvent } from "../../support/run-codec.ts";
import { encodeBatch, findOutput, outputDeliverer, outputEncoder } from "../../support/run-output.ts";

describe("udp output", () => {
  let socket: Socket;
  let received: string[];
  let port: number;

  beforeEach(async () => {
    received = [];
    socket = createSocket("udp4");
    socket.on("message", (message) => received.push(message.toString()));
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    ({ port } = socket.address() as AddressInfo);
  });
  afterEach(() => new Promise<void>((resolve) => socket.close(() => resolve())));

  async function send(config: string, events: readonly StoredTree[]): Promise<DeliveryOutcome> {
    const whole = `udp { ${config} }`;
    const deliverer = await outputDeliverer(whole);
    const batch = encodeBatch(
      outputEncoder(whole),
      events.map((fields, i) => newEvent(i, { ...fields })),
    );
    const outcome = await deliverer.deliver(batch, new AbortController().signal);
    await deliverer.close();
    return outcome;
  }

  async function until(count: number): Promise<void> {
    while (received.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  const plain = 'codec => plain { format => "%{m}" }';

  it("sends a datagram an event, to addresses and names", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const { delivered } = await send(`host => "${host}" port => ${port} ${plain}`, [{ m: "a" }, { m: "b" }]);
      assert.equal(delivered, 2);
    }
    await until(4);
    assert.deepEqual(received, ["a", "b", "a", "b"]);
  });

  it("sends JSON by default", async () => {
    await send(`host => "127.0.0.1" port => ${port}`, [{ m: 1 }]);
    await until(1);
    assert.deepEqual(received, ['{"m":1,"@timestamp":"2026-11-22T12:00:00.000Z"}']);
  });

  it("lets events choose the port; what is none is dead-lettered", async () => {
    const { delivered, rejected } = await send(`host => "127.0.0.1" port => "%{[target][port]}" ${plain}`, [
      { m: "a", target: { port } },
      { m: "b", target: { port: "x" } },
      { m: "c" },
    ]);
    assert.equal(delivered, 1);
    assert.deepEqual(
      rejected.map(({ index, code }) => [index, code]),
      [
        [1, "bad_address"],
        [2, "bad_address"],
      ],
    );
    await until(1);
  });

  it("dead-letters what the system does not take, and sends the rest", async () => {
    const { delivered, rejected } = await send(`host => "127.0.0.1" port => ${port} ${plain} retry_count => 3`, [
      { m: "x".repeat(70_000) },
      { m: "b" },
    ]);
    assert.equal(delivered, 1);
    assert.deepEqual(
      rejected.map(({ index, code }) => [index, code]),
      [[0, "EMSGSIZE"]],
    );
    assert.match(rejected[0]?.reason ?? "", /^127\.0\.0\.1:\d+: /);
    await until(1);
    assert.deepEqual(received, ["b"]);
  });

  it("dead-letters when the name does not resolve, after its attempts", async () => {
    const { rejected } = await send(
      `host => "no-such-host.invalid" port => ${port} retry_count => 2 retry_backoff_ms => 1`,
      [{}],
    );
    assert.match(rejected[0]?.code ?? "", /^(?:ENOTFOUND|EAI_AGAIN)$/);
  });

  it("refuses a port that is none", () => {
    assert.throws(() => findOutput('udp { host => "h" port => "0" }'), /"0" is no port/);
  });
});
