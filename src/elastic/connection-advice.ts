/** Begins of the client's and Node's messages, and the way out. Source: Node.js, "TLS (SSL)" error codes; OpenSSL's reasons. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /wrong version number|packet length too long/i,
    "the server does not speak TLS at this port: write http://, or the port that does",
  ],
  [/altnames/i, "the certificate is for another name: use a name that it has as the host"],
  [/certificate has expired|not yet valid/i, "the server's certificate is out of date, or this machine's clock is"],
  [/certificate|self.signed/i, "name the CA in ssl_certificate_authorities or ca_trusted_fingerprint"],
  [
    /alert (bad|unknown|handshake|certificate)/i,
    "the server refuses the TLS handshake: it may want ssl_certificate and ssl_key",
  ],
];

export const NOT_ELASTICSEARCH: string =
  "what answers there is not Elasticsearch: it sends no header x-elastic-product. OpenSearch and servers before 7.14 cannot be used; a proxy must let the header pass";

/** What the message of a failed connection means, with the way out where there is one. `isNew`: this server has never answered. */
export function explained(message: string, place: string | undefined, isNew: boolean): string {
  // OpenSSL's own text has line ends and file names of its source.
  const plain = message.replace(/write EPROTO \S*?:error:\w+:SSL routines:[^:]*:([^:]+):.*/s, "TLS failed: $1").trim();
  const advice = ADVICE.find(([pattern]) => pattern.test(plain))?.[1];
  if (advice !== undefined) return `${plain} (${advice})`;
  const isCut = /socket hang up|ECONNRESET/i.test(plain);
  if (isNew && isCut && place?.startsWith("http:") === true) return `${plain} (if it speaks TLS, write https://)`;
  return plain;
}
