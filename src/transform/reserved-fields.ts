import type { Event } from "../event/event.ts";
import type { FieldReference } from "../event/field-reference.ts";
import { Timestamp } from "../event/timestamp.ts";
import type { StoredValue } from "../event/value.ts";

/** A value that a reserved field cannot have. */
export class ReservedFieldError extends Error {}

/** Whether a value can be `tags`: a text, a list of texts, or nothing. */
export function areTags(value: StoredValue): boolean {
  if (value === null || typeof value === "string") return true;
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** Whether a field can have a value: `@timestamp` holds a time, `tags` texts, all others anything. */
export function canHold(field: FieldReference, value: StoredValue): boolean {
  if (field.path.length !== 1 || field.isMetadata) return true;
  const name = field.path[0];
  if (name === "@timestamp") return value instanceof Timestamp;
  return name !== "tags" || areTags(value);
}

/** @throws ReservedFieldError where the field cannot have the value */
export function checkReserved(field: FieldReference, value: StoredValue): void {
  if (!canHold(field, value)) throw new ReservedFieldError(`${field.text} cannot have this value`);
}

/** Sets a field; the reserved ones keep their types. @throws ReservedFieldError */
export function setField(event: Event, field: FieldReference, value: StoredValue): void {
  checkReserved(field, value);
  field.set(event, value);
}
