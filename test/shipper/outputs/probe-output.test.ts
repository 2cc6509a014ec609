// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testOutput } from "../../../src/cli/commands/ship-test-output.ts";
import { LumberjackServer, type LumberjackServerOptions } from "../../../src/lumberjack/server.ts";
import type { LogstashOutput, OutputConfig, TlsSettings } from "../../../src/shipper/config/config.ts";
import { type Certificates, makeCertificates, rawServer } from "../../lumberjack/support.ts";
import { realElasticsearch } from "../../support/elasticsearch.ts";
import { freePort } from "../../support/free-port.ts";
import { elasticConfig, logstashConfig, tlsSettings } from "./environment.ts";

describe("antler ship test-output", () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function probed(output: OutputConfig): Promise<{ code: number; text: string }> {
    let text = "";
    const code = await testOutput(output, false, (more) => {
      text += more;
    });
    return { code, text };
  }

  async function receiver(more: Partial<LumberjackServerOptions> = {}): Promise<number> {
    const server = new LumberjackServer({
      host: "127.0.0.1",
      port: 0,
      onEvents: () => assert.fail("an event came"),
      ...more,
    });
    const { port } = await server.listen();
    closing.push(() => server.close(0));
    return port;
  }

  const to = (port: number, tls?: TlsSettings, host = "127.0.0.1"): LogstashOutput =>
    logstashConfig([{ host, port }], { tls });

  it("a receiver that speaks Lumberjack", async () => {
    const port = await receiver();
    const { code, text } = await probed(to(port, undefined, "localhost"));
    assert.equal(code, 0, text);
    assert.match(text, /ok +localhost:\d+ +address +localhost is .*127\.0\.0\.1/);
    assert.match(text, /ok +localhost:\d+ +connect/);
    assert.match(text, /ok +localhost:\d+ +protocol +it takes an empty Lumberjack window/);
  });

  it("no name, nobody there, one host of two", async () => {
    const closed = await freePort();
    const { code, text } = await probed(
      logstashConfig([
        { host: "no-such-host.invalid", port: 5044 },
        { host: "127.0.0.1", port: closed },
        { host: "127.0.0.1", port: await receiver() },
      ]),
    );
    assert.equal(code, 1);
    assert.match(text, /error +no-such-host\.invalid:5044 +address +no-such-host\.invalid has no address/);
    assert.match(
      text,
      new RegExp(`error +127\\.0\\.0\\.1:${closed} +connect +the connection was refused\n +nothing listens there`),
    );
    assert.match(text, /ok .*protocol/);
    assert.match(text, /output\.logstash cannot be used as it is/);
  });

  it("an HTTP server, and something else", async () => {
    const http = createServer();
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    closing.push(() => http.close());
    const first = await probed(to((http.address() as AddressInfo).port));
    assert.equal(first.code, 1);
    assert.match(
      first.text,
      /protocol +it is an HTTP server: HTTP\/1\.1 400 Bad Request.*\n +for Elasticsearch use output\.elasticsearch/,
    );
    const ssh = await rawServer(({ socket }) => socket.write("SSH-2.0-OpenSSH_9.2\r\n"));
    closing.push(ssh.close);
    assert.match((await probed(to(ssh.port))).text, /not Lumberjack: "SSH-2\.0-OpenSSH_9\.2"/);
    const closer = await rawServer(({ socket }) => socket.end());
    closing.push(closer.close);
    assert.match((await probed(to(closer.port))).text, /it closed the connection on an empty window/);
  });

  describe("with TLS", () => {
    let certificates: Certificates;
    let folder: string;
    before(async function () {
      const made = makeCertificates();
      if (made === undefined) return this.skip();
      certificates = made;
      folder = await mkdtemp(join(tmpdir(), "antler-probe-"));
      await writeFile(join(folder, "ca.pem"), made.ca);
      await writeFile(join(folder, "client.pem"), made.client.cert);
      await writeFile(join(folder, "client.key"), made.client.key);
      await writeFile(join(folder, "stranger.pem"), made.stranger.cert);
    });
    after(async () => {
      if (folder !== undefined) await rm(folder, { recursive: true });
    });
    const file = (name: string): string => join(folder, name);

    it("names the certificate and its end", async () => {
      const port = await receiver({ tls: certificates.server });
      const { code, text } = await probed(to(port, tlsSettings({ certificateAuthorities: [file("ca.pem")] })));
      assert.equal(code, 0, text);
      assert.match(text, /tls +TLSv1\.3/);
      assert.match(text, /certificate +CN=.*, by CN=.*, valid until \d{4}-\d\d-\d\d \(\d days? left\)/);
    });

    it("an authority that is not ours", async () => {
      const port = await receiver({ tls: certificates.server });
      const { code, text } = await probed(to(port, tlsSettings()));
      assert.equal(code, 1);
      assert.match(
        text,
        /error .* certificate +CN=.*: (UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET).*\n +name the authority/,
      );
      const unchecked = await probed(to(port, tlsSettings({ verificationMode: "none" })));
      assert.equal(unchecked.code, 0, unchecked.text);
      assert.match(unchecked.text, /not checked/);
    });

    it("a client certificate that is wanted", async () => {
      const port = await receiver({
        tls: { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: true },
      });
      const without = await probed(to(port, tlsSettings({ certificateAuthorities: [file("ca.pem")] })));
      assert.equal(without.code, 1);
      assert.match(without.text, /ssl\.certificate|client certificate/);
      const having = tlsSettings({
        certificateAuthorities: [file("ca.pem")],
        certificate: file("client.pem"),
        key: file("client.key"),
      });
      assert.equal((await probed(to(port, having))).code, 0);
    });

    it("TLS on one side only", async () => {
      const plain = await probed(to(await receiver(), tlsSettings({ certificateAuthorities: [file("ca.pem")] })));
      assert.equal(plain.code, 1);
      assert.match(plain.text, /error .* tls +the handshake failed/);
      const secured = await probed(to(await receiver({ tls: certificates.server })));
      assert.equal(secured.code, 1);
      assert.match(secured.text, /TLS/);
    });

    it("files that are absent or wrong are named", async () => {
      const cases: [TlsSettings, RegExp][] = [
        [tlsSettings({ certificateAuthorities: [file("none.pem")] }), /none\.pem: .*cannot be read: ENOENT/],
        [tlsSettings({ certificateAuthorities: [file("client.key")] }), /client\.key: this is no certificate/],
        [tlsSettings({ certificate: file("client.pem") }), /client\.pem: the certificate needs its key/],
        [
          tlsSettings({ certificate: file("stranger.pem"), key: file("client.key") }),
          /client\.key: the key does not belong to the certificate .*stranger\.pem/,
        ],
        [
          tlsSettings({ certificate: file("client.pem"), key: file("client.pem") }),
          /client\.pem: this is no private key/,
        ],
      ];
      for (const [settings, expected] of cases) {
        const { code, text } = await probed(to(1, settings));
        assert.equal(code, 1);
        assert.match(text, expected);
      }
    });
  });

  it("a folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "antler-probe-"));
    closing.push(() => rm(folder, { recursive: true }));
    const config = { kind: "file", filename: "f", rotateEveryBytes: 1, numberOfFiles: 1, permissions: 0o600 } as const;
    assert.equal((await probed({ ...config, path: join(folder, "a", "b") })).code, 0);
    await writeFile(join(folder, "file"), "");
    const { code, text } = await probed({ ...config, path: join(folder, "file") });
    assert.equal(code, 1);
    assert.match(text, /EEXIST|ENOTDIR/);
  });

  it("a cluster with a licence, and privileges that are missing; a wrong password", async () => {
    const answers: Record<string, object> = {
      "/": { cluster_name: "c", version: { number: "9.1.0" }, tagline: "You Know, for Search" },
      "/_license": { license: { type: "basic", status: "active" } },
      "/_security/user/_has_privileges": {
        index: { "logs-generic-default": { create_doc: true, auto_configure: false } },
      },
    };
    const http = createServer((request, response) => {
      const isKnown = request.headers.authorization === `Basic ${Buffer.from("u:right").toString("base64")}`;
      response.writeHead(isKnown ? 200 : 401, {
        "x-elastic-product": "Elasticsearch",
        "content-type": "application/json",
      });
      response.end(JSON.stringify(answers[request.url as string]));
    });
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    closing.push(() => http.close());
    const host = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    const known = await probed(elasticConfig([host], { username: "u", password: "right" }));
    assert.equal(known.code, 1);
    assert.match(known.text, /ok .* version +Elasticsearch 9\.1\.0, cluster c\n/);
    assert.match(known.text, /ok .* licence +basic, active\n/);
    assert.match(known.text, /error .* privileges +missing on logs-generic-default: auto_configure\n/);
    const wrong = await probed(elasticConfig([host], { username: "u", password: "secret-pass" }));
    assert.equal(wrong.code, 1);
    assert.match(wrong.text, /error .* version +status 401/);
    assert.doesNotMatch(wrong.text, /secret-pass/);
  });

  it("a real Elasticsearch, and what is none", async function () {
    this.timeout(120_000);
    const url = await realElasticsearch();
    if (url === undefined) return this.skip();
    const { code, text } = await probed(elasticConfig([url]));
    assert.equal(code, 0, text);
    assert.match(text, /version +Elasticsearch \d+\.\d+\.\d+, cluster /);
    const http = createServer((_request, response) => response.end("{}"));
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    closing.push(() => http.close());
    const other = await probed(elasticConfig([`http://127.0.0.1:${(http.address() as AddressInfo).port}`]));
    assert.equal(other.code, 1);
    assert.match(other.text, /not Elasticsearch/);
  });
});
