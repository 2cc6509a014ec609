import net from "node:net";
import type { Duplex } from "node:stream";
import tls from "node:tls";
import { describeFault, LumberjackError } from "./errors.ts";
import type { TlsPeer } from "./events.ts";

/** TLS settings as node:tls takes them; contents of files, not paths. */
export type LumberjackTls = Pick<
  tls.SecureContextOptions,
  "cert" | "key" | "passphrase" | "pfx" | "ca" | "crl" | "minVersion" | "maxVersion" | "ciphers" | "ecdhCurve"
> &
  Pick<tls.CommonConnectionOptions, "requestCert" | "rejectUnauthorized"> &
  Pick<tls.ConnectionOptions, "servername" | "checkServerIdentity">;

/** A connected byte stream. */
export interface Channel {
  readonly stream: Duplex;
  readonly address: string;
  readonly port: number;
  readonly tls?: TlsPeer;
}

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly tls?: LumberjackTls;
}

export interface ListenOptions extends Target {
  readonly handshakeMs: number;
  readonly maxConnections: number;
  readonly onChannel: (channel: Channel) => void;
  /** A connection that never became a channel; without a reason where the peer only looked whether the port is open. */
  readonly onRefused: (peer: string, reason: string | undefined) => void;
}

export interface Listener {
  readonly address: string;
  readonly port: number;
  /** Stops accepting; open channels stay. */
  close(): void;
}

/** Connections as parameters. */
export interface LumberjackNetwork {
  /** @throws LumberjackError CONNECT_FAILED, TLS_FAILED, BAD_TLS_OPTIONS, or CLOSED when `signal` aborts */
  connect(target: Target, signal: AbortSignal): Promise<Channel>;
  /** @throws LumberjackError ADDRESS_IN_USE, ADDRESS_UNAVAILABLE, ADDRESS_FORBIDDEN, BAD_TLS_OPTIONS */
  listen(options: ListenOptions): Promise<Listener>;
}

const KEEPALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000, noDelay: true } as const;

/** `host:port`, with brackets around an IPv6 address. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address of a socket, IPv4 in IPv6 written as IPv4. */
function remoteOf(socket: net.Socket): { address: string; port: number } {
  return { address: (socket.remoteAddress ?? "unknown").replace(/^::ffff:/, ""), port: socket.remotePort ?? 0 };
}

