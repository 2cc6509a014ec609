import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer, connect as tlsConnect } from "node:tls";
import type { StoredTree } from "../../../src/event/value.ts";
import type { Deliverer, DeliveryOutcome } from "../../../src/plugin/definitions.ts";
import { makeCertificates } from "../../lumberjack/support.ts";
import { codecHost, newEvent } from "../../support/run-codec.ts";
import { encodeBatch, findOutput, outputEncoder } from "../../support/run-output.ts";

/** Everything that a server has read, by connection. */
class Sink {
  readonly texts: string[] = [];
  readonly sockets: Socket[] = [];
  readonly server: Server;
  port = 0;

  constructor(server: Server = createServer(), event = "connection") {
    this.server = server;
    server.on(event, (socket: Socket) => {
      const number = this.sockets.push(socket) - 1;
      this.texts[number] = "";
      socket.on("data", (data) => {
        this.texts[number] += data.toString();
      });
      socket.on("error", () => undefined);
    });
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** Waits until all that came together is this. */
  async has(text: string): Promise<void> {
    while (this.texts.join("") !== text) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

describe("tcp output", () => {
  const cleanups: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function sink(made = new Sink(), port = 0): Promise<Sink> {
    cleanups.push(() => made.close());
    return made.listen(port);
  }

  interface Output {
    readonly warnings: string[];
    readonly infos: object[];
    send(events: readonly StoredTree[], signal?: AbortSignal): Promise<DeliveryOutcome>;
    close(): Promise<void>;
  }

  async function output(options: string): Promise<Output> {
    const config = `tcp { reconnect_interval => 0.02 ${options} }`;
    const { plugin, options: settings } = findOutput(config);
    const warnings: string[] = [];
    const infos: object[] = [];
    const log = {
      info: (_message: string, details?: object) => void infos.push(details ?? {}),
      warn: (message: string, details?: object) => void warnings.push(`${message} ${JSON.stringify(details)}`),
      error: () => undefined,
    };
    const deliverer: Deliverer = await plugin.deliverer(settings, { ...codecHost(), log });
    const encoder = outputEncoder(config);
    let closed: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closed ??= deliverer.close();
      return closed;
    };
    const abort = new AbortController();
    cleanups.push(() => {
      abort.abort(new Error("the test is over"));
      return close();
    });
    return {
      warnings,
      infos,
      close,
      send: (events, signal = abort.signal) =>
        deliverer.deliver(
          encodeBatch(
            encoder,
            events.map((fields, i) => newEvent(i, { ...fields })),
          ),
          signal,
        ),
    };
  }

  const line = 'codec => line { format => "%{m}" }';
  const delivered = (count: number): DeliveryOutcome => ({
    delivered: count,
    existing: 0,
    conflicts: 0,
    failureStore: 0,
    rejected: [],
  });

  describe("as a client", () => {
    it("writes events over one connection, in order", async () => {
      const { port, has, sockets, texts } = bound(await sink());
      const { send } = await output(`host => "127.0.0.1" port => ${port} ${line}`);
      const outcomes = await Promise.all([send([{ m: 1 }, { m: 2 }]), send([{ m: 3 }]), send([{ m: 4 }])]);
      assert.deepEqual(outcomes, [delivered(2), delivered(1), delivered(1)]);
      await has("1\n2\n3\n4\n");
      assert.deepEqual([sockets.length, texts.length], [1, 1]);
    });

    it("writes JSON by default, with nothing between events as Logstash does", async () => {
      const { port, has } = bound(await sink());
      const { send } = await output(`host => "127.0.0.1" port => ${port}`);
      await send([{ m: 1 }, { m: 2 }]);
      await has([1, 2].map((m) => `{"m":${m},"@timestamp":"2026-11-22T12:00:00.000Z"}`).join(""));
    });

    it("waits for a server that is not there yet, and says so once", async () => {
      const first = await sink();
      const { port } = first;
      await first.close();
      const { send, warnings, infos } = await output(`host => "127.0.0.1" port => ${port} ${line}`);
      const sending = send([{ m: "x" }]);
      await new Promise((resolve) => setTimeout(resolve, 100));
      const second = await sink(new Sink(), port);
      assert.deepEqual(await sending, delivered(1));
      await second.has("x\n");
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? "", /held and sent again.*ECONNREFUSED/);
      assert.equal(infos.length, 1);
    });

    it("makes a connection again that the server has ended, and says what is in doubt", async () => {
      const server = await sink();
      const { send, warnings } = await output(`host => "127.0.0.1" port => ${server.port} ${line}`);
      await send([{ m: "a" }]);
      await server.has("a\n");
      server.sockets[0]?.end();
      while (warnings.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      assert.match(warnings[0] ?? "", /may not have been read/);
      await send([{ m: "b" }]);
      await server.has("a\nb\n");
      assert.equal(server.sockets.length, 2);
    });

    it("sends again what a breaking connection has not taken", async () => {
      const server = await sink();
      server.server.once("connection", (socket: Socket) => {
        socket.pause();
        setTimeout(() => socket.resetAndDestroy(), 50);
      });
      const { send } = await output(`host => "127.0.0.1" port => ${server.port} ${line}`);
      const large = "x".repeat(20_000_000);
      assert.deepEqual(await send([{ m: large }]), delivered(1));
      while (server.texts[1]?.length !== large.length + 1) await new Promise((resolve) => setTimeout(resolve, 5));
    });

    it("sends what is left when it is closed", async () => {
      const server = await sink();
      const { send, close } = await output(`host => "127.0.0.1" port => ${server.port} ${line}`);
      const large = "y".repeat(3_000_000);
      await send([{ m: large }]);
      await close();
      await server.has(`${large}\n`);
    });

    it("gives up when the pipeline stops", async () => {
      const { send } = await output(`host => "127.0.0.1" port => 1 ${line}`);
      const abort = new AbortController();
      const sending = send([{ m: 1 }], abort.signal);
      setTimeout(() => abort.abort(new Error("the pipeline stops")), 30);
      await assert.rejects(sending);
    });

    it("lets events choose their server; what is none is dead-lettered", async () => {
      const one = await sink();
      const two = await sink();
      const { send } = await output(`host => "%{h}" port => "%{p}" ${line}`);
      const { delivered: count, rejected } = await send([
        { h: "127.0.0.1", p: one.port, m: 1 },
        { h: "127.0.0.1", p: two.port, m: 2 },
        { h: "127.0.0.1", p: "many", m: 3 },
        { m: 4 },
        { h: "no-such-host.invalid", p: 9, m: 5 },
        { h: "127.0.0.1", p: one.port, m: 6 },
      ]);
      assert.equal(count, 3);
      assert.deepEqual(rejected.map(({ index, code }) => [index, code]).sort(), [
        [2, "bad_address"],
        [3, "bad_address"],
        [4, "ENOTFOUND"],
      ]);
      await one.has("1\n6\n");
      await two.has("2\n");
    });
  });

  describe("as a server", () => {
    async function serve(more = ""): Promise<Output & { port: number }> {
      const made = await output(`mode => "server" host => "127.0.0.1" port => 0 ${line} ${more}`);
      return { ...made, port: (made.infos[0] as { port: number }).port };
    }

    async function client(
      port: number,
    ): Promise<{ text: () => string; socket: Socket; has(text: string): Promise<void> }> {
      const socket = connect(port, "127.0.0.1");
      let text = "";
      socket.on("data", (data) => {
        text += data.toString();
      });
      socket.on("error", () => undefined);
      cleanups.push(() => Promise.resolve(socket.destroy()));
      await new Promise((resolve) => socket.once("connect", resolve));
      return {
        socket,
        text: () => text,
        async has(expected) {
          while (text !== expected) await new Promise((resolve) => setTimeout(resolve, 2));
        },
      };
    }

    it("gives events to all clients; they wait for the first", async () => {
      const { port, send, warnings } = await serve();
      const sending = send([{ m: 1 }]);
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.match(warnings[0] ?? "", /no tcp client/);
      const one = await client(port);
      assert.deepEqual(await sending, delivered(1));
      const two = await client(port);
      await new Promise((resolve) => setTimeout(resolve, 30));
      await send([{ m: 2 }]);
      await one.has("1\n2\n");
      await two.has("2\n");
    });

    it("forgets clients that go, and sends again what nobody took", async () => {
      const { port, send } = await serve();
      const one = await client(port);
      await send([{ m: 1 }]);
      await one.has("1\n");
      one.socket.resetAndDestroy();
      await new Promise((resolve) => setTimeout(resolve, 30));
      const sending = send([{ m: 2 }]);
      const two = await client(port);
      assert.deepEqual(await sending, delivered(1));
      await two.has("2\n");
    });

    it("does not start where the address is taken", async () => {
      const { port } = await serve();
      await assert.rejects(output(`mode => "server" host => "127.0.0.1" port => ${port}`), /EADDRINUSE/);
    });
  });

  describe("over TLS", () => {
    let folder: string;
    const file = (name: string): string => join(folder, name);

    before(function () {
      const made = makeCertificates();
      if (made === undefined) {
        console.warn("      skipped: the openssl command makes the certificates, and there is none");
        this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), "antler-tcp-output-"));
      for (const [name, text] of [
        ["ca.pem", made.ca],
        ["server.pem", made.server.cert],
        ["server.key", made.server.key],
        ["client.pem", made.client.cert],
        ["client.key", made.client.key],
      ] as const)
        writeFileSync(file(name), text);
    });
    after(() => {
      if (folder !== undefined) rmSync(folder, { recursive: true });
    });

    const pair = (name: string): { cert: Buffer; key: Buffer } => ({
      cert: readFileSync(file(`${name}.pem`)),
      key: readFileSync(file(`${name}.key`)),
    });

    it("checks the server and shows its certificate, under the options' old names too", async () => {
      const tls = createTlsServer({ ...pair("server"), ca: readFileSync(file("ca.pem")), requestCert: true });
      tls.on("tlsClientError", () => undefined);
      const server = await sink(new Sink(tls, "secureConnection"));
      const base = `host => "127.0.0.1" port => ${server.port} ${line}`;
      const now = await output(
        `${base} ssl_enabled => true ssl_certificate_authorities => ["${file("ca.pem")}"] ssl_certificate => "${file("client.pem")}" ssl_key => "${file("client.key")}"`,
      );
      assert.deepEqual(await now.send([{ m: 1 }]), delivered(1));
      const before = await output(
        `${base} ssl_enable => true ssl_verify => true ssl_cacert => "${file("ca.pem")}" ssl_cert => "${file("client.pem")}" ssl_key => "${file("client.key")}"`,
      );
      assert.deepEqual(await before.send([{ m: 2 }]), delivered(1));
      while ([...server.texts].sort().join("") !== "1\n2\n") await new Promise((resolve) => setTimeout(resolve, 2));
    });

    it("holds events for a server that it cannot trust", async () => {
      const tls = createTlsServer(pair("server"));
      tls.on("tlsClientError", () => undefined);
      const server = await sink(new Sink(tls, "secureConnection"));
      const strict = await output(`host => "127.0.0.1" port => ${server.port} ${line} ssl_enabled => true`);
      const abort = new AbortController();
      const sending = strict.send([{ m: 1 }], abort.signal);
      while (strict.warnings.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      abort.abort(new Error("enough"));
      await assert.rejects(sending);
      assert.match(strict.warnings[0] ?? "", /certificate/);
      assert.deepEqual(server.texts.join(""), "");
      const lax = await output(
        `host => "127.0.0.1" port => ${server.port} ${line} ssl_enabled => true ssl_verification_mode => "none"`,
      );
      await lax.send([{ m: 2 }]);
      await server.has("2\n");
    });

    it("serves clients, and asks for their certificates", async () => {
      const certificate = `ssl_enabled => true ssl_certificate => "${file("server.pem")}" ssl_key => "${file("server.key")}" ssl_certificate_authorities => ["${file("ca.pem")}"]`;
      const ca = readFileSync(file("ca.pem"));
      for (const [mode, show, works] of [
        ["none", false, true],
        ["optional", false, true],
        ["optional", true, true],
        ["required", true, true],
        ["required", false, false],
      ] as const) {
        const { infos, send } = await output(
          `mode => "server" host => "127.0.0.1" port => 0 ${line} ${certificate} ssl_client_authentication => "${mode}"`,
        );
        const socket = tlsConnect({
          port: (infos[0] as { port: number }).port,
          host: "127.0.0.1",
          ca,
          ...(show ? pair("client") : {}),
        });
        cleanups.push(() => Promise.resolve(socket.destroy()));
        const ended = new Promise<string>((resolve) =>
          socket.on("error", () => resolve("refused")).once("data", (data) => resolve(data.toString())),
        );
        const sending = send([{ m: mode }]).catch(() => undefined);
        assert.equal(await ended, works ? `${mode}\n` : "refused", `${mode} ${show}`);
        if (works) await sending;
      }
    });
  });

  it("refuses options that make no sense", () => {
    const check = (options: string) => () => findOutput(`tcp { host => "h" ${options} }`);
    assert.throws(check("port => 70000"), /"70000" is no port/);
    assert.throws(check('port => "%{p}" mode => "server"'), /cannot hold fields/);
    assert.throws(check('port => 1 mode => "server" ssl_enabled => true'), /needs ssl_certificate/);
    assert.throws(check('port => 1 message_format => "x"'), /CONF010/);
  });
});

/** Its methods can be taken apart. */
function bound(sink: Sink): Pick<Sink, "port" | "sockets" | "texts" | "has"> {
  return { port: sink.port, sockets: sink.sockets, texts: sink.texts, has: (text) => sink.has(text) };
}
