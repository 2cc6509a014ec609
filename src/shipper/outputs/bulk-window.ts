import type { BulkBody } from "../../elastic/bulk-types.ts";
import { ByteWriter } from "../../event/byte-writer.ts";
import type { EventRouter } from "./event-route.ts";
import type { EncodedWindow } from "./window-sender.ts";

const ID: Uint8Array = new Uint8Array(Buffer.from(',"_id":'));
const ACTION_END: Uint8Array = new Uint8Array(Buffer.from("}}\n"));
const DOCUMENT_END: Uint8Array = new Uint8Array(Buffer.from("}\n"));

/** A window as a body of the bulk API: for each event an action, and the event without its metadata. */
export function bulkBody(window: EncodedWindow, router: EventRouter): BulkBody {
  const { bytes, starts, ends, metadata, count } = window;
  const out = new ByteWriter((ends[count - 1] as number) - (starts[0] as number) + count * 64);
  const places = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const start = starts[i] as number;
    const at = metadata[i] as number;
    const { head, id } = router.action(bytes, start, at, ends[i] as number);
    out.put(head);
    if (id !== "") {
      out.put(ID);
      out.text(JSON.stringify(id));
    }
    out.put(ACTION_END);
    out.put(bytes.subarray(start, at));
    out.put(DOCUMENT_END);
    places[i] = out.length;
  }
  return { bytes: out.bytes.subarray(0, out.length), ends: places, count };
}
