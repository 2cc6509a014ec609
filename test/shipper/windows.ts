import type { EncodedWindow } from "../../src/shipper/outputs/window-sender.ts";

export interface TestEvent {
  readonly fields: object;
  readonly metadata: object;
}

const FIRST_GAP = 16;
const GAP = 10;

/** A window as the encoder makes it. */
export function windowOf(events: readonly TestEvent[]): EncodedWindow {
  const parts: Buffer[] = [Buffer.alloc(FIRST_GAP - GAP)];
  const starts = new Int32Array(events.length);
  const ends = new Int32Array(events.length);
  const metadata = new Int32Array(events.length);
  let at = FIRST_GAP - GAP;
  events.forEach((event, i) => {
    const body = Buffer.from(JSON.stringify(event.fields).slice(0, -1));
    const rest = Buffer.from(`,"@metadata":${JSON.stringify(event.metadata)}}`);
    starts[i] = at + GAP;
    metadata[i] = at + GAP + body.length;
    ends[i] = at + GAP + body.length + rest.length;
    parts.push(Buffer.alloc(GAP), body, rest);
    at = ends[i] as number;
  });
  return { bytes: Buffer.concat(parts), starts, ends, metadata, count: events.length, gaps: true };
}

/** The events of a window as they would be sent. */
export function textsOf({ bytes, starts, ends, count }: EncodedWindow): string[] {
  return Array.from({ length: count }, (_none, i) => bytes.toString("utf8", starts[i], ends[i]));
}

/** Events `from` to `to` (excluded), each with its number as message and an identity of 50 characters. */
export function numbered(from: number, to: number, fields: object = {}): EncodedWindow {
  return windowOf(
    Array.from({ length: to - from }, (_none, i) => ({
      fields: { "@timestamp": "2026-11-23T10:00:00.000Z", message: `event ${from + i}`, ...fields },
      metadata: { beat: "filebeat", type: "_doc", version: "1", _id: idOf(from + i) },
    })),
  );
}

export function idOf(number: number): string {
  return `id${String(number).padStart(48, "0")}`;
}
