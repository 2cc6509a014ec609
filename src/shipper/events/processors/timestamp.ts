import { Timestamp } from "../../../event/timestamp.ts";
import type { Value } from "../../../event/value.ts";
import { compileGoLayout } from "../../../language/date/go-layout.ts";
import { row } from "../../config/settings.ts";
import { FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import type { ProcessorHost } from "./host.ts";

type TimeReader = (value: Value) => Timestamp | undefined;

/** Epoch milliseconds that a Date can be. */
const FARTHEST = 8.64e15;

export const timestamp: ProcessorDefinition = {
  name: "timestamp",
  options: {
    field: row("text", undefined, "field that holds the time"),
    target_field: row("text", "@timestamp", "field that gets it"),
    layouts: row(
      "list",
      undefined,
      "how it is written: layouts of Go's reference time 2006-01-02T15:04:05Z07:00, UNIX or UNIX_MS",
    ),
    timezone: row("text", "UTC", "zone of times without one: Europe/Berlin, +02:00, Local"),
    ignore_missing: row("boolean", false, "a field that is not there is no failure"),
    ignore_failure: row("boolean", false, "failures are not noted"),
    test: row("list", undefined, "times that must be readable; tried when the configuration is read"),
    id: row("text", undefined, "a name for it"),
  },
  required: ["field", "layouts"],
  make(settings, { found, at, host }) {
    const field = settings.text("field");
    const target = settings.text("target_field");
    const ignoreFailure = settings.boolean("ignore_failure");
    const ignoreMissing = ignoreFailure || settings.boolean("ignore_missing");
    const zone = settings.text("timezone") === "Local" ? host.timezone() : settings.text("timezone");
    let readers: TimeReader[];
    try {
      readers = settings.list("layouts").map((layout) => readerOf(layout, zone, host));
    } catch (error) {
      found.error("SHIP003", (error as Error).message, settings.span("layouts") ?? at);
      return undefined;
    }
    const parse = (value: Value): Timestamp | undefined => {
      for (const read of readers) {
        const time = read(value);
        if (time !== undefined && Math.abs(time.epochMs) <= FARTHEST) return time;
      }
      return undefined;
    };
    for (const text of settings.list("test"))
      if (parse(text) === undefined)
        found.error("SHIP003", `no layout reads ${JSON.stringify(text)}`, settings.span("test"));
    return {
      reads: [field, target],
      run(event) {
        const value = getField(event, field);
        if (value === undefined) {
          if (ignoreMissing) return true;
          throw new FieldError(`there is no field ${field}`);
        }
        const time = parse(value);
        if (time !== undefined) putField(event, target, time.toString());
        else if (!ignoreFailure) throw new FieldError(`${field}: no layout reads ${JSON.stringify(value)}`);
        return true;
      },
    };
  },
};

function readerOf(layout: string, zone: string, host: ProcessorHost): TimeReader {
  if (layout === "UNIX") return unixReader(1000);
  if (layout === "UNIX_MS") return unixReader(1);
  const read = compileGoLayout(layout, zone, () => host.now());
  return (value) => (typeof value === "string" ? read(value) : undefined);
}

/** A number, or a text that is one, in units of `millis`. */
function unixReader(millis: number): TimeReader {
  return (value) => {
    if (typeof value === "string" && !/^[+-]?\d+(?:\.\d+)?$/.test(value)) return undefined;
    if (typeof value !== "string" && typeof value !== "number") return undefined;
    const [whole = "", fraction = ""] = String(value).split(".");
    if (!/^[+-]?\d+$/.test(whole) || !/^\d*$/.test(fraction)) return undefined;
    const part = Number(`0.${fraction || 0}`) * millis * (whole.startsWith("-") ? -1 : 1);
    const ms = Number(whole) * millis + Math.floor(part);
    return new Timestamp(ms, Math.min(999_999, Math.round((part - Math.floor(part)) * 1e6)));
  };
}
