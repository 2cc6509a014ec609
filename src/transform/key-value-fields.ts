import type { Event } from "../event/event.ts";
import { FieldReference } from "../event/field-reference.ts";
import type { ObjectValue, Value } from "../event/value.ts";
import { ReservedFieldError, setField } from "./reserved-fields.ts";

/** Keys come out of texts and can be any number; so many references are kept. */
const REFERENCE_LIMIT = 1000;

/** Puts pairs into the event, their keys being field references, or as an object into a field. */
export class PairWriter {
  readonly #references = new Map<string, FieldReference>();

  /** False where something cannot be set; all else is. */
  write(event: Event, target: FieldReference | undefined, found: ObjectValue): boolean {
    if (target !== undefined) return set(event, target, found);
    let isWhole = true;
    for (const key in found) {
      const field = this.#reference(key);
      if (field === undefined || !set(event, field, found[key] as Value)) isWhole = false;
    }
    return isWhole;
  }

  /** Undefined for a key that is no field reference. */
  #reference(key: string): FieldReference | undefined {
    let known = this.#references.get(key);
    if (known === undefined) {
      try {
        known = new FieldReference(key);
      } catch {
        return undefined;
      }
      if (this.#references.size < REFERENCE_LIMIT) this.#references.set(key, known);
    }
    return known;
  }
}

function set(event: Event, field: FieldReference, value: Value): boolean {
  try {
    setField(event, field, value);
    return true;
  } catch (error) {
    if (error instanceof ReservedFieldError) return false;
    throw error;
  }
}
