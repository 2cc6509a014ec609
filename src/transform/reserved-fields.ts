import type { Event } from "../event/event.ts";
import type { FieldReference } from "../event/field-reference.ts";
import { Timestamp } from "../event/timestamp.ts";
import type { StoredValue } from "../event/value.ts";

/** A value that `@timestamp` or `tags` cannot have. */
export class ReservedFieldError extends Error {}

/** Whether a value can be `tags`: a text, a list of texts, or nothing. */
export function areTags(value: StoredValue): boolean {
  if (value === null || typeof value === "string") return true;
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** @throws ReservedFieldError where the field is `@timestamp` and the value no time, or it is `tags` and the value no texts */
export function checkReserved(field: FieldReference, value: StoredValue): void {
  if (field.path.length !== 1 || field.isMetadata) return;
  const name = field.path[0];
  if (name === "@timestamp" && !(value instanceof Timestamp)) throw new ReservedFieldError("@timestamp must be a time");
  if (name === "tags" && !areTags(value)) throw new ReservedFieldError("tags must be texts");
}

/** Sets a field; the reserved ones keep their types. @throws ReservedFieldError */
export function setField(event: Event, field: FieldReference, value: StoredValue): void {
  checkReserved(field, value);
  field.set(event, value);
}
