import assert from "node:assert/strict";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { ackFrame, jsonWindow } from "../../lumberjack/support.ts";
import { freePort } from "../../support/free-port.ts";
import { resolved } from "../../support/resolved.ts";
import { type CertificateFiles, certificateFiles } from "./certificate-files.ts";
import { InputHarness } from "./input-harness.ts";

/** Sends a window; what came back until its acknowledgement or the end of the connection. */
function send(
  port: number,
  events: readonly string[],
  tls?: { readonly ca: Buffer; readonly cert?: Buffer; readonly key?: Buffer },
): Promise<Buffer> {
  return new Promise((resolve) => {
    const where = { port, host: "127.0.0.1" };
    const socket = tls === undefined ? connect(where) : connectTls({ ...where, servername: "localhost", ...tls });
    let received = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      received = Buffer.concat([received, bytes]);
      if (received.length >= 6) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    socket.write(jsonWindow(events));
  });
}

for (const name of ["beats", "elastic_agent"]) {
  describe(`input ${name}`, () => {
    const open: InputHarness[] = [];
    let port: number;
    async function start(config = "", ecs: "v8" | "disabled" = "v8"): Promise<InputHarness> {
      port = await freePort();
      const harness = await InputHarness.start(`${name} { host => "127.0.0.1" port => ${port} ${config} }`, ecs);
      open.push(harness);
      return harness;
    }
    afterEach(async () => {
      for (const harness of open.splice(0)) await harness.stop();
    });

    it("takes events and acknowledges them", async () => {
      const input = await start();
      assert.deepEqual(await send(port, ['{"message":"a"}', '{"message":"b"}']), ackFrame(2));
      assert.deepEqual(input.messages, ["a", "b"]);
      assert.deepEqual(input.values("[@metadata][input][beats][host][ip]"), ["127.0.0.1", "127.0.0.1"]);
      assert.deepEqual(input.values("tags"), Array(2).fill(["beats_input_codec_plain_applied"]));
      assert.deepEqual(input.values("[event][original]"), ["a", "b"]);
    });

    it("decodes the message by a codec; the sender's fields hold", async () => {
      const input = await start("codec => json");
      const message = JSON.stringify([{ n: 1, host: "own" }, { n: 2 }]);
      const event = {
        "@timestamp": "2026-11-20T01:02:03.000Z",
        message,
        host: { name: "web-1" },
        "@metadata": { beat: "x" },
      };
      await send(port, [JSON.stringify(event)]);
      assert.deepEqual(input.values("n"), [1, 2]);
      assert.deepEqual(input.values("[host][name]"), ["web-1", "web-1"]);
      assert.deepEqual(input.values("@timestamp"), Array(2).fill("2026-11-20T01:02:03.000Z"));
      assert.deepEqual(input.values("[@metadata][beat]"), ["x", "x"]);
      assert.deepEqual(input.values("[@metadata][input][beats][host][ip]"), ["127.0.0.1", "127.0.0.1"]);
      assert.deepEqual(input.values("tags"), Array(2).fill(["beats_input_codec_json_applied"]));
    });

    it("says that an event has no message", async () => {
      const input = await start();
      await send(port, ['{"n":1}']);
      assert.deepEqual(input.values("tags"), [["beats_input_raw_event"]]);
    });

    it("adds what it is told to", async () => {
      const input = await start('enrich => "none"', "disabled");
      await send(port, ['{"message":"a"}']);
      assert.deepEqual(input.values("tags"), [null]);
      assert.deepEqual(input.values("[@metadata][ip_address]"), [null]);
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

      const pair = (of: string): { ca: Buffer; cert: Buffer; key: Buffer } => ({
        ca: made.read("ca.crt"),
        cert: made.read(`${of}.crt`),
        key: made.read(`${of}.key`),
      });
      const tls = (authentication: string): string =>
        `ssl_enabled => true ssl_certificate => "${made.file("server.crt")}" ssl_key => "${made.file("server.key")}" ssl_certificate_authorities => "${made.file("ca.crt")}" ssl_client_authentication => ${authentication} enrich => "all"`;

      it("says whose certificate it was", async () => {
        const input = await start(tls("required"));
        assert.equal((await send(port, ['{"message":"a"}'], { ca: made.read("ca.crt") })).length, 0);
        assert.deepEqual(await send(port, ['{"message":"a"}'], pair("client")), ackFrame(1));
        assert.deepEqual(input.values("[@metadata][tls_peer][status]"), ["verified"]);
        assert.match(String(input.values("[@metadata][input][beats][tls][client][subject]")[0]), /CN=/);
      });

      it("takes no bad certificate, even where none has to be shown", async () => {
        const input = await start(tls("optional"));
        assert.equal((await send(port, ['{"message":"a"}'], pair("stranger"))).length, 0);
        assert.deepEqual(await send(port, ['{"message":"b"}'], { ca: made.read("ca.crt") }), ackFrame(1));
        assert.deepEqual(input.messages, ["b"]);
        assert.deepEqual(input.values("[@metadata][tls_peer][status]"), ["unverified"]);
        assert.match(String(input.warnings[0]?.message), /its certificate is not valid/);
      });
    });

    it("names files that cannot be read, which is the host's affair", () => {
      const config = `${name} { port => 1 ssl_enabled => true ssl_certificate => "/nowhere/a" ssl_key => "/nowhere/b" }`;
      // A warning in a check: `resolved` throws for errors.
      assert.ok(resolved(`input { ${config} } output { null { } }`));
    });
  });
}
