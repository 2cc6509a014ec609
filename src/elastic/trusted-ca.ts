import { isIP } from "node:net";
import { connect, type DetailedPeerCertificate } from "node:tls";
import { BulkConnectionError } from "./connection-error.ts";
import { placeOf } from "./connection-settings.ts";

const TIMEOUT_MS = 30_000;
/** Certificates of a chain that are looked at. */
const CHAIN_LIMIT = 20;

/**
 * The CA certificate with this SHA-256 fingerprint, as PEM, from the chain that the server at `url` sends. To be trusted by later
 * connections, which then check the signatures of the whole chain: comparing the fingerprint alone would let anyone in who sends
 * a copy of the certificate along. Rejects with a BulkConnectionError.
 */
export function fetchTrustedCa(url: URL, fingerprint: string, signal?: AbortSignal): Promise<string> {
  const wanted = fingerprint.replace(/[:\s]/g, "").toUpperCase();
  const place = placeOf(url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const name = isIP(host) === 0 ? { servername: host } : {};
    const socket = connect({ host, port: Number(url.port || 443), ...name, rejectUnauthorized: false });
    const fail = (error: BulkConnectionError) => {
      socket.destroy();
      reject(error);
    };
    const stop = () => fail(new BulkConnectionError("interrupted", place, "stopped"));
    signal?.addEventListener("abort", stop, { once: true });
    socket.setTimeout(TIMEOUT_MS, () => fail(new BulkConnectionError("timeout", place, "no TLS handshake in 30 s")));
    socket.on("error", (error) => fail(new BulkConnectionError("unreachable", place, error.message)));
    socket.on("close", () => {
      signal?.removeEventListener("abort", stop);
      reject(new BulkConnectionError("interrupted", place, "the connection was closed during the TLS handshake"));
    });
    socket.once("secureConnect", () => {
      const raw = findCertificate(socket.getPeerCertificate(true), wanted);
      if (raw === undefined) {
        fail(new BulkConnectionError("settings", place, "the server sends no certificate with ca_trusted_fingerprint"));
        return;
      }
      const lines = raw.toString("base64").replace(/.{64}/g, "$&\n");
      resolve(`-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`);
      socket.destroy();
    });
  });
}

function findCertificate(leaf: DetailedPeerCertificate, wanted: string): Buffer | undefined {
  let one: DetailedPeerCertificate | undefined = leaf;
  for (let i = 0; i < CHAIN_LIMIT && one?.raw !== undefined; i++) {
    if (one.fingerprint256.replaceAll(":", "") === wanted) return one.raw;
    if (one.issuerCertificate === one) return undefined;
    one = one.issuerCertificate;
  }
  return undefined;
}
