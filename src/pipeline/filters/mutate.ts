import type { Event } from "../../event/event.ts";
import { copyValue } from "../../event/event.ts";
import { FieldReference, parseFieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { WholeFloat } from "../../event/whole-float.ts";
import { compileRegexp } from "../../language/regexp.ts";
import { compileSprintf, valueText } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { type Hash, type HashValue, hash, list, type OptionValues, text } from "../../plugin/options.ts";
import { CONVERT_TYPES, type ConvertType, convertValue } from "../../transform/convert.ts";
import { compileGsub } from "../../transform/gsub.ts";
import { mergeValues } from "../../transform/merge.ts";
import { checkReserved, setField } from "../../transform/reserved-fields.ts";
import { rubyCapitalize, rubySplit, rubyStrip } from "../../transform/ruby-text.ts";
import { shapeOfMutate } from "./mutate-shape.ts";

const options = {
  coerce: hash({ description: "Values for fields that are null", default: {} }),
  rename: hash({ description: "Fields to rename: old name, new name", default: {} }),
  update: hash({ description: "New values for fields that there are", default: {} }),
  replace: hash({ description: "New values for fields, made if absent", default: {} }),
  convert: hash({ description: `Fields to convert, to ${CONVERT_TYPES.join(", ")}`, default: {} }),
  gsub: list({
    description: "Fields to replace text in: field, regular expression, replacement, and again",
    default: [],
  }),
  uppercase: list({ description: "Fields to write in capitals", default: [] }),
  capitalize: list({ description: "Fields to begin with a capital", default: [] }),
  lowercase: list({ description: "Fields to write in small letters", default: [] }),
  strip: list({ description: "Fields to free from blanks at both ends", default: [] }),
  split: hash({ description: "Fields to split into lists: field, separator", default: {} }),
  join: hash({ description: "Lists to join to texts: field, separator", default: {} }),
  merge: hash({ description: "Lists or objects to add to: field, field with what is added", default: {} }),
  copy: hash({ description: "Fields to copy: from, to", default: {} }),
  remove: list({ description: "Fields to remove", obsolete: "removed in Logstash too, use remove_field" }),
  tag_on_failure: text({
    description: "Tag when an operation fails; those after it are left out",
    default: "_mutate_error",
  }),
};

type Settings = OptionValues<typeof options>;
type Operation = (event: Event) => void;

export const mutate: FilterPlugin = defineFilter({
  name: "mutate",
  summary:
    "Changes fields. Whatever the order in the configuration: coerce, rename, update, replace, convert, gsub, uppercase, capitalize, lowercase, strip, split, join, merge, copy.",
  options,
  examples: [
    {
      title: "Types and names",
      config: 'mutate { convert => { "bytes" => "integer" } rename => { "host" => "[host][name]" } }',
      given: { bytes: "512", host: "web-1" },
      expect: { bytes: 512, "[host][name]": "web-1" },
    },
    {
      title: "Text",
      config: 'mutate { gsub => ["message", "\\d+", "#"] uppercase => ["level"] }',
      given: { message: "user 42 left", level: "warn" },
      expect: { message: "user # left", level: "WARN" },
    },
    {
      title: "Lists",
      config: 'mutate { split => { "path" => "/" } }',
      given: { path: "a/b" },
      expect: { path: ["a", "b"] },
    },
    {
      title: "What cannot be converted is tagged, and what comes after it is left out",
      config: 'mutate { convert => { "took" => "float" } lowercase => ["level"] }',
      given: { took: "long", level: "WARN" },
      expect: { took: "long", level: "WARN", tags: ["_mutate_error"] },
    },
  ],

  sets(settings) {
    const keys = [settings.coerce, settings.update, settings.replace, settings.convert, settings.merge].flatMap(
      Object.keys,
    );
    return [...keys, ...[settings.rename, settings.copy].flatMap((moved) => Object.values(moved).map(String))];
  },

  shape: shapeOfMutate,

  check(settings) {
    return [...checkReferences(settings), ...checkTypes(settings.convert), ...checkGsub(settings.gsub)];
  },

  create(settings) {
    const operations = compileOperations(settings);
    return {
      apply(event) {
        try {
          for (const operation of operations) operation(event);
          return true;
        } catch {
          event.tag(settings.tag_on_failure);
          return false;
        }
      },
    };
  },
});

/** The operations in their fixed order; each is compiled once. */
function compileOperations(settings: Settings): Operation[] {
  return [
    ...pairs(settings.coerce, (field, value) => {
      const make = template(value);
      return (event) => {
        if (field.get(event) === null) setField(event, field, make(event));
      };
    }),
    ...Object.entries(settings.rename).map(([from, to]) => rename(from, String(to))),
    ...pairs(settings.update, (field, value) => {
      const make = template(value);
      return (event) => {
        if (field.has(event)) setField(event, field, make(event));
      };
    }),
    ...pairs(settings.replace, (field, value) => {
      const make = template(value);
      return (event) => setField(event, field, make(event));
    }),
    ...pairs(settings.convert, (field, type) => (event) => {
      const value = ordinary(field, event);
      if (value !== undefined && value !== null) setField(event, field, convertValue(value, type as ConvertType));
    }),
    ...gsubs(settings.gsub),
    ...texts(settings.uppercase, (value) => value.toUpperCase()),
    ...texts(settings.capitalize, rubyCapitalize),
    ...texts(settings.lowercase, (value) => value.toLowerCase()),
    ...strips(settings.strip),
    ...pairs(settings.split, (field, separator) => (event) => {
      const value = field.get(event);
      if (typeof value === "string") setField(event, field, rubySplit(value, String(separator)));
    }),
    ...pairs(settings.join, (field, separator) => (event) => {
      const value = field.get(event);
      if (Array.isArray(value)) setField(event, field, joined(value as readonly Value[], String(separator)));
    }),
    ...pairs(settings.merge, (field, from) => {
      const sources = [from].flat().map((name) => new FieldReference(String(name)));
      return (event) => {
        for (const source of sources) {
          const merged = mergeValues(field.get(event), source.get(event));
          if (merged !== undefined) setField(event, field, copyValue(merged));
        }
      };
    }),
    ...pairs(settings.copy, (field, to) => {
      const target = new FieldReference(String(to));
      return (event) => {
        const value = field.peek(event);
        if (value !== undefined && value !== null) setField(event, target, copyValue(value));
      };
    }),
  ];
}

function pairs(settings: Hash, compile: (field: FieldReference, value: HashValue) => Operation): Operation[] {
  return Object.entries(settings).map(([name, value]) => compile(new FieldReference(name), value));
}

/** The one operation whose names may hold `%{field}`. */
function rename(from: string, to: string): Operation {
  const source = fieldNamed(from);
  const target = fieldNamed(to);
  return (event) => {
    const field = source(event);
    const into = target(event);
    const value = ordinary(field, event);
    if (value === undefined) return;
    checkReserved(into, value);
    field.remove(event);
    into.set(event, value);
  };
}

/** A field's value; 3.0 stays 3.0. */
function ordinary(field: FieldReference, event: Event): Value | WholeFloat | undefined {
  const stored = field.peek(event);
  return stored instanceof WholeFloat ? stored : field.get(event);
}

function fieldNamed(name: string): (event: Event) => FieldReference {
  const text = compileSprintf(name);
  if (!text.isConstant) return (event) => new FieldReference(text(event));
  const field = new FieldReference(name);
  return () => field;
}

/** What a field is set to: a text with its `%{field}` filled in, a list of such texts. */
function template(value: HashValue): (event: Event) => Value {
  if (!Array.isArray(value)) return compileSprintf(typeof value === "object" ? JSON.stringify(value) : String(value));
  const items = value.map((item) => template(item as HashValue));
  return (event) => items.map((item) => item(event));
}

/** Operations on a text, or on the texts in a list; other values stay. */
function texts(names: readonly string[], change: (text: string) => string): Operation[] {
  return names.map((name) => {
    const field = new FieldReference(name);
    return (event) => onTexts(field, event, change);
  });
}

function onTexts(field: FieldReference, event: Event, change: (text: string) => string): void {
  const value = field.get(event);
  if (typeof value === "string") setField(event, field, change(value));
  else if (Array.isArray(value))
    setField(
      event,
      field,
      (value as readonly Value[]).map((item) => (typeof item === "string" ? change(item) : item)),
    );
}

/** Of `strip` a list must hold texts only: what else there is cannot be stripped in Ruby. */
function strips(names: readonly string[]): Operation[] {
  return names.map((name) => {
    const field = new FieldReference(name);
    return (event) => {
      const value = field.get(event);
      if (Array.isArray(value) && !value.every((item) => typeof item === "string"))
        throw new TypeError(`${name} holds more than texts`);
      onTexts(field, event, rubyStrip);
    };
  });
}

function gsubs(settings: readonly string[]): Operation[] {
  const operations: Operation[] = [];
  for (let i = 0; i + 2 < settings.length; i += 3) {
    const [name, pattern, replacement] = settings.slice(i, i + 3) as [string, string, string];
    const field = new FieldReference(name);
    const replace = compileGsub(pattern, replacement);
    operations.push((event) => onTexts(field, event, (text) => replace(event, text)));
  }
  return operations;
}

/** Ruby's `Array#join`: lists in the list are joined too, nothing stands for null. */
function joined(values: readonly Value[], separator: string): string {
  return values
    .map((value) => {
      if (value === null) return "";
      return Array.isArray(value) ? joined(value as readonly Value[], separator) : valueText(value);
    })
    .join(separator);
}

function checkReferences(settings: Settings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const look = (option: string, names: readonly unknown[]): void => {
    for (const name of names) {
      if (option === "rename" && String(name).includes("%{")) continue;
      try {
        parseFieldReference(String(name));
      } catch (error) {
        problems.push({ option, message: (error as Error).message });
      }
    }
  };
  for (const option of ["coerce", "update", "replace", "convert", "split", "join"] as const)
    look(option, Object.keys(settings[option]));
  for (const option of ["rename", "copy", "merge"] as const)
    look(option, [...Object.keys(settings[option]), ...Object.values(settings[option]).flat()]);
  for (const option of ["uppercase", "capitalize", "lowercase", "strip"] as const) look(option, settings[option]);
  look(
    "gsub",
    settings.gsub.filter((_, i) => i % 3 === 0),
  );
  return problems;
}

function checkTypes(convert: Hash): OptionProblem[] {
  return Object.values(convert)
    .filter((type) => !CONVERT_TYPES.includes(type as ConvertType))
    .map((type) => ({
      option: "convert",
      message: `there is no type ${JSON.stringify(type)}`,
      help: CONVERT_TYPES.join(", "),
    }));
}

function checkGsub(gsub: readonly string[]): OptionProblem[] {
  if (gsub.length % 3 !== 0)
    return [{ option: "gsub", message: "gsub takes three texts for each replacement: field, expression, replacement" }];
  const problems: OptionProblem[] = [];
  for (let i = 1; i < gsub.length; i += 3) {
    if (gsub[i]?.includes("%{")) continue;
    try {
      compileRegexp(gsub[i] as string);
    } catch (error) {
      problems.push({ option: "gsub", message: `not a regular expression: ${(error as Error).message}` });
    }
  }
  return problems;
}
