import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { compileDissect, DissectError } from "../../language/dissect.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { hash, list } from "../../plugin/options.ts";

const options = {
  mapping: hash({ description: "Fields and how their texts are cut: `%{a} %{b}`", default: {} }),
  convert_datatype: hash({ description: "Fields to convert, to int or float", default: {} }),
  tag_on_failure: list({ description: "Tags when a text does not fit", default: ["_dissectfailure"] }),
};

export const dissect: FilterPlugin = defineFilter({
  name: "dissect",
  summary: "Cuts text into fields at literal delimiters; quicker than grok where the form is fixed.",
  options,
  examples: [
    {
      title: "Fields between delimiters",
      config: 'dissect { mapping => { "message" => "%{[client][ip]} %{} [%{time}] %{text}" } }',
      given: "10.0.0.1 - [12:00] it works",
      expect: { "[client][ip]": "10.0.0.1", time: "12:00", text: "it works" },
    },
    {
      title: "Appended parts",
      config:
        'dissect { mapping => { "message" => "%{ts} %{+ts} %{level}" } convert_datatype => { "level" => "int" } }',
      given: "2026-11-22 10:00 5",
      expect: { ts: "2026-11-22 10:00", level: 5 },
    },
    {
      title: "What does not fit is tagged",
      config: 'dissect { mapping => { "message" => "%{a}: %{b}" } }',
      given: "nothing here",
      expect: { tags: ["_dissectfailure"] },
    },
  ],

  check(settings) {
    const problems: OptionProblem[] = [];
    for (const mapping of Object.values(settings.mapping)) {
      try {
        compileDissect(String(mapping));
      } catch (error) {
        if (!(error instanceof DissectError)) throw error;
        problems.push({ option: "mapping", message: error.message });
      }
    }
    for (const type of Object.values(settings.convert_datatype)) {
      if (type !== "int" && type !== "float")
        problems.push({
          option: "convert_datatype",
          message: `there is no type ${JSON.stringify(type)}`,
          help: "int, float",
        });
    }
    return problems;
  },

  create(settings) {
    const mappings = Object.entries(settings.mapping).map(([name, mapping]) => ({
      source: new FieldReference(name),
      dissector: compileDissect(String(mapping)),
    }));
    const conversions = Object.entries(settings.convert_datatype).map(([name, type]) => ({
      name,
      field: new FieldReference(name),
      type: String(type),
    }));
    const references = new Map<string, FieldReference>();
    const reference = (name: string): FieldReference => {
      let found = references.get(name);
      if (found === undefined) {
        found = new FieldReference(name);
        if (references.size < REFERENCE_LIMIT) references.set(name, found);
      }
      return found;
    };
    return {
      apply(event) {
        let matched = true;
        for (const { source, dissector } of mappings) {
          const text = source.get(event);
          const fields = typeof text === "string" && text !== "" ? dissector.dissect(text) : undefined;
          if (fields === undefined) {
            matched = false;
            // A missing field is not a failure of the text.
            if (text !== undefined) for (const tag of settings.tag_on_failure) event.tag(tag);
          } else for (const [name, value] of fields) reference(name).set(event, value);
        }
        for (const conversion of conversions) convert(event, conversion);
        return matched;
      },
    };
  },
});

/** Names that come out of texts (`%{&name}`) are many; so many references are kept. */
const REFERENCE_LIMIT = 1000;

function convert(event: Event, { name, field, type }: { name: string; field: FieldReference; type: string }): void {
  const value = field.get(event);
  if (value === undefined || value === null) {
    event.tag(`_dataconversionnullvalue_${name}_${type}`);
    return;
  }
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  if (Number.isNaN(number) || value === "") event.tag(`_dataconversionuncoercible_${name}_${type}`);
  else field.set(event, type === "int" ? Math.trunc(number) : number);
}
