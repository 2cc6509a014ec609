import type { BulkBody } from "../../elastic/bulk-types.ts";
import { ByteWriter } from "../../event/byte-writer.ts";
import type { EventRouter } from "./event-route.ts";
import type { EncodedWindow } from "./window-sender.ts";

const NEWLINE = 0x0a;
const OBJECT_END = 0x7d;

/** A window as a body of the bulk API: for each event an action, and the event without its metadata. */
export function bulkBody(window: EncodedWindow, router: EventRouter): BulkBody {
  const { bytes, starts, ends, metadata, count } = window;
  const out = new ByteWriter((ends[count - 1] as number) - (starts[0] as number) + count * 64);
  const places = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const at = metadata[i] as number;
    router.writeAction(out, bytes, start, at, ends[i] as number);
    out.byte(NEWLINE);
    out.reserve(at - start + 2);
    out.length += bytes.copy(out.bytes, out.length, start, at);
    out.byte(OBJECT_END);
    out.byte(NEWLINE);
    places[i] = out.length;
  }
  return { bytes: out.bytes.subarray(0, out.length), ends: places, count };
}
