import { lookup } from "node:dns/promises";
import net from "node:net";
import tls from "node:tls";
import { hostAndPort, type LumberjackTls } from "../../lumberjack/network.ts";
import type { TlsSettings } from "../config/config.ts";
import { ProbeFailure, type Say } from "./probe-step.ts";

const DAY_MS = 86_400_000;
/** A certificate that ends sooner is pointed at. */
const SOON_DAYS = 30;

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** undefined: no TLS. */
  readonly tls: { readonly settings: TlsSettings | undefined; readonly material: LumberjackTls } | undefined;
  readonly now: () => number;
}

/** Resolves the name, connects, shakes hands; the socket is the caller's. @throws ProbeFailure */
export async function probeConnection(target: ProbeTarget, say: Say): Promise<net.Socket> {
  await probeAddress(target, say);
  const socket = await connected(target);
  say("connect", `connected to ${hostAndPort(socket.remoteAddress ?? target.host, target.port)}`);
  if (target.tls === undefined) return socket;
  try {
    return await probeTls(target, target.tls, socket, say);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function probeAddress({ host }: ProbeTarget, say: Say): Promise<void> {
  if (net.isIP(host) !== 0) return;
  try {
    const found = await lookup(host, { all: true });
    say("address", `${host} is ${found.map(({ address }) => address).join(", ")}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ProbeFailure(
      "address",
      `${host} has no address (${code})`,
      "look at the name, and at this host's resolver",
    );
  }
}

function connected({ host, port, timeoutMs }: ProbeTarget): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    const fail = (what: string, help: string): void => {
      socket.destroy();
      reject(new ProbeFailure("connect", what, help));
    };
    socket.setTimeout(timeoutMs, () =>
      fail(`no connection within ${timeoutMs / 1000} s`, "a firewall may swallow it, or the host is down"),
    );
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeAllListeners();
      // Later errors of a socket that nobody looks at.
      socket.on("error", () => undefined);
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => {
      const isRefused = error.code === "ECONNREFUSED";
      const help = isRefused
        ? "nothing listens there: look at the port, and whether the receiver runs"
        : "look at the host, the port and the network between";
      fail(isRefused ? "the connection was refused" : (error.code ?? error.message), help);
    });
  });
}

async function probeTls(
  { host, port, timeoutMs, now }: ProbeTarget,
  { settings, material }: NonNullable<ProbeTarget["tls"]>,
  raw: net.Socket,
  say: Say,
): Promise<tls.TLSSocket> {
  const servername = net.isIP(host) === 0 ? { servername: host } : {};
  // Looked at below, so that the certificate can be named also when it is wrong.
  const lenient = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
  const socket = await new Promise<tls.TLSSocket>((resolve, reject) => {
    const timer = setTimeout(() => fail(new Error(`no answer within ${timeoutMs / 1000} s`)), timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(new ProbeFailure("tls", `the handshake failed: ${plainTls(error)}`, tlsHelp(error)));
    };
    const made = tls.connect({ ...material, ...servername, ...lenient, socket: raw, port });
    made.once("secureConnect", () => {
      clearTimeout(timer);
      made.off("error", fail).on("error", () => undefined);
      resolve(made);
    });
    made.once("error", fail);
  });
  const certificate = socket.getPeerCertificate();
  say("tls", `${socket.getProtocol()}, ${socket.getCipher().name}`);
  const ends = Date.parse(certificate.valid_to);
  const days = Math.floor((ends - now()) / DAY_MS);
  const named = `${subjectOf(certificate.subject)}, by ${subjectOf(certificate.issuer)}`;
  const until = Number.isNaN(ends) ? "" : `, valid until ${new Date(ends).toISOString().slice(0, 10)}`;
  const soon = days >= 0 && days < SOON_DAYS ? ` (${days} day${days === 1 ? "" : "s"} left)` : "";
  const mode = settings?.verificationMode ?? "full";
  const wrong = mode === "none" ? undefined : wrongCertificate(socket, host, certificate, mode);
  if (wrong !== undefined) {
    socket.destroy();
    throw new ProbeFailure("certificate", `${named}${until}: ${wrong.what}`, wrong.help);
  }
  say("certificate", `${named}${until}${soon}${mode === "none" ? "; not checked (ssl.verification_mode: none)" : ""}`);
  return socket;
}

function wrongCertificate(
  socket: tls.TLSSocket,
  host: string,
  certificate: tls.PeerCertificate,
  mode: string,
): { what: string; help: string } | undefined {
  if (!socket.authorized) {
    const code = String(socket.authorizationError);
    const isDate = /EXPIRED|NOT_YET/.test(code);
    return {
      what: code,
      help: isDate
        ? "the receiver needs a new certificate, or this host's clock is wrong"
        : "name the authority that signed it in ssl.certificate_authorities",
    };
  }
  const mismatch = mode === "full" ? tls.checkServerIdentity(host, certificate) : undefined;
  if (mismatch === undefined) return undefined;
  return {
    what: mismatch.message,
    help: "use a host name that is in the certificate, or ssl.verification_mode: certificate",
  };
}

function subjectOf(subject: tls.Certificate | undefined): string {
  const parts = Object.entries(subject ?? {}).map(([name, value]) => `${name}=${String(value)}`);
  return parts.length === 0 ? "nobody" : parts.join(",");
}

/** OpenSSL's own text has line ends and file names of its source. */
export function plainTls(error: Error): string {
  const reason = (error as { reason?: unknown }).reason;
  return typeof reason === "string" ? reason : ((error as NodeJS.ErrnoException).code ?? error.message);
}

export function tlsHelp(error: Error): string {
  const text = plainTls(error);
  if (/wrong version number|packet length/i.test(text))
    return "it does not speak TLS there: take ssl.* out, or use its TLS port";
  if (/version/i.test(text)) return "no common TLS version: look at ssl.supported_protocols";
  if (/alert/i.test(text)) return "it refuses us: it may want ssl.certificate and ssl.key";
  return "look at the receiver's log: it says why";
}
