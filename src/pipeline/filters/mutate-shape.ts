import type { EventShape } from "../../plugin/event-shape.ts";
import type { Hash } from "../../plugin/options.ts";
import { BOOLEAN, FLOAT, INTEGER, TEXT, UNKNOWN, type ValueShape } from "../../plugin/value-shape.ts";

interface MutateSettings {
  readonly coerce: Hash;
  readonly rename: Hash;
  readonly update: Hash;
  readonly replace: Hash;
  readonly convert: Hash;
  readonly gsub: readonly string[];
  readonly uppercase: readonly string[];
  readonly capitalize: readonly string[];
  readonly lowercase: readonly string[];
  readonly strip: readonly string[];
  readonly split: Hash;
  readonly join: Hash;
  readonly merge: Hash;
  readonly copy: Hash;
}

const CONVERTED: Readonly<Record<string, ValueShape>> = {
  integer: INTEGER,
  integer_eu: INTEGER,
  float: FLOAT,
  float_eu: FLOAT,
  string: TEXT,
  boolean: BOOLEAN,
};

/** The operations in the order in which they are done. */
export function shapeOfMutate(settings: MutateSettings, event: EventShape): void {
  for (const [name, value] of Object.entries(settings.coerce)) event.addTo(name, value, "coerce");
  for (const [from, to] of Object.entries(settings.rename)) event.move(from, String(to), false, "rename");
  for (const [name, value] of Object.entries(settings.update))
    if (event.canHave(name)) event.setTo(name, value, "update");
  for (const [name, value] of Object.entries(settings.replace)) event.setTo(name, value, "replace");
  for (const [name, type] of Object.entries(settings.convert))
    event.change(name, (value) => converted(value, String(type)), "convert");
  for (let i = 0; i < settings.gsub.length; i += 3) event.change(settings.gsub[i] as string, rewritten, "gsub");
  for (const option of ["uppercase", "capitalize", "lowercase", "strip"] as const)
    for (const name of settings[option]) event.change(name, rewritten, option);
  for (const name of Object.keys(settings.split)) event.change(name, rewritten, "split");
  for (const name of Object.keys(settings.join)) event.change(name, rewritten, "join");
  for (const [name, from] of Object.entries(settings.merge))
    for (const source of [from].flat()) merge(event, name, String(source));
  for (const [from, to] of Object.entries(settings.copy)) event.move(from, String(to), true, "copy");
}

/** An object stays. Of what is unknown this is what becomes of anything else. */
function converted(value: ValueShape, type: string): ValueShape {
  if (value.kind === "object") return value;
  const to = CONVERTED[type] ?? value;
  return to.kind === "text" && value.kind === "text" ? value : to;
}

/** A text that says something else; what is no text stays. */
function rewritten(value: ValueShape): ValueShape {
  // Another value, if no other kind.
  if (value.kind === "unknown") return { ...value };
  return value.kind === "text" && (value.literal !== undefined || value.form !== undefined) ? TEXT : value;
}

function merge(event: EventShape, name: string, source: string): void {
  const known = event.get(source);
  for (const { value } of known) event.add(name, value, "merge", name);
  if (known.length === 0 && event.canHave(source)) event.add(name, UNKNOWN, "merge", name);
}
