import assert from "node:assert/strict";
import tls from "node:tls";
import { LumberjackClient } from "../../src/lumberjack/client.ts";
import type { LumberjackPeer } from "../../src/lumberjack/events.ts";
import { type LumberjackTls, nodeNetwork } from "../../src/lumberjack/network.ts";
import { LumberjackServer } from "../../src/lumberjack/server.ts";
import { type Certificates, jsonWindow, makeCertificates, RawPeer, Recorder, slices, texts, until } from "./support.ts";

const never = new AbortController().signal;

describe("lumberjack round trip", () => {
  const cleanups: (() => unknown)[] = [];
  let got: string[];
  let peers: LumberjackPeer[];
  let recorder: Recorder;
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function listen(
    serverTls?: LumberjackTls,
    acknowledgeAfter: Promise<void> | undefined = undefined,
  ): Promise<number> {
    got = [];
    peers = [];
    recorder = new Recorder();
    const server = new LumberjackServer({
      host: "127.0.0.1",
      port: 0,
      ...(serverTls === undefined ? {} : { tls: serverTls }),
      log: recorder,
      counters: recorder,
      onEvents: (peer, block) => {
        peers.push(peer);
        got.push(...texts(block));
        if (acknowledgeAfter === undefined) block.acknowledge(block.count);
        else void acknowledgeAfter.then(() => block.acknowledge(block.count));
      },
    });
    const { port } = await server.listen();
    cleanups.push(() => server.close(100));
    return port;
  }
  async function connect(port: number, clientTls?: LumberjackTls, compressionLevel = 3): Promise<LumberjackClient> {
    const target = { host: "127.0.0.1", port, ...(clientTls === undefined ? {} : { tls: clientTls }) };
    const client = new LumberjackClient(await nodeNetwork.connect(target, never), { compressionLevel });
    cleanups.push(() => client.close());
    return client;
  }
  async function sendAll(client: LumberjackClient, windows = 6, size = 500): Promise<string[]> {
    const events = Array.from({ length: windows }, (_, w) =>
      Array.from({ length: size }, (_, i) => JSON.stringify({ w, i, text: "Grüße ".repeat(i % 40) })),
    );
    await Promise.all(events.map((window) => client.send(slices(window))));
    return events.flat();
  }

  for (const level of [0, 1, 3, 9]) {
    it(`over TCP at compression level ${level}`, async () => {
      const sent = await sendAll(await connect(await listen(), undefined, level));
      assert.deepEqual(got, sent);
    });
  }

  it("carries a large event and a window of many small ones", async () => {
    const client = await connect(await listen());
    const large = JSON.stringify("x".repeat(20_000_000));
    await client.send(slices([large]));
    assert.equal(got[0]?.length, large.length);
    const sent = await sendAll(client, 1, 40_000);
    assert.deepEqual(got.slice(1), sent);
  });

  it("refuses to connect where nobody listens, with a clear error", async () => {
    const port = await listen();
    await cleanups.pop()?.();
    await assert.rejects(connect(port), {
      code: "CONNECT_FAILED",
      message: /^cannot connect to 127\.0\.0\.1:\d+: .*ECONNREFUSED/,
    });
  });

  describe("over TLS", () => {
    let certificates: Certificates;
    before(function () {
      const made = makeCertificates();
      if (made === undefined) {
        this.test?.parent?.tests.forEach((test) => {
          test.title += " (skipped: there is no openssl command to make certificates with)";
        });
        this.skip();
      }
      certificates = made as Certificates;
    });

    for (const level of [0, 3]) {
      it(`at compression level ${level}`, async () => {
        const sent = await sendAll(await connect(await listen(certificates.server), { ca: certificates.ca }, level));
        assert.deepEqual(got, sent);
        assert.equal(peers[0]?.tls?.protocol, "TLSv1.3");
        assert.equal(peers[0]?.tls?.subject, undefined);
      });
    }

    it("with client certificates, whose subject the receiver sees", async () => {
      const port = await listen({
        ...certificates.server,
        ca: certificates.ca,
        requestCert: true,
        rejectUnauthorized: true,
      });
      await sendAll(await connect(port, { ca: certificates.ca, ...certificates.client }));
      assert.equal(peers[0]?.tls?.verified, true);
      assert.equal(peers[0]?.tls?.subject, "CN=shipper-1,O=Antler");
    });

    it("turns away a sender without a certificate or with a stranger's, and says so", async () => {
      const port = await listen({
        ...certificates.server,
        ca: certificates.ca,
        requestCert: true,
        rejectUnauthorized: true,
      });
      for (const credentials of [{}, certificates.stranger]) {
        // With TLS 1.3 the client is connected before the server has judged it.
        const client = await connect(port, { ca: certificates.ca, ...credentials });
        await assert.rejects(client.send(slices(["{}"])), { code: "CONNECTION_LOST" });
      }
      await until(() => recorder.count("connections_refused") === 2);
      assert.match(
        recorder.warnings[0] as string,
        /refused a connection from 127\.0\.0\.1:\d+: TLS handshake failed: .*certificate/,
      );
      assert.deepEqual(got, []);
    });

    it("does not send to a receiver that it cannot verify", async () => {
      const port = await listen(certificates.stranger);
      await assert.rejects(connect(port, { ca: certificates.ca }), {
        code: "TLS_FAILED",
        message: /self-signed certificate/,
      });
      await sendAll(await connect(port, { rejectUnauthorized: false }), 1, 1);
      assert.equal(got.length, 1);
    });

    it("keeps to the versions that are asked for", async () => {
      const port = await listen({ ...certificates.server, minVersion: "TLSv1.3" });
      await assert.rejects(connect(port, { ca: certificates.ca, maxVersion: "TLSv1.2" }), { code: "TLS_FAILED" });
      const older = await listen({ ...certificates.server, maxVersion: "TLSv1.2" });
      await sendAll(await connect(older, { ca: certificates.ca }), 1, 1);
      assert.equal(peers[0]?.tls?.protocol, "TLSv1.2");
    });

    it("says what is wrong when one end speaks TLS and the other does not", async () => {
      const plain = await listen();
      await assert.rejects(connect(plain, { ca: certificates.ca }), { code: "TLS_FAILED" });
      await until(() => recorder.warnings.length > 0);
      assert.match(recorder.warnings[0] as string, /a TLS handshake, but this port does not speak TLS/);
      const secured = await listen(certificates.server);
      const client = await connect(secured);
      await assert.rejects(client.send(slices(["{}"])), { code: "CONNECTION_LOST" });
      await until(() => recorder.count("connections_refused") === 1);
      assert.match(
        recorder.warnings[0] as string,
        /refused a connection from 127\.0\.0\.1:\d+: TLS handshake failed: it does not speak TLS/,
      );
    });

    it("counts a peer that only looks whether the port is open, and says nothing", async () => {
      const port = await listen(certificates.server);
      (await RawPeer.connect(port)).socket.end();
      await until(() => recorder.count("connections_refused") === 1);
      assert.deepEqual(recorder.warnings, []);
    });

    it("answers a sender that has closed its half", async () => {
      let acknowledge = (): void => {};
      const port = await listen(
        certificates.server,
        new Promise((resolve) => {
          acknowledge = resolve;
        }),
      );
      const socket = tls.connect({
        port,
        host: "127.0.0.1",
        ca: certificates.ca,
        servername: "localhost",
      });
      await new Promise((resolve) => socket.once("secureConnect", resolve));
      const peer = new RawPeer(socket);
      socket.end(jsonWindow(["1", "2"]));
      await until(() => got.length === 2);
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(peer.ended, false);
      acknowledge();
      await until(() => peer.acks.length === 1);
      assert.deepEqual(peer.acks, [2]);
      await until(() => peer.ended);
    });

    it("refuses a key that does not belong to the certificate", async () => {
      const mismatch = { cert: certificates.server.cert, key: certificates.client.key };
      await assert.rejects(listen(mismatch), {
        code: "BAD_TLS_OPTIONS",
        message: /the key does not belong to the certificate/,
      });
      const port = await listen(certificates.server);
      await assert.rejects(connect(port, mismatch), { code: "BAD_TLS_OPTIONS" });
    });
  });
});
