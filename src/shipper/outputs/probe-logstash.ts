import type { Socket } from "node:net";
import { FRAME_ACK, FRAME_WINDOW, SHORT_FRAME_BYTES, VERSION_2, writeShortFrame } from "../../lumberjack/frames.ts";
import { plainTls, tlsHelp } from "./probe-network.ts";
import { ProbeFailure, type Say } from "./probe-step.ts";

/** A receiver that takes an empty window says nothing: so long it must be silent and stay connected. */
const SILENCE_MS = 1000;

/**
 * Sends a window of no events, which does nothing at a Lumberjack receiver, and looks what comes back: others answer something, or close.
 * @throws ProbeFailure
 */
export async function probeLumberjack(socket: Socket, say: Say): Promise<void> {
  const window = new Uint8Array(SHORT_FRAME_BYTES);
  writeShortFrame(window, 0, VERSION_2, FRAME_WINDOW, 0);
  const chunks: Buffer[] = [];
  const ended = await new Promise<"silent" | "closed" | Error>((resolve) => {
    const timer = setTimeout(resolve, SILENCE_MS, "silent");
    const end = (how: "closed" | Error): void => {
      clearTimeout(timer);
      resolve(how);
    };
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("end", () => end("closed")).once("close", () => end("closed"));
    socket.once("error", end);
    socket.write(window);
  });
  socket.destroy();
  const answer = Buffer.concat(chunks);
  const isAcknowledgement = answer[0] === VERSION_2 && answer[1] === FRAME_ACK;
  if (answer.length > 0 && !isAcknowledgement) throw foreign(answer);
  if (ended === "closed")
    throw new ProbeFailure(
      "protocol",
      "it closed the connection on an empty window",
      "it does not speak Lumberjack, or wants TLS (ssl.enabled: true), or a client certificate; its log says why",
    );
  if (ended instanceof Error)
    throw new ProbeFailure("protocol", `the connection broke: ${plainTls(ended)}`, tlsHelp(ended));
  say("protocol", "it takes an empty Lumberjack window");
}

function foreign(answer: Buffer): ProbeFailure {
  if (answer[0] === 0x15 && answer[1] === 0x03)
    return new ProbeFailure("protocol", "it speaks TLS", "set ssl.enabled: true and ssl.certificate_authorities");
  const text = answer
    .toString("latin1", 0, 60)
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim();
  const isHttp = text.startsWith("HTTP/");
  return new ProbeFailure(
    "protocol",
    isHttp
      ? `it is an HTTP server: ${text}`
      : `it answers with something that is not Lumberjack: ${JSON.stringify(text)}`,
    isHttp
      ? "for Elasticsearch use output.elasticsearch; for Logstash give the port of its beats input (5044)"
      : "give the port of Logstash's beats input (5044), or of Antler's",
  );
}
