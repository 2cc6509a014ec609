import assert from "node:assert/strict";
import { createSecureContext } from "node:tls";
import { tlsServerMaterial, tlsServerProblems } from "../../../src/pipeline/inputs/tls-server-material.ts";
import { type TlsServerSettings, tlsServerOptions } from "../../../src/pipeline/inputs/tls-server-options.ts";
import { defaultsOf } from "../../../src/plugin/check-options.ts";
import { type CertificateFiles, certificateFiles } from "./certificate-files.ts";

function settings(own: Partial<TlsServerSettings>): TlsServerSettings {
  return { ...(defaultsOf(tlsServerOptions()) as unknown as TlsServerSettings), ...own };
}

const read = (path: string): Buffer => Buffer.from(path);
const pair = { ssl_enabled: true, ssl_certificate: "a.crt", ssl_key: "a.key" };

describe("TLS options of servers", () => {
  it("give Node's settings", () => {
    const material = tlsServerMaterial(
      settings({
        ...pair,
        ssl_extra_chain_certs: ["b.crt"],
        ssl_certificate_authorities: ["ca.crt"],
        ssl_client_authentication: "required",
        ssl_supported_protocols: ["TLSv1.3"],
        ssl_cipher_suites: ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"],
        ssl_handshake_timeout: 5,
      }),
      "none",
      read,
    );
    assert.deepEqual(material, {
      cert: Buffer.from("a.crt\nb.crt\n"),
      key: Buffer.from("a.key"),
      ca: [Buffer.from("ca.crt")],
      minVersion: "TLSv1.3",
      maxVersion: "TLSv1.3",
      ciphers: "ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384",
      requestCert: true,
      rejectUnauthorized: true,
      handshakeTimeout: 5,
    });
  });

  it("have old names, which hold where the new one is not set", () => {
    const old = settings({
      ssl_enable: true,
      ssl_cert: "a.crt",
      ssl_key: "a.key",
      ssl_cacert: "ca.crt",
      ssl_verify_mode: "peer",
      cipher_suites: ["ECDHE-RSA-AES128-SHA256"],
      tls_min_version: 1.1,
      tls_max_version: 1.2,
    });
    const { ca, minVersion, maxVersion, ciphers, requestCert, rejectUnauthorized } = tlsServerMaterial(
      old,
      "none",
      read,
    );
    assert.deepEqual(
      { ca, minVersion, maxVersion, ciphers, requestCert, rejectUnauthorized },
      {
        ca: [Buffer.from("ca.crt")],
        minVersion: "TLSv1.1",
        maxVersion: "TLSv1.2",
        ciphers: "ECDHE-RSA-AES128-SHA256",
        requestCert: true,
        rejectUnauthorized: false,
      },
    );
    for (const [own, requests] of [
      [{ ssl_verify: true }, true],
      [{ ssl_verify: false }, false],
      [{ ssl_verify_mode: "force_peer" }, true],
      [{ ssl_verify_mode: "none" }, false],
      [{ ssl_client_authentication: "none", ssl_verify: true }, false],
      [{}, true],
    ] as const)
      assert.equal(tlsServerMaterial(settings({ ...pair, ...own }), "required", read).requestCert, requests);
  });

  it("say what is wrong with them", () => {
    const problems = (own: Partial<TlsServerSettings>): string[] =>
      tlsServerProblems(settings(own), "none", () => Buffer.alloc(0)).map(
        ({ option, severity = "error" }) => `${severity} ${option}`,
      );
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ ssl_certificate: "a.crt" }), ["warning ssl_certificate"]);
    assert.deepEqual(problems({ ssl: true }), ["error ssl_certificate", "error ssl_key"]);
    assert.deepEqual(problems({ ...pair, tls_min_version: 3 }), ["error tls_min_version", "error tls_min_version"]);
    assert.deepEqual(problems({ ...pair, ssl_cipher_suites: ["NONE"] }), ["host ssl_cipher_suites"]);
    assert.deepEqual(problems(pair), ["host ssl_certificate"]);
  });

  it("say which files cannot be read", () => {
    const files = { ...pair, ssl_certificate_authorities: ["/nowhere/ca.crt"] };
    const problems = tlsServerProblems(settings(files));
    assert.deepEqual(
      problems.map(({ option, severity }) => [option, severity]),
      [
        ["ssl_certificate", "host"],
        ["ssl_key", "host"],
        ["ssl_certificate_authorities", "host"],
      ],
    );
  });

  describe("with real files", () => {
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

    it("are fine, or the key is another's", () => {
      const own = { ssl_enabled: true, ssl_certificate: made.file("server.crt"), ssl_key: made.file("server.key") };
      assert.deepEqual(tlsServerProblems(settings(own)), []);
      createSecureContext(tlsServerMaterial(settings(own)));
      const [problem] = tlsServerProblems(settings({ ...own, ssl_key: made.file("client.key") }));
      assert.match(String(problem?.message), /the key does not belong to the certificate/);
    });
  });
});
