import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { LimitedWarnings } from "./limited-warnings.ts";
import { type ProxyHeader, readProxyHeader } from "./proxy-header.ts";

/** The other end of a connection. */
export interface TcpPeer {
  readonly address: string;
  /** As text where a proxy told it. */
  readonly port: number | string;
  /** The proxy between, where the connection came with a PROXY header. */
  readonly proxy?: { readonly address: string; readonly port: string };
  /** Of a certificate that was checked: `CN=…,O=…`, as RFC 4514 orders it. */
  readonly subject?: string;
}

/** Takes the bytes of one connection. */
export interface ByteConsumer {
  /** A promise while there is no room: nothing more is read from the connection until it resolves. */
  push(chunk: Buffer): Promise<void> | undefined;
  /** Nothing more comes: the peer is done, the connection broke, or we stop. */
  end(): void;
}

export type OpenConsumer = (peer: TcpPeer) => ByteConsumer | Promise<ByteConsumer>;

export interface StreamOptions {
  /** Connections begin with a PROXY header, version 1. */
  readonly proxyProtocol: boolean;
  /** A connection on which nothing comes for so many milliseconds is closed; 0 or undefined: never. */
  readonly idleMs?: number;
  readonly open: OpenConsumer;
  readonly warnings: LimitedWarnings;
}

/** Milliseconds for a PROXY header. */
const HEADER_MS = 10_000;
/** Faults that say only that the peer is gone. */
const GONE = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ERR_STREAM_PREMATURE_CLOSE"]);

/** Reads a connection to its end; never rejects. Its bytes are read only as fast as they are taken. */
export async function readStream(socket: Socket, options: StreamOptions): Promise<void> {
  const from = peerOf(socket);
  const { warnings } = options;
  let consumer: ByteConsumer | undefined;
  try {
    const chunks = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    let first: Buffer | undefined;
    let header: ProxyHeader | undefined;
    if (options.proxyProtocol) {
      const read = await headerOf(socket, chunks);
      if (read === undefined) return;
      [header, first] = read;
    }
    consumer = await options.open(withProxy(from, header));
    if (first !== undefined && first.length > 0) await consumer.push(first);
    const { idleMs = 0 } = options;
    if (idleMs > 0) socket.setTimeout(idleMs, () => socket.destroy());
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      const full = consumer.push(next.value);
      if (full === undefined) continue;
      // While there is no room it is we who are silent.
      socket.setTimeout(0);
      await full;
      socket.setTimeout(idleMs);
    }
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    if (!GONE.has(code)) warnings.warn("a connection was closed", { peer: from.address, reason: message });
  } finally {
    consumer?.end();
    socket.destroy();
  }
}

/** The header and what came behind it; undefined when the peer left before it said anything. @throws Error */
async function headerOf(socket: Socket, chunks: AsyncIterator<Buffer>): Promise<[ProxyHeader, Buffer] | undefined> {
  const timer = setTimeout(() => socket.destroy(new Error("no PROXY header came")), HEADER_MS);
  try {
    let bytes: Buffer = Buffer.alloc(0);
    for (;;) {
      const next = await chunks.next();
      if (next.done === true) {
        if (bytes.length === 0) return undefined;
        throw new Error("the connection ended within its PROXY header");
      }
      bytes = Buffer.concat([bytes, next.value]);
      const header = readProxyHeader(bytes);
      if (header !== "more") return [header, bytes.subarray(header.length)];
    }
  } finally {
    clearTimeout(timer);
  }
}

function withProxy(peer: TcpPeer, header: ProxyHeader | undefined): TcpPeer {
  if (header?.source === undefined || header.proxy === undefined) return peer;
  return { ...peer, ...header.source, proxy: header.proxy };
}

function peerOf(socket: Socket): TcpPeer {
  const subject = subjectOf(socket as Partial<TLSSocket>);
  return {
    address: (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, ""),
    port: socket.remotePort ?? 0,
    ...(subject === undefined ? {} : { subject }),
  };
}

function subjectOf(socket: Partial<TLSSocket>): string | undefined {
  if (socket.authorized !== true) return undefined;
  return socket.getPeerX509Certificate?.()?.subject.split("\n").reverse().join(",");
}

/** Why a certificate that was shown, though none had to be, is not accepted. */
export function badPeer(socket: TLSSocket): string | undefined {
  if (socket.authorized || socket.getPeerX509Certificate() === undefined) return undefined;
  return `its certificate is not valid: ${String(socket.authorizationError)}`;
}
