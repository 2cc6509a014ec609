import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { isTree } from "../../event/value.ts";
import type { Decoder } from "../../plugin/definitions.ts";

/** A codec's decoder after which a field of the source is there again where a document took its place without having that field. */
export function keepingField(reference: string, codec: Decoder): Decoder {
  const field = new FieldReference(reference);
  const parent = field.isMetadata || field.path.length < 2 ? undefined : (field.path[0] as string);
  if (codec.isPlain === true || parent === undefined) return codec;
  const keep = (event: Event, value: ReturnType<FieldReference["get"]>): void => {
    const holder = event.fields[parent];
    // A document with a text in that place keeps it.
    if (value !== undefined && (holder === undefined || isTree(holder)) && !field.has(event)) field.set(event, value);
  };
  return {
    decode(record, event, more) {
      const value = field.get(event);
      const made: Event[] = [];
      codec.decode(record, event, () => {
        const another = more();
        made.push(another);
        return another;
      });
      keep(event, value);
      for (const another of made) keep(another, value);
    },
  };
}
