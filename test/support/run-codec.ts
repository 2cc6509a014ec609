import { ByteWriter } from "../../src/event/byte-writer.ts";
import { Event } from "../../src/event/event.ts";
import { Timestamp } from "../../src/event/timestamp.ts";
import type { StoredTree } from "../../src/event/value.ts";
import type { ResolvedCodec } from "../../src/pipeline/compile/resolved.ts";
import { findPlugin } from "../../src/pipeline/plugins.ts";
import type { DecoderHost, EcsMode } from "../../src/plugin/definitions.ts";
import { resolved } from "./resolved.ts";

/** Time of events that carry none. */
export const NOW: number = Date.UTC(2026, 10, 22, 12);

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

export function codecHost(ecs: EcsMode = "v8"): DecoderHost {
  const host = { pluginId: "test#1", pipelineId: "test", ecs, log: silent, now: () => NOW, random: () => 0.5 };
  return { ...host, decoderOf: (name) => findPlugin("codec", name)?.decoder?.({}, host) };
}

/** A codec as it stands behind `codec =>`. */
export function findCodec(config: string): ResolvedCodec {
  const writesOnly = findPlugin("codec", /^\w+/.exec(config)?.[0] ?? "")?.decoder === undefined;
  const whole = writesOnly
    ? resolved(`output { stdout { codec => ${config} } }`).outputs
    : resolved(`input { generator { codec => ${config} } }`).inputs;
  const codec = whole[0]?.codec;
  if (codec === undefined) throw new Error(`no codec in ${config}`);
  return codec;
}

/** A record as a framer gave it, with bytes of its own. */
export interface Frame {
  readonly text: string;
  readonly bytes: Buffer;
  readonly rawLength: number;
  readonly flags: number;
}

/** The records of a stream that comes in these chunks; without a framer each chunk is one. */
export function frames(config: string, chunks: readonly (string | Buffer)[]): Frame[] {
  const { plugin, options } = findCodec(config);
  const framer = plugin.framer?.(options, codecHost());
  const found: Frame[] = [];
  const emit = (from: Buffer, start: number, end: number, rawLength: number, flags: number): void => {
    const bytes = Buffer.from(from.subarray(start, end));
    found.push({ text: bytes.toString("utf8"), bytes, rawLength, flags });
  };
  for (const chunk of chunks) {
    // Readers use their memory again, so the framer must not keep views of it.
    const bytes = Buffer.from(chunk);
    if (framer === undefined) emit(bytes, 0, bytes.length, bytes.length, 0);
    else framer.push(bytes, emit);
    bytes.fill(0);
  }
  framer?.flush(emit);
  return found;
}

/** What a codec makes of a stream: framed, then decoded. Cancelled events are left out. */
export function decode(config: string, chunks: readonly (string | Buffer)[], ecs: EcsMode = "v8"): Event[] {
  const { plugin, options } = findCodec(config);
  const decoder = plugin.decoder?.(options, codecHost(ecs));
  if (decoder === undefined) throw new Error(`the codec ${plugin.name} cannot read`);
  return frames(config, chunks).flatMap(({ bytes, flags }, i) => {
    const events = [newEvent(i)];
    decoder.decode({ bytes, start: 0, end: bytes.length, offset: 0, flags }, events[0] as Event, () => {
      const more = newEvent(i);
      events.push(more);
      return more;
    });
    return events.filter((event) => !event.cancelled);
  });
}

/** The text that a codec writes for an event. */
export function encode(config: string, event: Event): string {
  const { plugin, options } = findCodec(config);
  const encoder = plugin.encoder?.(options, codecHost());
  if (encoder === undefined) throw new Error(`the codec ${plugin.name} cannot write`);
  const out = new ByteWriter(16);
  encoder.encode(event, out);
  return out.bytes.toString("utf8", 0, out.length);
}

export function newEvent(record = 0, fields: StoredTree = {}): Event {
  const event = new Event(record, fields);
  if (event.timestamp === undefined) event.timestamp = new Timestamp(NOW);
  return event;
}