function tlsPeer(socket: tls.TLSSocket): TlsPeer {
  const certificate = socket.getPeerCertificate();
  const subject = Object.entries(certificate?.subject ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
  return {
    protocol: socket.getProtocol() ?? "unknown",
    cipher: socket.getCipher()?.name ?? "unknown",
    verified: socket.authorized,
    ...(subject === "" ? {} : { subject }),
  };
}

function badTls(fault: unknown): LumberjackError {
  const code = (fault as { code?: unknown }).code;
  const hints: Record<string, string> = {
    ERR_OSSL_PEM_NO_START_LINE: "the certificate, key or authority is not PEM",
    ERR_OSSL_X509_KEY_VALUES_MISMATCH: "the key does not belong to the certificate",
    ERR_OSSL_BAD_DECRYPT: "the key's passphrase is wrong",
    ERR_OSSL_UNSUPPORTED: "the key's format or encryption is not supported, or it is not a key",
    ERR_MISSING_PASSPHRASE: "the key needs a passphrase",
  };
  const hint = typeof code === "string" ? hints[code] : undefined;
  return new LumberjackError(
    "BAD_TLS_OPTIONS",
    `TLS settings cannot be used: ${hint === undefined ? "" : `${hint}: `}${describeFault(fault)}`,
    fault,
  );
}

function handshakeFault(fault: Error): string {
  const code = (fault as { code?: unknown }).code;
  const hints: Record<string, string> = {
    ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
    ERR_SSL_HTTP_REQUEST: "it sent a plain HTTP request",
    ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: "it showed no certificate",
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "it does not trust our certificate",
  };
  const hint = typeof code === "string" ? hints[code] : undefined;
  return hint === undefined ? describeFault(fault) : `${hint} (${String(code)})`;
}

function listenFault(fault: unknown, where: string): LumberjackError {
  const code = (fault as { code?: unknown }).code;
  if (code === "EADDRINUSE") {
    return new LumberjackError("ADDRESS_IN_USE", `cannot listen on ${where}: another program listens there`, fault);
  }
  if (code === "EACCES") {
    return new LumberjackError("ADDRESS_FORBIDDEN", `cannot listen on ${where}: no permission for this port`, fault);
  }
  return new LumberjackError("ADDRESS_UNAVAILABLE", `cannot listen on ${where}: ${describeFault(fault)}`, fault);
}

function listen(options: ListenOptions): Promise<Listener> {
  const { onChannel, onRefused } = options;
  const accept = (socket: net.Socket, secured?: TlsPeer): void => {
    // A sender that has said everything still wants its acknowledgements. Not before: a peer that leaves during the handshake has left.
    socket.allowHalfOpen = true;
    onChannel({ stream: socket, ...remoteOf(socket), ...(secured === undefined ? {} : { tls: secured }) });
  };
  let server: net.Server;
  try {
    if (options.tls === undefined) {
      server = net.createServer(KEEPALIVE, (socket) => accept(socket));
    } else {
      const secure = tls.createServer(
        { ...KEEPALIVE, ...options.tls, handshakeTimeout: options.handshakeMs },
        (socket) => {
          // Where no certificate has to be shown, one that is shown must be valid all the same.
          if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) {
            const { address, port } = remoteOf(socket);
            onRefused(hostAndPort(address, port), `its certificate is not valid: ${String(socket.authorizationError)}`);
            socket.destroy();
          } else accept(socket, tlsPeer(socket));
        },
      );
      // The TLS socket has lost its address by the time the handshake has failed.
      const peers = new WeakMap<net.Socket, string>();
      secure.on("connection", (socket) => {
        const { address, port } = remoteOf(socket);
        peers.set(socket, hostAndPort(address, port));
      });
      secure.on("tlsClientError", (fault, socket) => {
        const raw = (socket as unknown as { _parent?: net.Socket })._parent;
        const peer = (raw && peers.get(raw)) ?? "unknown peer";
        // A load balancer's check connects and leaves.
        const left = (fault as { code?: unknown }).code === "ECONNRESET";
        onRefused(peer, left ? undefined : `TLS handshake failed: ${handshakeFault(fault)}`);
        socket.destroy();
      });
      server = secure;
    }
  } catch (fault) {
    return Promise.reject(badTls(fault));
  }
  server.maxConnections = options.maxConnections;
  server.on("drop", (data) => {
    const peer = data?.remoteAddress === undefined ? "a peer" : hostAndPort(data.remoteAddress, data.remotePort ?? 0);
    onRefused(peer, `more than ${options.maxConnections} connections`);
  });
  return new Promise((resolve, reject) => {
    server.once("error", (fault) => reject(listenFault(fault, hostAndPort(options.host, options.port))));
    server.listen({ host: options.host, port: options.port }, () => {
      server.removeAllListeners("error");
      // For instance no file descriptors left: the next accept may work.
      server.on("error", (fault) => onRefused("a peer", describeFault(fault)));
      const at = server.address() as net.AddressInfo;
      resolve({ address: at.address, port: at.port, close: () => void server.close() });
    });
  });
}

function connect(target: Target, signal: AbortSignal): Promise<Channel> {
  const where = hostAndPort(target.host, target.port);
  const base = { ...KEEPALIVE, host: target.host, port: target.port };
  return new Promise((resolve, reject) => {
    let socket: net.Socket;
    let connected = false;
    try {
      if (target.tls === undefined) socket = net.connect(base);
      else {
        const servername = target.tls.servername ?? (net.isIP(target.host) === 0 ? target.host : undefined);
        socket = tls.connect({ ...base, ...target.tls, ...(servername === undefined ? {} : { servername }) });
      }
    } catch (fault) {
      reject(badTls(fault));
      return;
    }
    const settle = (): void => {
      signal.removeEventListener("abort", abort);
      socket.off("error", fail).off("close", closed);
    };
    const fail = (fault: unknown): void => {
      settle();
      // Later errors of a socket that nobody owns any more.
      socket.on("error", () => {});
      socket.destroy();
      if (fault instanceof LumberjackError) reject(fault);
      else if (!connected)
        reject(new LumberjackError("CONNECT_FAILED", `cannot connect to ${where}: ${describeFault(fault)}`, fault));
      else reject(new LumberjackError("TLS_FAILED", `TLS with ${where} failed: ${describeFault(fault)}`, fault));
    };
    const abort = (): void => {
      fail(signal.reason instanceof LumberjackError ? signal.reason : new LumberjackError("CLOSED", "closed"));
    };
    const closed = (): void => fail(new Error("the peer closed the connection"));
    socket.on("error", fail).on("close", closed);
    socket.once("connect", () => {
      connected = true;
    });
    socket.once(target.tls === undefined ? "connect" : "secureConnect", () => {
      settle();
      const secured = target.tls === undefined ? {} : { tls: tlsPeer(socket as tls.TLSSocket) };
      resolve({ stream: socket, address: target.host, port: target.port, ...secured });
    });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
}

/** Real sockets. */
export const nodeNetwork: LumberjackNetwork = { connect, listen };
