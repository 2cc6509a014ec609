// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { elasticConnection } from "../../src/elastic/connection.ts";
import type { TlsSettings } from "../../src/elastic/connection-settings.ts";
import { type Certificates, makeCertificates } from "../lumberjack/support.ts";
import { ElasticsearchModel } from "../support/elasticsearch-model.ts";
import { serveModel } from "../support/elasticsearch-model-server.ts";
import { creates, STREAM } from "./sending.ts";

describe("connection to Elasticsearch over TLS", () => {
  let certificates: Certificates;
  let folder: string;
  let fingerprint: string;
  const file = (name: string) => join(folder, name);

  before(async function () {
    const made = makeCertificates();
    if (made === undefined) {
      console.warn("      skipped: the openssl command makes the certificates, and there is none");
      this.skip();
    }
    certificates = made;
    folder = await mkdtemp(join(tmpdir(), "antler-elastic-tls-"));
    await writeFile(file("ca.pem"), made.ca);
    await writeFile(file("client.pem"), made.client.cert);
    await writeFile(file("client.key"), made.client.key);
    fingerprint = createHash("sha256").update(new X509Certificate(made.ca).raw).digest("hex");
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  /** The status of a request, or why it failed; and who the client was. */
  async function send(
    tls: TlsSettings,
    server: { readonly cert: Buffer; readonly key: Buffer } = certificates.server,
  ): Promise<{ readonly result: string; readonly client: string | undefined }> {
    const model = new ElasticsearchModel({ dataStreams: [STREAM] });
    let client: string | undefined;
    const chain = { key: server.key, cert: Buffer.concat([server.cert, Buffer.from("\n"), certificates.ca]) };
    const https = createServer({ ...chain, ca: certificates.ca, requestCert: true, rejectUnauthorized: false });
    https.on("secureConnection", (socket: TLSSocket) => {
      client = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined;
    });
    https.on("tlsClientError", () => undefined);
    const served = await serveModel(model, () => https as unknown as Server);
    const connection = await elasticConnection({
      hosts: [`//127.0.0.1:${served.port}`],
      tls: { enabled: true, ...tls },
    });
    try {
      const sent = connection.bulk(creates(3).bytes, {}, new AbortController().signal);
      const result = await sent.then(
        ({ statusCode }) => `${statusCode}, ${model.documents.of(STREAM).size} documents`,
        (error: Error) => error.message,
      );
      return { result, client };
    } finally {
      await connection.close();
      await served.close();
    }
  }

  const GOOD = "200, 3 documents";

  it("trusts an authority by its file, and nobody without", async () => {
    assert.equal((await send({ certificateAuthorities: [file("ca.pem")] })).result, GOOD);
    assert.match(
      (await send({})).result,
      /^https:\/\/127\.0\.0\.1:\d+: .*certificate.* \(name the CA in ssl_certificate_authorities/,
    );
    const stranger = await send({ certificateAuthorities: [file("ca.pem")] }, certificates.stranger);
    assert.match(stranger.result, /certificate/);
    assert.equal((await send({ verification: "none" }, certificates.stranger)).result, GOOD);
  });

  it("a server with TLS that is asked without says what may be wrong", async () => {
    const { result } = await send({ enabled: false });
    assert.match(result, /^http:.*: (socket hang up|.*ECONNRESET).*\(if it speaks TLS, write https:\/\/\)/);
  });

  it("shows its own certificate", async () => {
    const tls = {
      certificateAuthorities: [file("ca.pem")],
      certificate: file("client.pem"),
      key: file("client.key"),
    };
    assert.deepEqual(await send(tls), { result: GOOD, client: "shipper-1" });
  });

  it("trusts an authority by its fingerprint", async () => {
    assert.equal((await send({ caFingerprint: fingerprint })).result, GOOD);
    const colons = fingerprint.toUpperCase().replace(/..(?!$)/g, "$&:");
    assert.equal((await send({ caFingerprint: colons })).result, GOOD);
    assert.match((await send({ caFingerprint: fingerprint.replace(/^../, "00") })).result, /sends no certificate with/);
  });

  it("a stranger who sends the trusted authority's certificate along is not let in", async () => {
    assert.match((await send({ caFingerprint: fingerprint }, certificates.stranger)).result, /certificate/);
  });
});
