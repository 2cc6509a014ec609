import { ByteWriter } from "../../src/event/byte-writer.ts";
import type { Event } from "../../src/event/event.ts";
import type { ResolvedOutput } from "../../src/pipeline/compile/resolved.ts";
import type { Deliverer, EcsMode, EncodedEvents, Encoder, EncoderHost, Origins } from "../../src/plugin/definitions.ts";
import { resolved } from "./resolved.ts";
import { codecHost } from "./run-codec.ts";

/** Stands where the 50 characters of an identity would. */
export const IDENTITY: string = "i".repeat(50);

export function findOutput(config: string): ResolvedOutput {
  const output = resolved(`input { stdin { } } output { ${config} }`).outputs[0];
  if (output === undefined) throw new Error(`no output in ${config}`);
  return output;
}

/** The worker's half of an output. */
export function outputEncoder(config: string, ecs: EcsMode = "v8"): Encoder {
  const { plugin, options, codec } = findOutput(config);
  const host: EncoderHost = { ...codecHost(ecs), writeIdentity: (_event, out) => out.text(IDENTITY) };
  const own = codec?.plugin.encoder?.(codec.options, host);
  const none: Encoder = { encode: () => undefined };
  const encoder = plugin.encoder?.(options, host, own ?? none);
  if (encoder === undefined) throw new Error(`${plugin.name} has no encoder`);
  return encoder;
}

/** Events as one batch of an output's bytes. */
export function encodeBatch(encoder: Encoder, events: readonly Event[]): EncodedEvents {
  const out = new ByteWriter(16);
  const ends = new Int32Array(events.length);
  events.forEach((event, i) => {
    encoder.encode(event, out);
    ends[i] = out.length;
  });
  const end = out.length;
  encoder.finish?.(out);
  const { bytes } = out;
  return {
    bytes: bytes.subarray(0, end),
    ends,
    count: events.length,
    trailer: bytes.subarray(end, out.length),
    origins: NO_ORIGINS,
  };
}

/** For outputs that do not ask where events come from. */
export const NO_ORIGINS: Origins = {
  ranges: [],
  sourceOf: () => {
    throw new Error("no origins here");
  },
  startOf: () => 0,
  endOf: () => 0,
};

/** The main thread's half of an output; `warnings` hears what it logs. */
export function outputDeliverer(
  config: string,
  warnings: (message: string, details?: object) => void = () => undefined,
): Promise<Deliverer> {
  const { plugin, options } = findOutput(config);
  const host = codecHost();
  return plugin.deliverer(options, { ...host, log: { ...host.log, warn: warnings } });
}
