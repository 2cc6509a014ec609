import type { Event } from "../../event/event.ts";
import { FieldReference, FieldReferenceError } from "../../event/field-reference.ts";
import { setOwn, type Value } from "../../event/value.ts";
import { storedFloat } from "../../event/whole-float.ts";
import { compileDissect, DissectError, type Dissector } from "../../language/dissect.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { hash, list } from "../../plugin/options.ts";
import { FLOAT, INTEGER, TEXT } from "../../plugin/value-shape.ts";
import { ReservedFieldError, setField } from "../../transform/reserved-fields.ts";

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
    for (const [name, mapping] of Object.entries(settings.mapping)) {
      try {
        const { brokenName } = new Mapping(name, String(mapping));
        if (brokenName !== undefined)
          problems.push({
            option: "mapping",
            severity: "warning",
            message: `${brokenName}: no text will fit this mapping`,
          });
      } catch (error) {
        if (!(error instanceof DissectError || error instanceof FieldReferenceError)) throw error;
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

  sets(settings) {
    const mappings = Object.values(settings.mapping).map(String);
    // `%{&name}` takes the field's name from the text.
    if (mappings.some((mapping) => mapping.includes("%{&"))) return undefined;
    return [
      ...mappings.flatMap((mapping) => compileDissect(mapping).fields),
      ...Object.keys(settings.convert_datatype),
    ];
  },

  shape(settings, event) {
    for (const mapping of Object.values(settings.mapping)) {
      const text = String(mapping);
      if (text.includes("%{&")) event.any();
      for (const name of compileDissect(text).fields) event.set(name, TEXT, "mapping", name);
    }
    for (const [name, type] of Object.entries(settings.convert_datatype))
      event.change(name, () => (type === "int" ? INTEGER : FLOAT), "convert_datatype");
  },

  create(settings) {
    const mappings = Object.entries(settings.mapping).map(([name, mapping]) => new Mapping(name, String(mapping)));
    const conversions = Object.entries(settings.convert_datatype).map(([name, type]) => ({
      name,
      field: new FieldReference(name),
      type: String(type),
    }));
    return {
      apply(event) {
        let matched = true;
        for (const mapping of mappings) {
          const outcome = mapping.apply(event);
          if (outcome === "fits") continue;
          matched = false;
          if (outcome === "fails") for (const tag of settings.tag_on_failure) event.tag(tag);
        }
        for (const conversion of conversions) convert(event, conversion);
        return matched;
      },
    };
  },
});

/** Names that come out of texts (`%{&name}`) are many; so many references are kept. */
const REFERENCE_LIMIT = 1000;

/** One field and how its text is cut. */
class Mapping {
  readonly #source: FieldReference;
  readonly #dissector: Dissector;
  readonly #references = new Map<string, FieldReference>();
  /** A name that is no field reference: as in Logstash, the configuration starts and no text fits. */
  brokenName: string | undefined;

  constructor(source: string, mapping: string) {
    this.#source = new FieldReference(source);
    this.#dissector = compileDissect(mapping);
    for (const name of this.#dissector.fields) {
      try {
        this.#references.set(name, new FieldReference(name));
      } catch (error) {
        if (!(error instanceof FieldReferenceError)) throw error;
        this.brokenName ??= error.message;
      }
    }
  }

  /** A missing field is no failure of its text. */
  apply(event: Event): "fits" | "fails" | "missing" {
    const text = this.#source.get(event);
    if (text === undefined) return "missing";
    if (typeof text !== "string" || this.brokenName !== undefined) return "fails";
    const found = this.#dissector.dissect(text, (name) => textOf(this.#reference(name)?.get(event)));
    if (found === undefined) return "fails";
    try {
      for (const [name, value] of found) {
        const field = this.#reference(name);
        if (field === undefined) setOwn(event.fields, name, value);
        else setField(event, field, value);
      }
      return "fits";
    } catch (error) {
      if (error instanceof ReservedFieldError) return "fails";
      throw error;
    }
  }

  /** Undefined for a text that is no field reference. */
  #reference(name: string): FieldReference | undefined {
    let found = this.#references.get(name);
    if (found === undefined) {
      try {
        found = new FieldReference(name);
      } catch {
        return undefined;
      }
      if (this.#references.size < REFERENCE_LIMIT) this.#references.set(name, found);
    }
    return found;
  }
}

function textOf(value: Value | undefined): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** What Java's Double reads, without its names for special values. */
const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

function convert(event: Event, { name, field, type }: { name: string; field: FieldReference; type: string }): void {
  const value = field.get(event);
  if (value === undefined || value === null) {
    event.tag(`_dataconversionnullvalue_${name}_${type}`);
    return;
  }
  const number =
    typeof value === "number" || (typeof value === "string" && NUMBER.test(value)) ? Number(value) : Number.NaN;
  if (Number.isNaN(number)) event.tag(`_dataconversionuncoercible_${name}_${type}`);
  else field.set(event, type === "int" ? Math.trunc(number) : storedFloat(number));
}
