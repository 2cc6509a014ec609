import { compileGoGroups } from "../../../language/go-regexp.ts";
import { readRegexp } from "../../config/read-regexp.ts";
import { row } from "../../config/settings.ts";
import { putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { PAIR_OPTIONS, readItems, stepThrough, wantedText } from "./field-pairs.ts";

interface Replacement {
  readonly field: string;
  readonly apply: (text: string) => string;
}

export const replace: ProcessorDefinition = {
  name: "replace",
  options: {
    ...PAIR_OPTIONS,
    fields: row("items", undefined, "fields, each with `field`, `pattern` and `replacement`"),
  },
  required: ["fields"],
  make(settings, context) {
    const ignoreMissing = settings.boolean("ignore_missing");
    const failOnError = settings.boolean("fail_on_error");
    const items = readItems(settings, "fields", ["field", "pattern", "replacement"], [], context);
    const replacements = items.flatMap(({ field = "", pattern = "", replacement = "" }): Replacement[] => {
      const known = readRegexp(pattern, settings.span("fields"), context.found);
      return known === undefined ? [] : [{ field, apply: replacer(pattern, replacement) }];
    });
    return {
      reads: replacements.map(({ field }) => field),
      run(event) {
        stepThrough(event, replacements, failOnError, ({ field, apply }) => {
          const text = wantedText(event, field, ignoreMissing);
          if (text !== undefined) putField(event, field, apply(text));
        });
        return true;
      },
    };
  },
};

/** `$1`, `${1}`, `$name`, `${name}` are groups, `$$` a dollar. Source: Go, regexp.Expand. */
function replacer(pattern: string, replacement: string): (text: string) => string {
  const { expression: once, names } = compileGoGroups(pattern);
  const expression = new RegExp(once.source, `${once.flags}g`);
  return (text) =>
    text.replace(expression, (...parts: unknown[]) => {
      const groups = parts.slice(
        0,
        parts.findIndex((part) => typeof part === "number"),
      ) as (string | undefined)[];
      return replacement.replace(/\$(?:\$|(\w+)|\{(\w+)\})/g, (whole, plain?: string, braced?: string) => {
        const name = plain ?? braced;
        if (name === undefined) return whole === "$$" ? "$" : whole;
        const number = /^\d+$/.test(name) ? Number(name) : names.get(name);
        return (number === undefined ? undefined : groups[number]) ?? "";
      });
    });
}
