import { FieldReference } from "../../event/field-reference.ts";
import { FLAG_INVALID_ENCODING, FLAG_MULTILINE, FLAG_TRUNCATED } from "../../event/record-batch.ts";
import type { Decoder } from "../../plugin/definitions.ts";

const OFFSET = new FieldReference("[log][offset]");
const FLAGS = new FieldReference("[log][flags]");
const NAMES: readonly (readonly [flag: number, name: string])[] = [
  [FLAG_MULTILINE, "multiline"],
  [FLAG_TRUNCATED, "truncated"],
  [FLAG_INVALID_ENCODING, "invalid_encoding"],
];

/** A codec's decoder that also says where the record stood and what was done to it. */
export function positionDecoder(codec: Decoder): Decoder {
  return {
    decode(record, event, more) {
      codec.decode(record, event, more);
      OFFSET.set(event, record.offset);
      if (record.flags !== 0) {
        FLAGS.set(
          event,
          NAMES.filter(([flag]) => (record.flags & flag) !== 0).map(([, name]) => name),
        );
      }
    },
  };
}
