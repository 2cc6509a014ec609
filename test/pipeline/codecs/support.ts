import { ByteWriter } from "../../../src/event/byte-writer.ts";
import { Event } from "../../../src/event/event.ts";
import { Timestamp } from "../../../src/event/timestamp.ts";
import type { StoredTree } from "../../../src/event/value.ts";
import type { CodecPlugin, EcsMode, Framer, PluginHost } from "../../../src/plugin/definitions.ts";
import { comparable } from "../../support/run-filters.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const HOST: PluginHost = {
  pluginId: "codec#1",
  pipelineId: "test",
  ecs: "v8",
  log: silent,
  now: () => 0,
  random: () => 0,
};

export function settingsOf(codec: CodecPlugin, given: object): never {
  const defaults = Object.fromEntries(Object.entries(codec.options).map(([name, option]) => [name, option.default]));
  return { ...defaults, ...given } as never;
}

export interface Frame {
  readonly text: string;
  readonly raw: number;
  readonly flags: number;
}

export function framerOf(codec: CodecPlugin, given: object = {}): Framer {
  const framer = codec.framer?.(settingsOf(codec, given), HOST);
  if (framer === undefined) throw new Error(`${codec.name} has no framer`);
  return framer;
}

/** The records that a framer cuts out of chunks; each chunk's memory is overwritten as soon as the framer has had it. */
export function framesOf(framer: Framer, chunks: readonly (string | Uint8Array)[], flush = true): Frame[] {
  const frames: Frame[] = [];
  const target = (bytes: Buffer, start: number, end: number, raw: number, flags: number): void => {
    frames.push({ text: bytes.toString("utf8", start, end), raw, flags });
  };
  for (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    framer.push(bytes, target);
    bytes.fill(0x3f);
  }
  if (flush) framer.flush(target);
  return frames;
}

/** The events that a record is decoded to; dropped ones are left out. */
export function decode(
  codec: CodecPlugin,
  given: object,
  record: string | Uint8Array,
  { ecs = "v8", flags = 0, fields = {} }: { ecs?: EcsMode; flags?: number; fields?: StoredTree } = {},
): Event[] {
  const decoder = codec.decoder?.(settingsOf(codec, given), { ...HOST, ecs });
  if (decoder === undefined) throw new Error(`${codec.name} has no decoder`);
  // The record lies in the middle of a larger buffer, as in a batch.
  const inside = Buffer.from(record);
  const bytes = Buffer.concat([Buffer.from('"\\{\n'), inside, Buffer.from('\n}"')]);
  const start = 4;
  const fresh = (): Event => new Event(0, { "@timestamp": new Timestamp(0), ...fields });
  const events = [fresh()];
  const more = (): Event => {
    const event = fresh();
    events.push(event);
    return event;
  };
  decoder.decode({ bytes, start, end: start + inside.length, offset: 0, flags }, events[0] as Event, more);
  return events.filter((event) => !event.cancelled);
}

/** An event's fields without the time it was given. */
export function document(event: Event | undefined): unknown {
  if (event === undefined) return undefined;
  const { "@timestamp": time, ...rest } = comparable(event.toObject()) as Record<string, unknown>;
  return time === "1970-01-01T00:00:00.000Z" ? rest : { "@timestamp": time, ...rest };
}

export function documents(events: readonly Event[]): unknown[] {
  return events.map(document);
}

/** The text that an encoder writes for events. */
export function encode(codec: CodecPlugin, given: object, ...fields: readonly StoredTree[]): string {
  const encoder = codec.encoder?.(settingsOf(codec, given), HOST);
  if (encoder === undefined) throw new Error(`${codec.name} has no encoder`);
  const out = new ByteWriter(64);
  for (const one of fields) {
    const { "@metadata": metadata, ...rest } = one;
    const event = new Event(0, rest);
    if (metadata !== undefined) event.metadata = metadata as StoredTree;
    encoder.encode(event, out);
  }
  return out.bytes.toString("utf8", 0, out.length);
}
