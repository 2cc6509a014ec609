import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LumberjackServer, type LumberjackServerOptions } from "../../../src/lumberjack/server.ts";
import type { LogstashOutput as LogstashConfig } from "../../../src/shipper/config/config.ts";
import { openOutput } from "../../../src/shipper/outputs/open-output.ts";
import type { WindowSender } from "../../../src/shipper/outputs/window-sender.ts";
import {
  ackFrame,
  type Certificates,
  makeCertificates,
  type RawPeer,
  rawServer,
  texts,
  until,
} from "../../lumberjack/support.ts";
import { numbered, textsOf } from "../windows.ts";
import { logstashConfig, type TestEnvironment, testEnvironment, tlsSettings } from "./environment.ts";

const WINDOW = 100;
const DELIVERED = { delivered: WINDOW, existing: 0, deadLettered: 0 };

/** The number of events that a raw peer has received whole, where nothing is compressed. */
function windowsIn(peer: RawPeer): number[] {
  const { received } = peer;
  const sizes: number[] = [];
  for (let at = 0; at + 6 <= received.length; ) {
    if (received[at + 1] === 0x57) {
      sizes.push(received.readUInt32BE(at + 2));
      at += 6;
    } else at += 10 + received.readUInt32BE(at + 6);
  }
  return sizes;
}

