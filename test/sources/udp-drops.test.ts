import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { dropsIn, kernelDrops } from "../../src/sources/udp-drops.ts";
import { UdpListener } from "../../src/sources/udp-listener.ts";

const TABLE = `   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  412: 0100007F:1388 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1001 2 0000000000000000 7
  413: 0200007F:1388 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1002 2 0000000000000000 99
  413: 0100007F:1389 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1003 2 0000000000000000 5
`;

describe("kernel drops of datagrams", () => {
  it("are those of the process's own sockets on the port", () => {
    assert.equal(dropsIn(TABLE, 5000, new Set(["1001"])), 7);
    assert.equal(dropsIn(TABLE, 5000, new Set(["1001", "1002"])), 106);
    assert.equal(dropsIn(TABLE, 5001, new Set(["1001"])), undefined);
    assert.equal(dropsIn("", 5000, new Set(["1001"])), undefined);
  });

  it("are found for a real socket on Linux that is not read", async function () {
    if (process.platform !== "linux") this.skip();
    const listener = new UdpListener({
      host: "127.0.0.1",
      port: 0,
      bufferSize: 65_536,
      receiveBufferBytes: 2048,
      queueSize: 10,
      log: { warn: (message, details) => said.push([message, details]) },
      onDatagram: () => undefined,
    });
    const said: unknown[][] = [];
    await listener.listen();
    assert.equal(await kernelDrops(listener.port), 0);
    const sender = createSocket("udp4");
    sender.bind(0, "127.0.0.1");
    await new Promise<void>((resolve) => sender.once("listening", resolve));
    sender.connect(listener.port, "127.0.0.1");
    await new Promise<void>((resolve) => sender.once("connect", resolve));
    // Sent within one turn of the event loop: nobody reads meanwhile.
    const datagram = Buffer.alloc(1000);
    await Promise.all(
      Array.from({ length: 500 }, () => new Promise<void>((resolve) => sender.send(datagram, () => resolve()))),
    );
    await listener.watch();
    assert.ok(listener.losses.kernel > 0);
    assert.match(String(said[0]?.[0]), /kernel threw datagrams away/);
    sender.close();
    await listener.close();
  });
});
