/** What a proxy says of a connection that it passes on; texts as they stand there. */
export interface ProxyHeader {
  /** The client's; undefined where the proxy does not know (`UNKNOWN`). */
  readonly source: { readonly address: string; readonly port: string } | undefined;
  /** The proxy's own. */
  readonly proxy: { readonly address: string; readonly port: string } | undefined;
  /** Bytes that the header takes. */
  readonly length: number;
}

/** Longest line of version 1, line end included. Source: HAProxy, "The PROXY protocol", 2.1. */
const LONGEST = 107;
const PREFIX = "PROXY ";

/**
 * The header of version 1 that stands before a connection's bytes; "more" while it is not whole.
 * @throws Error for bytes that are none
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader | "more" {
  const start = bytes.toString("latin1", 0, Math.min(bytes.length, PREFIX.length));
  if (!PREFIX.startsWith(start)) throw new Error(`${JSON.stringify(start)} is no PROXY header`);
  const end = bytes.indexOf("\r\n");
  if (end > LONGEST - 2 || (end < 0 && bytes.length >= LONGEST)) throw new Error("the PROXY header is too long");
  if (end < 0) return "more";
  const line = bytes.toString("latin1", 0, end);
  const [, protocol, client, proxy, clientPort, proxyPort] = line.split(" ");
  const length = end + 2;
  if (protocol === "UNKNOWN") return { source: undefined, proxy: undefined, length };
  if ((protocol !== "TCP4" && protocol !== "TCP6") || proxyPort === undefined)
    throw new Error(`${JSON.stringify(line)} is no PROXY header`);
  return {
    source: { address: client as string, port: clientPort as string },
    proxy: { address: proxy as string, port: proxyPort },
    length,
  };
}