describe("the shipper's logstash output", () => {
  const closing: (() => unknown)[] = [];
  let environment: TestEnvironment;
  beforeEach(() => {
    environment = testEnvironment("/nowhere");
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function output(port: number, more: Partial<LogstashConfig> = {}): Promise<WindowSender> {
    const made = await openOutput(logstashConfig([{ host: "127.0.0.1", port }], more), environment);
    closing.push(() => made.close());
    return made;
  }

  async function receiver(got: string[], more: Partial<LumberjackServerOptions> = {}): Promise<number> {
    const server = new LumberjackServer({
      host: "127.0.0.1",
      port: 0,
      onEvents: (_, block) => {
        got.push(...texts(block));
        block.acknowledge(block.count);
        block.release();
      },
      ...more,
    });
    const { port } = await server.listen();
    closing.push(() => server.close(0));
    return port;
  }

  for (const compressionLevel of [0, 3]) {
    it(`begins slowly and doubles while windows are acknowledged, level ${compressionLevel}`, async () => {
      const got: string[] = [];
      const blocks: number[] = [];
      const port = await receiver(got, {
        onEvents: (_, block) => {
          blocks.push(block.count);
          got.push(...texts(block));
          block.acknowledge(block.count);
          block.release();
        },
      });
      const sender = await output(port, { slowStart: true, pipelining: 1, compressionLevel });
      for (let i = 0; i < 3; i++)
        assert.deepEqual(await sender.send(numbered(i * WINDOW, (i + 1) * WINDOW)), DELIVERED);
      assert.deepEqual(got, textsOf(numbered(0, 3 * WINDOW)));
      assert.deepEqual(blocks, [10, 20, 40, 30, 100, 100]);
    });
  }

  it("after a fault only what was not acknowledged of a slow start is sent again", async () => {
    let connections = 0;
    const server = await rawServer((peer) => {
      connections++;
      const first = connections === 1;
      let answered = 0;
      peer.socket.on("data", () => {
        const sizes = windowsIn(peer);
        for (; answered < sizes.length; answered++) {
          if (first && answered === 2) peer.socket.destroy();
          else peer.socket.write(ackFrame(sizes[answered] as number));
        }
      });
      peers.push(peer);
    });
    const peers: RawPeer[] = [];
    closing.push(server.close);
    const sender = await output(server.port, { slowStart: true, pipelining: 1, compressionLevel: 0 });
    assert.deepEqual(await sender.send(numbered(0, WINDOW)), DELIVERED);
    assert.deepEqual(windowsIn(peers[0] as RawPeer), [10, 20, 40]);
    assert.deepEqual(windowsIn(peers[1] as RawPeer), [10, 20, 40]);
  });

  it("opens a connection anew after its time, between windows", async () => {
    const peers = new Set<number>();
    const got: string[] = [];
    const port = await receiver(got, {
      onEvents: (peer, block) => {
        peers.add(peer.id);
        got.push(...texts(block));
        block.acknowledge(block.count);
        block.release();
      },
    });
    let now = 0;
    const real = environment.clock;
    environment = testEnvironment("/nowhere", {
      clock: { now: () => now, after: (ms, action) => real.after(ms, action) },
    });
    const sender = await output(port, { ttlMs: 60_000 });
    for (let i = 0; i < 6; i++) {
      await sender.send(numbered(i, i + 1));
      now += 25_000;
    }
    assert.deepEqual(got, textsOf(numbered(0, 6)));
    assert.equal(peers.size, 2);
  });

  describe("bad receivers are named, tried again with pauses, and lose nothing", () => {
    /** Everything that a peer does to its first three connections; then it behaves. */
    const cases: { name: string; bad: (peer: RawPeer) => void; says: RegExp; timeoutMs?: number }[] = [
      {
        name: "closes at once",
        bad: ({ socket }) => socket.end(),
        says: /closed the connection before it acknowledged everything/,
      },
      { name: "resets", bad: ({ socket }) => socket.resetAndDestroy(), says: /ECONNRESET|closed the connection/ },
      {
        name: "acknowledges too much",
        bad: ({ socket }) => socket.once("data", () => socket.write(ackFrame(WINDOW * 7))),
        says: /acknowledged event 700 of a window of 100/,
      },
      {
        name: "sends garbage",
        bad: ({ socket }) => socket.once("data", () => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")),
        says: /does not answer with Lumberjack acknowledgements/,
      },
      {
        name: "never acknowledges",
        bad: () => undefined,
        says: /no acknowledgement and no keep-alive within 0\.2 s/,
        timeoutMs: 200,
      },
      {
        name: "closes in the middle",
        bad: ({ socket }) =>
          socket.once("data", () => {
            socket.write(ackFrame(WINDOW / 2));
            socket.end();
          }),
        says: /closed the connection before it acknowledged everything/,
      },
    ];
    for (const { name, bad, says, timeoutMs = 5000 } of cases) {
      it(name, async () => {
        let connections = 0;
        let trouble: string | undefined;
        const server = await rawServer((peer) => {
          connections++;
          if (connections <= 3) {
            bad(peer);
            return;
          }
          trouble ??= sender.trouble;
          let answered = 0;
          peer.socket.on("data", () => {
            const sizes = windowsIn(peer);
            for (; answered < sizes.length; answered++) peer.socket.write(ackFrame(sizes[answered] as number));
          });
        });
        closing.push(server.close);
        const sender = await output(server.port, { compressionLevel: 0, pipelining: 1, timeoutMs });
        assert.deepEqual(await sender.send(numbered(0, WINDOW)), DELIVERED);
        assert.equal(connections, 4);
        assert.match(trouble ?? "", says);
        assert.equal(sender.trouble, undefined);
        // Said when it began and when it was over, not each time.
        assert.equal(environment.messages.filter((message) => message.includes("trying again")).length, 1);
        assert.equal(environment.messages.filter((message) => message.includes("sending to")).length, 1);
      });
    }

    it("nobody there, then somebody", async () => {
      const probe = await rawServer(() => undefined);
      probe.close();
      const sender = await output(probe.port);
      const sent = sender.send(numbered(0, WINDOW));
      await until(() => sender.trouble !== undefined);
      assert.match(sender.trouble ?? "", /cannot connect to 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
      const got: string[] = [];
      await receiver(got, { port: probe.port });
      assert.deepEqual(await sent, DELIVERED);
      assert.equal(sender.trouble, undefined);
    });
  });

  describe("TLS", () => {
    let certificates: Certificates;
    let folder: string;
    before(async function () {
      const made = makeCertificates();
      if (made === undefined) return this.skip();
      certificates = made;
      folder = await mkdtemp(join(tmpdir(), "antler-ship-tls-"));
      await writeFile(join(folder, "ca.pem"), made.ca);
      await writeFile(join(folder, "client.pem"), made.client.cert);
      await writeFile(join(folder, "client.key"), made.client.key);
    });
    after(async () => {
      if (folder !== undefined) await rm(folder, { recursive: true });
    });

    it("with files, with a client certificate, in the version that is asked for; PEM in the configuration itself", async () => {
      const got: string[] = [];
      const seen: (string | undefined)[] = [];
      const port = await receiver(got, {
        tls: { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: true },
        onEvents: (peer, block) => {
          seen.push(peer.tls?.protocol);
          block.acknowledge(block.count);
          block.release();
        },
      });
      const files = {
        certificateAuthorities: [join(folder, "ca.pem")],
        certificate: join(folder, "client.pem"),
        key: join(folder, "client.key"),
      };
      const texts = {
        certificateAuthorities: [certificates.ca.toString()],
        certificate: certificates.client.cert.toString(),
        key: certificates.client.key.toString(),
      };
      for (const tls of [tlsSettings(files), tlsSettings({ ...texts, minVersion: "TLSv1.2", maxVersion: "TLSv1.2" })]) {
        const sender = await output(port, { tls });
        assert.deepEqual(await sender.send(numbered(0, WINDOW)), DELIVERED);
      }
      assert.deepEqual(seen, ["TLSv1.3", "TLSv1.2"]);
    });

    it("a wrong certificate, and none on the other side: named, nothing is sent", async () => {
      const got: string[] = [];
      const cases: [number, Partial<LogstashConfig>, RegExp][] = [
        [
          await receiver(got, { tls: certificates.stranger }),
          { tls: tlsSettings({ certificateAuthorities: [join(folder, "ca.pem")] }) },
          /TLS with .* failed: .*(SELF_SIGNED|self-signed)/,
        ],
        [await receiver(got), { tls: tlsSettings() }, /TLS with .* failed/],
        [await receiver(got, { tls: certificates.server }), {}, /closed the connection|ECONNRESET|not|unexpected/],
      ];
      for (const [port, more, says] of cases) {
        const sender = await output(port, more);
        const ended = sender.send(numbered(0, 1)).catch((error: Error) => error.message);
        await until(() => sender.trouble !== undefined);
        assert.match(sender.trouble ?? "", says);
        await sender.close();
        assert.match(String(await ended), /closed/);
      }
      assert.deepEqual(got, []);
    });

    it("a name that is not in the certificate: named; not looked at with verification_mode certificate", async () => {
      const got: string[] = [];
      const port = await receiver(got, { host: "127.0.0.2", tls: certificates.server });
      const authorities = { certificateAuthorities: [join(folder, "ca.pem")] };
      // The certificate is for 127.0.0.1.
      const hosts = [{ host: "127.0.0.2", port }];
      const strict = await openOutput(logstashConfig(hosts, { tls: tlsSettings(authorities) }), environment);
      closing.push(() => strict.close());
      strict.send(numbered(0, 1)).catch(() => undefined);
      await until(() => strict.trouble !== undefined);
      assert.match(strict.trouble ?? "", /TLS with 127\.0\.0\.2:\d+ failed: .*(altnames|cert's list)/);
      const tls = tlsSettings({ ...authorities, verificationMode: "certificate" });
      const lenient = await openOutput(logstashConfig(hosts, { tls }), environment);
      closing.push(() => lenient.close());
      assert.deepEqual(await lenient.send(numbered(0, WINDOW)), DELIVERED);
    });
  });
});
