import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { InputHarness } from "./input-harness.ts";

const listening = (config = ""): string => `udp { host => "127.0.0.1" port => 0 ${config} }`;

async function send(port: number, ...datagrams: (string | Buffer)[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const datagram of datagrams)
    await new Promise<void>((resolve, reject) =>
      socket.send(datagram, port, "127.0.0.1", (error) => (error === null ? resolve() : reject(error))),
    );
  await new Promise<void>((resolve) => socket.close(() => resolve()));
}

describe("input udp", () => {
  const open: InputHarness[] = [];
  async function start(...given: Parameters<typeof InputHarness.start>): Promise<InputHarness> {
    const harness = await InputHarness.start(...given);
    open.push(harness);
    return harness;
  }
  afterEach(async () => {
    for (const harness of open.splice(0)) await harness.stop();
  });

  it("makes an event of each datagram, with its sender's address", async () => {
    const udp = await start(listening());
    await send(udp.port, "one\n", "", "two\nlines");
    await udp.count(2);
    assert.deepEqual(udp.messages, ["one\n", "two\nlines"]);
    assert.deepEqual(udp.values("[host][ip]"), ["127.0.0.1", "127.0.0.1"]);
    const legacy = await start(listening(), "disabled");
    await send(legacy.port, "x");
    await legacy.count(1);
    assert.deepEqual(legacy.values("host"), ["127.0.0.1"]);
  });

  it("puts the address where it is told to, unless the document has that field", async () => {
    const udp = await start(listening('codec => json source_ip_fieldname => "[sender][ip]"'));
    await send(
      udp.port,
      '{"n":1}',
      '{"sender":{"ip":"192.0.2.1"}}',
      '{"sender":{"name":"x"}}',
      '{"sender":"y"}',
      "[1]",
    );
    await udp.count(4);
    assert.deepEqual(udp.values("sender").slice(0, 4), [
      { ip: "127.0.0.1" },
      { ip: "192.0.2.1" },
      { ip: "127.0.0.1", name: "x" },
      "y",
    ]);
  });

  it("cuts a datagram by its codec; no line goes on in the next one", async () => {
    const udp = await start(listening("codec => line"));
    await send(udp.port, "a\nb", "c\n");
    await udp.count(3);
    assert.deepEqual(udp.messages, ["a", "b", "c"]);
  });

  it("cuts datagrams over buffer_size and says so", async () => {
    const udp = await start(listening("buffer_size => 4"));
    await send(udp.port, "123456", "1234");
    await udp.count(2);
    assert.deepEqual(udp.messages, ["1234", "1234"]);
    await udp.stop();
    assert.deepEqual(udp.warnings, [
      {
        message: "datagrams were longer than buffer_size and were cut",
        details: { cut: 1, in_all: 1, buffer_size: 4 },
      },
    ]);
  });

  it("takes any bytes", async () => {
    const udp = await start(listening("codec => json"));
    await send(udp.port, Buffer.from([0xff, 0, 0x80]), Buffer.alloc(60_000, 0xc3));
    await udp.count(2);
    assert.deepEqual(udp.values("tags"), [["_jsonparsefailure"], ["_jsonparsefailure"]]);
  });

  it("drops what is over its queue, and says how many", async () => {
    const udp = await start(listening("queue_size => 10"), "v8", (harness) => {
      harness.acknowledges = false;
      harness.batches = 1;
    });
    const sent = 300;
    for (let i = 0; i < sent; i++) await send(udp.port, String(i));
    await udp.until(() => udp.events.length >= 64);
    udp.acknowledges = true;
    // A while for those on their way.
    await new Promise((resolve) => setTimeout(resolve, 50));
    udp.batches = Number.POSITIVE_INFINITY;
    udp.acknowledge();
    await udp.stop();
    const [lost] = udp.warnings;
    assert.match(String(lost?.message), /^datagrams were dropped/);
    const kernel = udp.warnings[1]?.details["dropped"] ?? 0;
    assert.equal(udp.events.length + Number(lost?.details["dropped"]) + Number(kernel), sent);
  });
});
