import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { resolved } from "../../support/resolved.ts";
import { type CertificateFiles, certificateFiles } from "./certificate-files.ts";
import { InputHarness } from "./input-harness.ts";

const listening = (config = ""): string => `tcp { host => "127.0.0.1" port => 0 ${config} }`;

async function send(port: number, ...chunks: (string | Buffer)[]): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  for (const chunk of chunks) socket.write(chunk);
  return socket;
}

async function sendAll(port: number, ...chunks: (string | Buffer)[]): Promise<void> {
  const socket = await send(port, ...chunks);
  socket.end();
  socket.resume();
  await once(socket, "close");
}

describe("input tcp", () => {
  const open: InputHarness[] = [];
  async function start(...given: Parameters<typeof InputHarness.start>): Promise<InputHarness> {
    const harness = await InputHarness.start(...given);
    open.push(harness);
    return harness;
  }
  afterEach(async () => {
    for (const harness of open.splice(0)) await harness.stop();
  });

  it("makes an event of each line; a last one without its end counts", async () => {
    const tcp = await start(listening());
    await sendAll(tcp.port, "one\r\ntw", "o\nthr", "ee");
    await tcp.count(3);
    assert.deepEqual(tcp.messages, ["one", "two", "three"]);
  });

  it("says where events come from, as ECS has it and as it was", async () => {
    const ecs = await start(listening("dns_reverse_lookup_enabled => false"));
    const socket = await send(ecs.port, "x\n");
    await ecs.count(1);
    assert.deepEqual(ecs.events[0]?.metadataObject(), {
      input: { tcp: { source: { ip: "127.0.0.1", name: "127.0.0.1", port: socket.localPort as number } } },
    });
    const legacy = await start(listening("dns_reverse_lookup_enabled => false"), "disabled");
    const other = await send(legacy.port, "x\n");
    await legacy.count(1);
    assert.deepEqual(legacy.values("host"), ["127.0.0.1"]);
    assert.deepEqual(legacy.values("port"), [other.localPort as number]);
    assert.deepEqual(legacy.values("[@metadata][ip_address]"), ["127.0.0.1"]);
    socket.destroy();
    other.destroy();
  });

  it("keeps the fields that a document has itself", async () => {
    const tcp = await start(listening("codec => json_lines"), "disabled");
    await sendAll(tcp.port, '{"host":"web-1","n":1}\n');
    await tcp.count(1);
    assert.deepEqual(tcp.values("host"), ["web-1"]);
  });

  it("cuts lines where the codec does not cut", async () => {
    const tcp = await start(listening("codec => json"));
    await sendAll(tcp.port, '{"n":1}\n{"n"', ":2}\n");
    await tcp.count(2);
    assert.deepEqual(tcp.values("n"), [1, 2]);
  });

  it("keeps the streams of many connections apart", async () => {
    const tcp = await start(listening());
    const sockets = await Promise.all(Array.from({ length: 300 }, () => send(tcp.port)));
    for (let round = 0; round < 3; round++)
      for (const [i, socket] of sockets.entries()) socket.write(`${round === 0 ? "" : "\n"}${i}-${round}`);
    for (const socket of sockets) socket.end();
    await tcp.count(900);
    const expected = sockets.flatMap((_, i) => [0, 1, 2].map((round) => `${i}-${round}`));
    assert.deepEqual([...(tcp.messages as string[])].sort(), expected.sort());
  });

  it("joins lines by a codec with state, one for each connection, and ends a record when nothing comes", async () => {
    const tcp = await start(
      listening('codec => multiline { pattern => "^\\s" what => "previous" auto_flush_interval => 0.05 }'),
    );
    const [a, b] = [await send(tcp.port, "a\n 1\n"), await send(tcp.port, "b\n 2\n")];
    await tcp.count(2);
    assert.deepEqual([...(tcp.messages as string[])].sort(), ["a\n 1", "b\n 2"]);
    a.destroy();
    b.destroy();
  });

  it("reads no faster than batches are taken, and loses nothing", async () => {
    const tcp = await start(listening(), "v8", (harness) => {
      harness.acknowledges = false;
      harness.batches = 2;
    });
    const line = `${"x".repeat(999)}\n`;
    const socket = await send(tcp.port);
    const lines = 20_000;
    let written = 0;
    let stalled = false;
    const write = (): void => {
      while (written < lines) {
        written++;
        if (!socket.write(line)) {
          stalled = true;
          socket.once("drain", write);
          return;
        }
      }
      socket.end();
    };
    write();
    await tcp.until(() => tcp.events.length >= 128);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(stalled);
    assert.ok(tcp.events.length <= 128, `${tcp.events.length} events`);
    assert.ok(written < lines, "the sender was not held back");
    tcp.acknowledges = true;
    tcp.acknowledge();
    await tcp.count(lines);
    assert.ok(tcp.messages.every((message) => message === line.slice(0, -1)));
  });

  it("goes on when a connection breaks within a line", async () => {
    const tcp = await start(listening());
    const socket = await send(tcp.port, "whole\nhal");
    await tcp.count(1);
    socket.resetAndDestroy();
    await tcp.count(2);
    await sendAll(tcp.port, "next\n");
    await tcp.count(3);
    assert.deepEqual(tcp.messages, ["whole", "hal", "next"]);
  });

  it("gives what it has when it stops", async () => {
    const tcp = await start(listening());
    await send(tcp.port, "one\ntwo");
    await tcp.count(1);
    await tcp.stop();
    assert.deepEqual(tcp.messages, ["one", "two"]);
  });

  it("says that the address is in use", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    await assert.rejects(
      InputHarness.start(`tcp { host => "127.0.0.1" port => ${port} }`),
      new RegExp(`cannot listen on TCP 127.0.0.1:${port}: .*EADDRINUSE`),
    );
    server.close();
  });

  describe("with PROXY headers", () => {
    it("takes the client's address from the header", async () => {
      const tcp = await start(listening("proxy_protocol => true dns_reverse_lookup_enabled => false"));
      await sendAll(tcp.port, "PROXY TCP4 192.0.2.7 198.51.", "100.1 40000 514\r\nhello\n");
      await tcp.count(1);
      assert.deepEqual(tcp.messages, ["hello"]);
      assert.deepEqual(tcp.events[0]?.metadataObject(), {
        input: {
          tcp: {
            source: { ip: "192.0.2.7", name: "192.0.2.7", port: "40000" },
            proxy: { ip: "198.51.100.1", port: "514" },
          },
        },
      });
    });

    it("keeps the connection's address where the proxy does not know", async () => {
      const tcp = await start(listening("proxy_protocol => true dns_reverse_lookup_enabled => false"));
      await sendAll(tcp.port, "PROXY UNKNOWN\r\nhello\n");
      await tcp.count(1);
      assert.deepEqual(tcp.values("[@metadata][input][tcp][source][ip]"), ["127.0.0.1"]);
    });

    it("closes connections without one, and says so", async () => {
      const tcp = await start(listening("proxy_protocol => true"));
      for (const bytes of ["hello\n", "PROXY TCP9 1 2 3 4\r\n", `PROXY ${"x".repeat(200)}`, "PROXY TC"])
        await sendAll(tcp.port, bytes);
      await tcp.until(() => tcp.warnings.length === 4);
      assert.deepEqual(
        tcp.warnings.map(({ message }) => message),
        Array(4).fill("a connection was closed"),
      );
      assert.equal(tcp.events.length, 0);
    });
  });

  describe("with TLS", () => {
    let made: CertificateFiles;
    before(function () {
      const files = certificateFiles();
      if (files === undefined) {
        console.warn("      skipped: the openssl command makes the certificates, and there is none");
        this.skip();
      }
      made = files;
    });
    after(() => made?.remove());

    const tls = (more: string): string =>
      listening(
        `dns_reverse_lookup_enabled => false ssl_enabled => true ssl_certificate => "${made.file("server.crt")}" ssl_key => "${made.file("server.key")}" ${more}`,
      );

    async function sendTls(port: number, client?: string): Promise<void> {
      const own = client === undefined ? {} : { cert: made.read(`${client}.crt`), key: made.read(`${client}.key`) };
      const socket = connectTls({ port, host: "127.0.0.1", ca: made.read("ca.crt"), servername: "localhost", ...own });
      await new Promise<void>((resolve) => {
        socket.on("error", () => resolve());
        socket.on("close", () => resolve());
        socket.end("secret\n");
        socket.resume();
      });
    }

    it("reads what comes encrypted, from anyone with none", async () => {
      const tcp = await start(tls('ssl_client_authentication => "none"'));
      await sendTls(tcp.port);
      await tcp.count(1);
      assert.deepEqual(tcp.messages, ["secret"]);
    });

    it("wants a certificate of the named authorities with required, and says whose it is", async () => {
      const tcp = await start(
        tls(`ssl_client_authentication => "required" ssl_certificate_authorities => "${made.file("ca.crt")}"`),
      );
      await sendTls(tcp.port);
      await sendTls(tcp.port, "client");
      await tcp.count(1);
      assert.match(String(tcp.values("[@metadata][input][tcp][tls][client][subject]")[0]), /CN=/);
      assert.equal(tcp.events.length, 1);
      assert.equal(tcp.warnings[0]?.message, "a TLS handshake failed");
    });

    it("takes clients without a certificate with optional, but none with a bad one", async () => {
      const tcp = await start(
        tls(`ssl_client_authentication => "optional" ssl_certificate_authorities => "${made.file("ca.crt")}"`),
      );
      await sendTls(tcp.port, "stranger");
      await sendTls(tcp.port);
      await tcp.count(1);
      assert.equal(tcp.events.length, 1);
      assert.match(String(tcp.warnings[0]?.details["reason"]), /certificate is not valid/);
    });

    it("outlives clients that do not speak it", async () => {
      const tcp = await start(tls('ssl_client_authentication => "none"'));
      await sendAll(tcp.port, "GET / HTTP/1.0\r\n\r\n");
      await sendTls(tcp.port);
      await tcp.count(1);
    });

    it("takes the old names of its options", async () => {
      const tcp = await start(
        listening(
          `ssl_enable => true ssl_cert => "${made.file("server.crt")}" ssl_key => "${made.file("server.key")}" ssl_verify => false`,
        ),
      );
      await sendTls(tcp.port);
      await tcp.count(1);
    });
  });

  describe("as a client", () => {
    it("reads what a server sends, and connects again when that ends", async function () {
      this.timeout(10_000);
      let connections = 0;
      const server = createServer((socket) => socket.end(`${++connections}\n`)).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as { port: number };
      const tcp = await start(`tcp { mode => "client" host => "127.0.0.1" port => ${port} }`);
      await tcp.count(2);
      assert.deepEqual(tcp.messages, ["1", "2"]);
      server.close();
    });
  });

  describe("checks", () => {
    it("what belongs together", () => {
      for (const [config, message] of [
        ["ssl_enabled => true", /TLS needs ssl_certificate/],
        ['mode => "client" ssl_enabled => true ssl_client_authentication => "none"', /is for server mode/],
        ['ssl_verification_mode => "full"', /is for client mode/],
        ["ssl_enabled => true tls_min_version => 1.4 ssl_key => x ssl_certificate => x", /no TLS version 1\.4/],
        ['ssl_keystore_path => "/x.jks"', /Java keystores are not read/],
        ['ssl_supported_protocols => "SSLv3"', /one of: TLSv1\.1/],
      ] as const)
        assert.throws(() => resolved(`input { tcp { port => 1 ${config} } } output { }`), message, config);
    });
  });
});
