import type { ObjectValue, Value } from "../../../event/value.ts";
import { isTree, setOwn } from "../../../event/value.ts";
import { row, type Settings, type SettingTable } from "../../config/settings.ts";
import type { ShipperEvent } from "../event.ts";
import { copyOf, FieldError, getField } from "../event-fields.ts";
import type { ProcessorContext } from "./definition.ts";

/** Options of processors that go from fields to fields. */
export const PAIR_OPTIONS: SettingTable = {
  fields: row("items", undefined, "fields, each with `from` and `to`"),
  ignore_missing: row("boolean", false, "a field that is not there is no failure"),
  fail_on_error: row("boolean", true, "at a failure the event stays as it was; else the other fields are gone on with"),
};

/** Elements of a list of objects whose values are texts, each with all of `needed`; `optional` ones are given where they are. */
export function readItems(
  settings: Settings,
  name: string,
  needed: readonly string[],
  optional: readonly string[],
  { found, at }: ProcessorContext,
): Readonly<Record<string, string>>[] {
  const items = settings.tree<unknown[]>(name);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item) => {
    const values = isTree(item) ? (item as ObjectValue) : {};
    const wrong =
      needed.find((key) => !isText(values[key])) ??
      Object.keys(values).find((key) => !needed.includes(key) && !(optional.includes(key) && isText(values[key])));
    if (wrong === undefined && isTree(item))
      return [Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)]))];
    found.error("SHIP003", `${name} is a list of entries with ${needed.join(" and ")}`, settings.span(name) ?? at, {
      help: [...needed, ...optional].map((key) => `${key}: …`).join(", "),
      ...(wrong === undefined ? {} : { label: `"${wrong}" is missing or wrong here` }),
    });
    return [];
  });
}

function isText(value: Value | undefined): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/**
 * Does a step for each of `items`. With `failOnError` the first failure leaves the event as it was and goes on to the caller; without, failures
 * are left alone, as in Beats.
 */
export function stepThrough<T>(
  event: ShipperEvent,
  items: readonly T[],
  failOnError: boolean,
  step: (item: T) => void,
): void {
  // A step that fails has changed nothing yet, so only those before it need to be undone.
  const backup = failOnError && items.length > 1 ? (copyOf(event.fields) as ObjectValue) : undefined;
  const timestamp = event.timestamp;
  for (const item of items) {
    try {
      step(item);
    } catch (error) {
      if (!failOnError) continue;
      if (backup !== undefined) restore(event, backup, timestamp);
      throw error;
    }
  }
}

function restore(event: ShipperEvent, backup: ObjectValue, timestamp: string): void {
  for (const key of Object.keys(event.fields)) delete event.fields[key];
  for (const [key, value] of Object.entries(backup)) setOwn(event.fields, key, value);
  event.timestamp = timestamp;
}

/** A field's value; undefined where it is missing and may be. @throws FieldError where it may not */
export function wanted(event: ShipperEvent, name: string, ignoreMissing: boolean): Value | undefined {
  const value = getField(event, name);
  if (value === undefined && !ignoreMissing) throw new FieldError(`there is no field ${name}`);
  return value;
}

/** As `wanted`, for texts only. */
export function wantedText(event: ShipperEvent, name: string, ignoreMissing: boolean): string | undefined {
  const value = wanted(event, name, ignoreMissing);
  if (value === undefined || typeof value === "string") return value;
  throw new FieldError(`${name} is no text`);
}
