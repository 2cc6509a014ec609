import { createHash } from "node:crypto";
import type { ByteWriter } from "../../event/byte-writer.ts";
import type { Event } from "../../event/event.ts";
import { IDENTITY_CHARACTERS, IdentityWriter, NO_SPLIT } from "../../event/identity.ts";
import {
  RECORD_CRC,
  RECORD_OFFSET_HIGH,
  RECORD_OFFSET_LOW,
  RECORD_RAW_LENGTH,
  RECORD_SOURCE,
  RECORD_WORDS,
} from "../../event/record-batch.ts";
import type { RecordTable } from "./worker-program.ts";

/** Longest id that Elasticsearch takes, in bytes. */
const ID_LIMIT = 512;

/** Writes `_id`s of the events of the batch at hand. */
export class IdentityEncoding {
  readonly #writer = new IdentityWriter();
  #records: RecordTable | undefined;
  #source = -1;

  bind(records: RecordTable): void {
    this.#records = records;
    this.#source = -1;
  }

  /** A foreign `[@metadata][_id]` where there is one, else the identity of the record; for children mixed with their split path. */
  write(event: Event, out: ByteWriter): void {
    const foreign = event.metadata["_id"];
    if (typeof foreign === "string" && foreign !== "") {
      out.put(new Uint8Array(Buffer.from(this.#foreign(foreign, event))));
      return;
    }
    const { table, sources } = this.#records as RecordTable;
    const row = event.record * RECORD_WORDS;
    const source = table[row + RECORD_SOURCE] as number;
    if (source !== this.#source) {
      const of = (sources[source] as RecordTable["sources"][number]).source;
      this.#writer.setSource(of.fileId, of.generation);
      this.#source = source;
    }
    out.reserve(IDENTITY_CHARACTERS);
    out.length = this.#writer.write(
      out.bytes,
      out.length,
      table[row + RECORD_OFFSET_LOW] as number,
      table[row + RECORD_OFFSET_HIGH] as number,
      table[row + RECORD_RAW_LENGTH] as number,
      table[row + RECORD_CRC] as number,
      event.split,
    );
  }

  #foreign(id: string, event: Event): string {
    const plain = event.split === NO_SPLIT && Buffer.byteLength(id) <= ID_LIMIT;
    const text = plain ? id : hashOf(id, event);
    return JSON.stringify(text).slice(1, -1);
  }
}

function hashOf(id: string, event: Event): string {
  const { high, low } = event.split;
  return createHash("sha256")
    .update(`${id}/${high >>> 0}.${low >>> 0}`)
    .digest("base64url");
}
