import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { Clock } from "../../src/lumberjack/clock.ts";
import type { EventSlices } from "../../src/lumberjack/events.ts";
import type { LumberjackCounter, LumberjackCounters, LumberjackLog } from "../../src/lumberjack/report.ts";

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export const windowFrame = (size: number, version = "2"): Buffer =>
  Buffer.concat([Buffer.from(`${version}W`), u32(size)]);
export const ackFrame = (sequence: number): Buffer => Buffer.concat([Buffer.from("2A"), u32(sequence)]);

export function jsonFrame(sequence: number, json: string): Buffer {
  const payload = Buffer.from(json);
  return Buffer.concat([Buffer.from("2J"), u32(sequence), u32(payload.length), payload]);
}

export function dataFrame(sequence: number, fields: readonly (readonly [string, string])[], version = "2"): Buffer {
  const parts = [Buffer.from(`${version}D`), u32(sequence), u32(fields.length)];
  for (const text of fields.flat()) parts.push(u32(Buffer.byteLength(text)), Buffer.from(text));
  return Buffer.concat(parts);
}

export function compressedFrame(frames: Buffer, version = "2"): Buffer {
  const payload = deflateSync(frames);
  return Buffer.concat([Buffer.from(`${version}C`), u32(payload.length), payload]);
}

/** A whole window of JSON events. */
export function jsonWindow(events: readonly string[]): Buffer {
  return Buffer.concat([windowFrame(events.length), ...events.map((json, i) => jsonFrame(i + 1, json))]);
}

/** Events as the client takes them, with gaps between them as a shipper's batch has. */
export function slices(events: readonly string[]): EventSlices {
  const starts = new Int32Array(events.length);
  const ends = new Int32Array(events.length);
  const parts: Buffer[] = [];
  let at = 0;
  events.forEach((text, i) => {
    const bytes = Buffer.from(`#${text}#`);
    starts[i] = at + 1;
    ends[i] = at + bytes.length - 1;
    at += bytes.length;
    parts.push(bytes);
  });
  return { bytes: Buffer.concat(parts), starts, ends, count: events.length };
}

export function texts(events: EventSlices): string[] {
  const bytes = Buffer.from(events.bytes.buffer, events.bytes.byteOffset, events.bytes.byteLength);
  return Array.from({ length: events.count }, (_, i) => bytes.toString("utf8", events.starts[i], events.ends[i]));
}

/** Collects messages and counts. */
export class Recorder implements LumberjackLog, LumberjackCounters {
  readonly lines: string[] = [];
  readonly counts: Map<LumberjackCounter, number> = new Map();

  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  add(counter: LumberjackCounter, n: number): void {
    this.counts.set(counter, this.count(counter) + n);
  }
  count(counter: LumberjackCounter): number {
    return this.counts.get(counter) ?? 0;
  }
  get warnings(): string[] {
    return this.lines.filter((line) => line.startsWith("warn "));
  }
}

/** Time that passes only by `advance`. */
export class ManualClock implements Clock {
  #now = 0;
  #timers: { at: number; action: () => void }[] = [];

  now(): number {
    return this.#now;
  }
  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#now + ms, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  /** Milliseconds until each timer, soonest first. */
  get waits(): number[] {
    return this.#timers.map((timer) => timer.at - this.#now).sort((a, b) => a - b);
  }
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const due = this.#timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#now = due.at;
      due.action();
    }
    this.#now = until;
  }
}

/** Waits until `condition` holds; after 10 s it fails, so that a failing run ends. */
export async function until(condition: () => boolean): Promise<void> {
  const giveUp = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > giveUp) throw new Error(`not within 10 s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A raw TCP peer that remembers what it got. */
export class RawPeer {
  readonly socket: net.Socket;
  readonly #received: Buffer[] = [];
  ended: boolean = false;
  closed: boolean = false;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#received.push(chunk));
    socket.on("end", () => {
      this.ended = true;
    });
    socket.on("close", () => {
      this.closed = true;
    });
    socket.on("error", () => {});
  }

  static async connect(port: number): Promise<RawPeer> {
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
    return new RawPeer(socket);
  }

  get received(): Buffer {
    return Buffer.concat(this.#received);
  }
  /** Sequences of the acknowledgement frames received. */
  get acks(): number[] {
    const bytes = this.received;
    return Array.from({ length: Math.floor(bytes.length / 6) }, (_, i) => bytes.readUInt32BE(i * 6 + 2));
  }
}

/** A raw TCP server on a free port of the loopback. */
export async function rawServer(onPeer: (peer: RawPeer) => void): Promise<{ port: number; close: () => void }> {
  const peers: RawPeer[] = [];
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const peer = new RawPeer(socket);
    peers.push(peer);
    onPeer(peer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close: () => {
      server.close();
      for (const peer of peers) peer.socket.destroy();
    },
  };
}

export interface Certificates {
  readonly ca: Buffer;
  readonly server: { readonly cert: Buffer; readonly key: Buffer };
  readonly client: { readonly cert: Buffer; readonly key: Buffer };
  /** Signed by itself. */
  readonly stranger: { readonly cert: Buffer; readonly key: Buffer };
}

/** Makes an authority and certificates with the openssl command; undefined where there is none. */
export function makeCertificates(): Certificates | undefined {
  const folder = mkdtempSync(join(tmpdir(), "antler-lumberjack-"));
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const pair = (name: string): { cert: Buffer; key: Buffer } => ({
    cert: readFileSync(join(folder, `${name}.crt`)),
    key: readFileSync(join(folder, `${name}.key`)),
  });
  try {
    openssl("version");
  } catch {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  try {
    const made = (name: string, subject: string, ...rest: string[]): void =>
      openssl("req", "-x509", ...ec, "-keyout", `${name}.key`, "-out", `${name}.crt`, "-subj", subject, ...rest);
    const signed = ["-CA", "ca.crt", "-CAkey", "ca.key"];
    made("ca", "/CN=Antler test authority");
    made("server", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", ...signed);
    made("client", "/CN=shipper-1/O=Antler", ...signed);
    made("stranger", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1");
    return {
      ca: readFileSync(join(folder, "ca.crt")),
      server: pair("server"),
      client: pair("client"),
      stranger: pair("stranger"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
