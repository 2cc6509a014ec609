/**
 * The name that OpenSSL has for a cipher suite written as Java and IANA do; another name as it is. TLS 1.3's have one name only.
 * `TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256` is `ECDHE-RSA-AES128-SHA256`. Source: openssl-ciphers(1), "Cipher suite names".
 */
export function opensslCipherName(name: string): string {
  const match = /^(?:TLS|SSL)_([A-Z0-9_]+)_WITH_([A-Z0-9_]+)$/.exec(name);
  if (match === null) return name;
  const exchange = (match[1] as string).replaceAll("_", "-");
  const cipher = (match[2] as string)
    .replace(/^(AES|CAMELLIA|ARIA)_(\d+)/, "$1$2")
    .replace(/_CBC(?=_SHA)/, "")
    .replace(/^(CHACHA20_POLY1305)_SHA256$/, "$1")
    .replace(/^3DES_EDE/, "DES-CBC3")
    .replaceAll("_", "-");
  return exchange === "RSA" ? cipher : `${exchange}-${cipher}`;
}
