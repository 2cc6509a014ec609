import type { TlsOptions } from "node:tls";
import { FLAG_TRUNCATED, type Source } from "../../event/record-batch.ts";
import { atMost, BatchFiller } from "../../sources/batch-filler.ts";
import { LimitedWarnings } from "../../sources/limited-warnings.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import { SenderSources } from "../../sources/sender-sources.ts";
import { HeldRecords, StreamRecords } from "../../sources/stream-records.ts";
import { syslogFramer } from "../../sources/syslog-framer.ts";
import { TcpListener } from "../../sources/tcp-listener.ts";
import { UdpListener } from "../../sources/udp-listener.ts";
import type { ListenInput } from "../config/config.ts";
import { readTlsFiles } from "../outputs/tls-files.ts";
import { countedSink } from "./counted-sink.ts";
import { type InputEnvironment, NEVER, type ShipperInputRun } from "./shipper-input.ts";

/** Datagrams that may wait for room. */
const QUEUE_SIZE = 2000;

/** `syslog`, `tcp`, `udp`. What comes over UDP and is lost is counted and said. Where it listens is in the log. */
export async function openListen(input: ListenInput, environment: InputEnvironment): Promise<ShipperInputRun> {
  const { number, log, now, randomBytes } = environment;
  const sink = await countedSink(environment);
  const filler = new BatchFiller(sink, now);
  const sourceOf = (address: string): Source => ({
    input: number,
    fileId: randomBytes(12),
    generation: 0,
    fields: [["[log][source][address]", address]],
  });
  const warnings = new LimitedWarnings(log, now);
  const listener =
    input.protocol === "udp"
      ? listenUdp(input, filler, sourceOf, log)
      : await listenTcp(input, filler, sourceOf, warnings);
  await listener.listen();
  log.info(`input ${input.id} listens`, { protocol: input.protocol, host: input.host, port: listener.port });
  return {
    ended: NEVER,
    async stop(timeoutMs) {
      await atMost(
        timeoutMs,
        listener
          .close()
          .then(() => filler.drain())
          .then(() => sink.settled()),
      );
      warnings.flush();
    },
  };
}

function listenUdp(
  input: ListenInput,
  filler: BatchFiller,
  sourceOf: (address: string) => Source,
  log: InputEnvironment["log"],
): UdpListener {
  const senders = new SenderSources(sourceOf);
  return new UdpListener({
    host: input.host,
    port: input.port,
    bufferSize: Math.min(input.maxMessageBytes, 65_536),
    receiveBufferBytes: input.receiveBufferBytes,
    queueSize: QUEUE_SIZE,
    log,
    onDatagram(bytes, address, isCut) {
      const sender = senders.of(address);
      return filler.add(sender.source, bytes, 0, endOf(bytes), sender.next++, isCut ? FLAG_TRUNCATED : 0);
    },
  });
}

async function listenTcp(
  input: ListenInput,
  filler: BatchFiller,
  sourceOf: (address: string) => Source,
  warnings: LimitedWarnings,
): Promise<TcpListener> {
  const held = new HeldRecords();
  return new TcpListener({
    host: input.host,
    port: input.port,
    tls: input.tls === undefined ? undefined : await serverTls(input.tls),
    proxyProtocol: false,
    keepAlive: true,
    idleMs: input.timeoutMs,
    maxConnections: input.maxConnections,
    warnings,
    open: (peer) => {
      const longest = input.maxMessageBytes;
      const framer = input.framing === "delimiter" ? lineFramer("\n", longest) : syslogFramer(longest);
      return new StreamRecords(filler, sourceOf(peer.address), framer, held, warnings);
    },
  });
}

async function serverTls(settings: NonNullable<ListenInput["tls"]>): Promise<TlsOptions> {
  const { checkServerIdentity: _forClients, rejectUnauthorized: _own, ...files } = await readTlsFiles(settings);
  const asks = settings.clientAuthentication !== "none";
  return { ...files, requestCert: asks, rejectUnauthorized: settings.clientAuthentication === "required" };
}

/** Without line ends and zero bytes behind the message. */
function endOf(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d || bytes[end - 1] === 0)) end--;
  return end;
}
