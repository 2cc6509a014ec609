import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { compileSprintf } from "../../language/sprintf.ts";

/** Places for fields, not for times. */
const FIELD_PLACE = /%\{(?![+{])([^}]*)\}/g;

/**
 * A template of an option that makes no sense half filled. The function throws an Error, which becomes the event's dead letter, for a field
 * that the event does not have (it names the field and the option), and for an empty text.
 */
export function compileFilled(template: string, option: string): (event: Event) => string {
  const write = compileSprintf(template);
  const fields = [...template.matchAll(FIELD_PLACE)].flatMap(([, name = ""]) => {
    try {
      return [{ name, reference: new FieldReference(name) }];
    } catch {
      return [];
    }
  });
  return (event) => {
    const text = write(event);
    // Only what is left of a place, or a text that looks like one, is worth the look at each field.
    if (text.includes("%{")) {
      const missing = fields.find(({ reference }) => (reference.get(event) ?? null) === null);
      if (missing !== undefined) {
        throw new Error(`${option} "${template}" needs the field ${missing.name}, which this event does not have`);
      }
    }
    if (text === "") throw new Error(`${option} "${template}" is empty for this event`);
    return text;
  };
}
