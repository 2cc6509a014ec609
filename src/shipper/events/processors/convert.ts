import { isIP } from "node:net";
import type { Value } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import { copyOf, deleteField, FieldError, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { PAIR_OPTIONS, readItems, stepThrough, wanted } from "./field-pairs.ts";

const INT32 = 2 ** 31;
const TYPES: Readonly<Record<string, (value: Value) => Value | undefined>> = {
  integer: (value) => within(wholeOf(value), INT32),
  // Whole numbers beyond 2^53 would come out as others.
  long: (value) => within(wholeOf(value), Number.MAX_SAFE_INTEGER),
  float: floatOf,
  double: floatOf,
  string: (value) => (typeof value === "object" ? undefined : String(value)),
  boolean: booleanOf,
  ip: (value) => (typeof value === "string" && isIP(value) !== 0 ? value : undefined),
};

export const convert: ProcessorDefinition = {
  name: "convert",
  options: {
    ...PAIR_OPTIONS,
    fields: row("items", undefined, "fields, each with `from`, and `to` and `type` where wanted"),
    mode: row("text", "copy", "copy or rename: whether `from` stays"),
  },
  required: ["fields"],
  make(settings, context) {
    const items = readItems(settings, "fields", ["from"], ["to", "type"], context);
    const ignoreMissing = settings.boolean("ignore_missing");
    const failOnError = settings.boolean("fail_on_error");
    const renames = settings.choice("mode", ["copy", "rename"]) === "rename";
    for (const { type } of items)
      if (type !== undefined && !Object.hasOwn(TYPES, type))
        context.found.error("SHIP003", `there is no type "${type}"`, settings.span("fields"), {
          help: `${Object.keys(TYPES).join(", ")} are there`,
        });
    return {
      reads: items.flatMap(({ from, to }) => [from as string, to ?? (from as string)]),
      run(event) {
        stepThrough(event, items, failOnError, (item) => {
          const from = item["from"] as string;
          const to = item["to"] ?? from;
          const value = wanted(event, from, ignoreMissing);
          if (value === undefined) return;
          const type = item["type"];
          const converted = type === undefined ? copyOf(value) : TYPES[type]?.(value);
          if (converted === undefined) throw new FieldError(`${from} is no ${type}: ${JSON.stringify(value)}`);
          putField(event, to, converted);
          if (renames && to !== from) deleteField(event, from);
        });
        return true;
      },
    };
  },
};

function within(value: number | undefined, limit: number): number | undefined {
  return value !== undefined && value >= -limit && value <= limit - (limit === INT32 ? 1 : 0) ? value : undefined;
}

function wholeOf(value: Value): number | undefined {
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value !== "string" || !/^[+-]?(?:\d+|0x[\da-f]+|0o[0-7]+|0b[01]+)$/i.test(value)) return undefined;
  const digits = value.replace(/^[+-]/, "");
  // A zero in front means octal to Go.
  const number = /^0\d+$/.test(digits)
    ? /[89]/.test(digits)
      ? Number.NaN
      : Number.parseInt(digits, 8)
    : Number(digits);
  return value.startsWith("-") ? -number : number;
}

function floatOf(value: Value): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value)
    ? Number(value)
    : undefined;
}

function booleanOf(value: Value): boolean | undefined {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string") return undefined;
  if (/^(?:1|t|T|TRUE|true|True)$/.test(value)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(value) ? false : undefined;
}
