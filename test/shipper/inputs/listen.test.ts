import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { type CertificateFiles, certificateFiles } from "../../pipeline/inputs/certificate-files.ts";
import { at, InputRig } from "./input-rig.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("shipper inputs that listen", () => {
  let rig: InputRig;
  let sockets: Socket[];
  beforeEach(() => {
    rig = new InputRig();
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await rig.close();
  });

  async function dial(): Promise<Socket> {
    const socket = connect(rig.port, "127.0.0.1");
    sockets.push(socket);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    return socket;
  }
  async function datagrams(...texts: (string | Buffer)[]): Promise<void> {
    const socket = createSocket("udp4");
    for (const text of texts)
      await new Promise((resolve) => socket.send(text, rig.port, "127.0.0.1", () => resolve(undefined)));
    socket.close();
  }

  describe("tcp", () => {
    it("makes an event of each line; a last one without its end counts", async () => {
      await rig.open("type: tcp\nhost: 127.0.0.1:0");
      (await dial()).end("one\r\n\u{1f600} two\nthree");
      await rig.count(3);
      assert.deepEqual(rig.messages, ["one", "\u{1f600} two", "three"]);
      assert.equal(at(rig.events[0], "log.source.address"), "127.0.0.1");
      assert.equal(at(rig.events[0], "input.type"), "tcp");
      assert.equal(new Set(rig.ids).size, 3);
      assert.deepEqual(rig.troubles, []);
    });

    it("keeps many connections apart", async () => {
      await rig.open("type: tcp\nhost: 127.0.0.1:0");
      const peers = await Promise.all(Array.from({ length: 20 }, dial));
      for (let round = 0; round < 10; round++) {
        for (const [i, peer] of peers.entries()) peer.write(`${i}:`);
        await pause(1);
        for (const peer of peers) peer.write(`${round}\n`);
      }
      await rig.count(200);
      const expected = peers.flatMap((_peer, i) => Array.from({ length: 10 }, (_none, round) => `${i}:${round}`));
      assert.deepEqual([...rig.messages].sort(), expected.sort());
      assert.equal(new Set(rig.ids).size, 200);
    });

    it("reads no faster than events arrive, and loses nothing", async () => {
      rig.acknowledges = false;
      rig.pool = { batchBytes: 8192, batchRecords: 16, totalBytes: 16_384 };
      await rig.open("type: tcp\nhost: 127.0.0.1:0");
      const peer = await dial();
      const lines = Array.from({ length: 20_000 }, (_none, i) => `line ${i} ${"x".repeat(1000)}`);
      peer.write(lines.map((line) => `${line}\n`).join(""));
      await rig.count(16);
      await pause(200);
      assert.ok(peer.writableLength > 0, "all of it was taken");
      rig.acknowledge();
      await rig.count(lines.length);
      assert.deepEqual(rig.messages, lines);
    });

    it("closes a connection that is silent for the configured time, with what it has said; not one that waits for room", async () => {
      rig.acknowledges = false;
      rig.pool = { batchBytes: 4096, batchRecords: 4, totalBytes: 4096 };
      await rig.open("type: tcp\nhost: 127.0.0.1:0\ntimeout: 100ms");
      const busy = await dial();
      busy.write("a\nb\nc\nd\ne\nf\n");
      let closed = false;
      busy.once("close", () => {
        closed = true;
      });
      await rig.count(4);
      await pause(400);
      assert.equal(closed, false, "it is the receiver that waits");
      busy.write("g");
      rig.acknowledge();
      await rig.until(() => closed);
      await rig.count(7);
      assert.deepEqual(rig.messages, ["a", "b", "c", "d", "e", "f", "g"]);
    });

    it("cuts what is longer than max_message_size, and marks the pieces", async () => {
      await rig.open("type: tcp\nhost: 127.0.0.1:0\nmax_message_size: 10");
      (await dial()).end("0123456789abc\nshort\n");
      await rig.count(3);
      assert.deepEqual(rig.messages, ["0123456789", "abc", "short"]);
      assert.deepEqual(
        rig.events.map((event) => at(event, "log.flags")),
        [["truncated"], ["truncated"], undefined],
      );
    });

    it("takes no more than max_connections, and says so", async () => {
      await rig.open("type: tcp\nhost: 127.0.0.1:0\nmax_connections: 1");
      (await dial()).write("first\n");
      await rig.count(1);
      await once(await dial(), "close");
      assert.match(rig.troubles[0] as string, /more than 1 connections/);
    });

    it("hands on what it has when it is stopped, waits for the acknowledgement, and has its ledger on disk", async () => {
      rig.acknowledges = false;
      const run = await rig.open("type: tcp\nid: t\nhost: 127.0.0.1:0");
      (await dial()).write("one\nbegun");
      await rig.count(1);
      let stopped = false;
      const stopping = run.stop(5000).then(() => {
        stopped = true;
      });
      await rig.count(2);
      await pause(20);
      assert.equal(stopped, false);
      rig.acknowledge();
      await stopping;
      assert.deepEqual(rig.messages, ["one", "begun"]);
      assert.equal(rig.storedLedger("t").totals.delivered, 2);
    });

    it("says that the address is in use", async () => {
      await rig.open("type: tcp\nhost: 127.0.0.1:0");
      await assert.rejects(rig.open(`type: tcp\nhost: 127.0.0.1:${rig.port}`), /cannot listen on TCP 127.0.0.1:\d+/);
    });
  });

  describe("syslog over tcp", () => {
    it("reads lines and counted messages, of both formats", async () => {
      await rig.open("type: syslog\nprotocol.tcp.host: 127.0.0.1:0");
      const counted = "<165>1 2026-11-23T10:00:00.5Z web su 12 ID47 - counted\nwith a line feed";
      (await dial()).end(`<34>Oct 11 22:14:15 mail postfix[7]: hello\n${counted.length} ${counted}no syslog\n`);
      await rig.count(3);
      assert.deepEqual(rig.messages, ["hello", "counted\nwith a line feed", "no syslog"]);
      const [first, second, third] = rig.events;
      assert.equal(at(first, "log.syslog.priority"), 34);
      assert.equal(at(first, "log.syslog.appname"), "postfix");
      assert.equal(at(second, "log.syslog.hostname"), "web");
      assert.equal(second?.["@timestamp"], "2026-11-23T10:00:00.500Z");
      assert.equal(at(third, "log.syslog"), undefined);
      assert.ok(at(third, "error.message") !== undefined, "what is no syslog says so");
    });
  });

  for (const [type, framing, expected] of [
    ["tcp", undefined, ["3 <1>", "4 <2>x"]],
    ["tcp", "rfc6587", ["<1>", "<2>x"]],
    ["syslog", undefined, ["<1>", "<2>x"]],
    ["syslog", "delimiter", ["3 <1>", "4 <2>x"]],
  ] as const)
    it(`${type} with framing ${framing ?? "as it is by itself"}: messages with counts`, async () => {
      const prefix = type === "syslog" ? "protocol.tcp." : "";
      const more = framing === undefined ? "" : `\n${prefix}framing: ${framing}`;
      await rig.open(`type: ${type}\n${prefix}host: 127.0.0.1:0${more}`);
      (await dial()).end("3 <1>\n4 <2>x\n");
      await rig.count(2);
      const raw = type === "tcp" ? rig.messages : rig.events.map((event) => at(event, "message"));
      if (type === "tcp" || framing === "delimiter") assert.deepEqual(raw, expected);
      else assert.ok(!raw.some((text) => /^\d /.test(String(text))));
    });

  describe("syslog over tcp with TLS", () => {
    let files: CertificateFiles;
    before(function () {
      const made = certificateFiles();
      if (made === undefined) this.skip();
      files = made;
    });
    after(() => files?.remove());

    const settings = (more: string): string => `type: syslog
protocol.tcp:
  host: 127.0.0.1:0
  ssl:
    certificate: ${files.file("server.crt")}
    key: ${files.file("server.key")}
${more}`;

    /** Sends one message; how the connection ended. */
    async function send(text: string, options: ConnectionOptions = {}): Promise<string> {
      const socket = connectTls({ port: rig.port, host: "127.0.0.1", ca: files.read("ca.crt"), ...options });
      sockets.push(socket);
      return new Promise((resolve) => {
        socket.once("error", (error) => resolve(error.message));
        socket.once("close", () => resolve("closed"));
        socket.once("secureConnect", () => socket.end(text));
      });
    }

    it("reads what comes encrypted", async () => {
      await rig.open(settings(""));
      assert.equal(await send("<34>Oct 11 22:14:15 mail su: hello\n"), "closed");
      await rig.count(1);
      assert.deepEqual(rig.messages, ["hello"]);
      assert.deepEqual(rig.troubles, []);
    });

    it("wants a client's certificate when authorities are named", async () => {
      await rig.open(settings(`    certificate_authorities: ["${files.file("ca.crt")}"]`));
      await send("<34>Oct 11 22:14:15 mail su: without\n");
      const stranger = { cert: files.read("stranger.crt"), key: files.read("stranger.key") };
      await send("<34>Oct 11 22:14:15 mail su: stranger\n", stranger);
      await send("<34>Oct 11 22:14:15 mail su: client\n", {
        cert: files.read("client.crt"),
        key: files.read("client.key"),
      });
      await rig.count(1);
      await pause(50);
      assert.deepEqual(rig.messages, ["client"]);
      assert.match(rig.troubles[0] as string, /did not return a certificate/);
      assert.match(rig.troubles[1] as string, /the certificate is not valid: \w+/);
    });

    it("outlives clients that do not speak it, and says so", async () => {
      await rig.open(settings(""));
      (await dial()).write("<34>Oct 11 22:14:15 mail su: plain\n");
      await rig.until(() => rig.troubles.length > 0);
      assert.match(rig.troubles[0] as string, /TLS handshake failed/);
      await send("<34>Oct 11 22:14:15 mail su: hello\n");
      await rig.count(1);
      assert.deepEqual(rig.messages, ["hello"]);
    });

    it("names the certificate that cannot be read", async () => {
      await assert.rejects(
        rig.open("type: tcp\nhost: 127.0.0.1:0\nssl: { certificate: /nowhere/a.crt, key: /nowhere/a.key }"),
        /\/nowhere\/a\.crt: the certificate \(ssl\.certificate\) cannot be read: ENOENT/,
      );
    });

    for (const [settings, problem] of [
      ["{ enabled: true }", /TLS needs ssl\.certificate and ssl\.key/],
      ["{ certificate_authorities: [/a] }", /TLS needs ssl\.certificate and ssl\.key/],
      ["{ certificate: /a, key: /b, client_authentication: requird }", /client_authentication/],
    ] as const)
      it(`refuses ssl: ${settings}`, () => {
        assert.throws(() => rig.config(`type: tcp\nhost: 127.0.0.1:0\nssl: ${settings}`), problem);
      });
  });

  describe("udp", () => {
    it("makes an event of each datagram, without line ends and zero bytes behind it", async () => {
      await rig.open("type: udp\nhost: 127.0.0.1:0");
      await datagrams("one\n", "two\r\n\0", "two lines\nin one");
      await rig.count(3);
      assert.deepEqual(rig.messages, ["one", "two", "two lines\nin one"]);
      assert.equal(at(rig.events[0], "log.source.address"), "127.0.0.1");
      assert.equal(new Set(rig.ids).size, 3);
    });

    it("cuts what is longer than max_message_size, marks it and says it", async () => {
      const run = await rig.open("type: udp\nhost: 127.0.0.1:0\nmax_message_size: 10");
      await datagrams("0123456789abc", "short");
      await rig.count(2);
      assert.deepEqual(rig.messages, ["0123456789", "short"]);
      assert.deepEqual(
        rig.events.map((event) => at(event, "log.flags")),
        [["truncated"], undefined],
      );
      await run.stop(1000);
      assert.match(rig.troubles.join(), /longer than .* were cut/);
    });

    it("counts and says what it had no room for", async () => {
      rig.acknowledges = false;
      rig.pool = { batchBytes: 4096, batchRecords: 4, totalBytes: 4096 };
      const run = await rig.open("type: udp\nhost: 127.0.0.1:0");
      const all = 5000;
      for (let i = 0; i < all; i += 100) {
        await datagrams(...Array.from({ length: 100 }, (_none, j) => `message ${i + j}`));
        await pause(1);
      }
      rig.acknowledge();
      await run.stop(5000);
      const lost = rig.said
        .filter(({ message }) => /dropped|threw datagrams away/.test(message))
        .reduce((sum, { details }) => sum + (details["dropped"] as number), 0);
      assert.ok(lost > 0);
      assert.equal(rig.events.length + lost, all);
    });

    it("reads syslog", async () => {
      await rig.open("type: syslog\nformat: rfc3164\ntimezone: UTC\nprotocol.udp.host: 127.0.0.1:0");
      await datagrams("<13>Nov 23 10:00:00 db kernel: disk is full");
      await rig.count(1);
      assert.deepEqual(rig.messages, ["disk is full"]);
      assert.equal(at(rig.events[0], "log.syslog.severity.name"), "Notice");
      assert.match(String(rig.events[0]?.["@timestamp"]), /-11-23T10:00:00\.000Z$/);
    });

    it("listens on IPv6 too", async () => {
      await rig.open('type: udp\nhost: "[::1]:0"');
      const socket = createSocket("udp6");
      socket.send("six", rig.port, "::1", () => socket.close());
      await rig.count(1);
      assert.equal(at(rig.events[0], "log.source.address"), "::1");
    });

    it("says that the address is in use", async () => {
      await rig.open("type: udp\nhost: 127.0.0.1:0");
      await assert.rejects(rig.open(`type: udp\nhost: 127.0.0.1:${rig.port}`), /cannot listen on UDP/);
    });
  });
});
