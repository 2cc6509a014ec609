import type { Event } from "../../event/event.ts";
import { copyValue } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { isTree, type Value } from "../../event/value.ts";
import { compileRegexp } from "../../language/regexp.ts";
import { compileSprintf, valueText } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { type Hash, hash, list, type OptionValues, text } from "../../plugin/options.ts";
import { CONVERT_TYPES, type ConvertType, convertValue } from "../../transform/convert.ts";
import { compileRubyReplacement } from "../../transform/ruby-replacement.ts";
import { compileValue } from "../compile/decorate.ts";

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
  ],

  check(settings) {
    const problems: OptionProblem[] = [];
    for (const type of Object.values(settings.convert)) {
      if (!CONVERT_TYPES.includes(type as ConvertType)) {
        problems.push({
          option: "convert",
          message: `there is no type ${JSON.stringify(type)}`,
          help: CONVERT_TYPES.join(", "),
        });
      }
    }
    if (settings.gsub.length % 3 !== 0) {
      problems.push({
        option: "gsub",
        message: "gsub takes three texts for each replacement: field, expression, replacement",
      });
    }
    for (let i = 1; i < settings.gsub.length; i += 3) {
      if (settings.gsub[i]?.includes("%{")) continue;
      try {
        compileRegexp(settings.gsub[i] as string);
      } catch (error) {
        problems.push({ option: "gsub", message: `not a regular expression: ${(error as Error).message}` });
      }
    }
    return problems;
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

function compileOperations(settings: Settings): Operation[] {
  return [
    ...entries(settings.coerce, (field, value) => {
      const make = compileValue(value);
      return (event) => {
        if (field.get(event) === null) field.set(event, make(event));
      };
    }),
    ...entries(settings.rename, (field, to) => {
      const target = dynamicField(String(to));
      return (event) => {
        const value = field.remove(event);
        if (value !== undefined) target(event).set(event, value);
      };
    }),
    ...entries(settings.update, (field, value) => {
      const make = compileValue(value);
      return (event) => {
        if (field.has(event)) field.set(event, make(event));
      };
    }),
    ...entries(settings.replace, (field, value) => {
      const make = compileValue(value);
      return (event) => field.set(event, make(event));
    }),
    ...entries(settings.convert, (field, type) => (event) => {
      const value = field.get(event);
      if (value !== undefined) field.set(event, convertValue(value, type as ConvertType));
    }),
    ...gsubs(settings.gsub),
    ...texts(settings.uppercase, (value) => value.toUpperCase()),
    ...texts(settings.capitalize, (value) => value.charAt(0).toUpperCase() + value.slice(1).toLowerCase()),
    ...texts(settings.lowercase, (value) => value.toLowerCase()),
    ...texts(settings.strip, (value) => value.replace(/^[\0\s]+|[\0\s]+$/g, "")),
    ...entries(settings.split, (field, separator) => {
      const by = compileSprintf(String(separator));
      return (event) => {
        const value = field.get(event);
        if (typeof value === "string") field.set(event, rubySplit(value, by(event)));
      };
    }),
    ...entries(settings.join, (field, separator) => {
      const by = compileSprintf(String(separator));
      return (event) => {
        const value = field.get(event);
        if (Array.isArray(value))
          field.set(event, value.map((item) => (item === null ? "" : valueText(item as Value))).join(by(event)));
      };
    }),
    ...entries(settings.merge, (field, from) => merge(field, Array.isArray(from) ? from.map(String) : [String(from)])),
    ...entries(settings.copy, (field, to) => {
      const target = dynamicField(String(to));
      return (event) => {
        const value = field.peek(event);
        if (value !== undefined) target(event).set(event, copyValue(value));
      };
    }),
  ];
}

function entries(settings: Hash, compile: (field: FieldReference, value: Hash[string]) => Operation): Operation[] {
  return Object.entries(settings).map(([name, value]) => {
    if (!name.includes("%{")) return compile(new FieldReference(name), value);
    // A field's name from the event: compiled for each, which is rare.
    const text = compileSprintf(name);
    return (event) => compile(new FieldReference(text(event)), value)(event);
  });
}

function dynamicField(name: string): (event: Event) => FieldReference {
  if (!name.includes("%{")) {
    const field = new FieldReference(name);
    return () => field;
  }
  const text = compileSprintf(name);
  return (event) => new FieldReference(text(event));
}

/** Operations on texts; lists are done element by element, other values stay. */
function texts(names: readonly string[], change: (text: string) => string): Operation[] {
  const changed = (value: Value): Value => {
    if (typeof value === "string") return change(value);
    return Array.isArray(value) ? value.map((item) => changed(item as Value)) : value;
  };
  return names.map((name) => {
    const field = dynamicField(name);
    return (event) => {
      const reference = field(event);
      const value = reference.get(event);
      if (value !== undefined && value !== null) reference.set(event, changed(value));
    };
  });
}

function gsubs(settings: readonly string[]): Operation[] {
  const operations: Operation[] = [];
  for (let i = 0; i + 2 < settings.length; i += 3) {
    const [name, pattern, template] = settings.slice(i, i + 3) as [string, string, string];
    const expressionOf = dynamicExpression(pattern);
    const dynamic = template.includes("%{") ? compileSprintf(template) : undefined;
    const fixed = compileRubyReplacement(template);
    const field = dynamicField(name);
    operations.push((event) => {
      const reference = field(event);
      const value = reference.get(event);
      if (value === undefined || value === null) return;
      const replacement = dynamic === undefined ? fixed : compileRubyReplacement(dynamic(event));
      const expression = expressionOf(event);
      const replace = (text: string): string =>
        text.replace(expression, typeof replacement === "string" ? () => replacement : replacement);
      if (typeof value === "string") reference.set(event, replace(value));
      else if (Array.isArray(value))
        reference.set(
          event,
          value.map((item) => (typeof item === "string" ? replace(item) : (item as Value))),
        );
    });
  }
  return operations;
}

/** The expression, made for the event where it holds `%{field}`. */
function dynamicExpression(pattern: string): (event: Event) => RegExp {
  const make = (source: string): RegExp => {
    const base = compileRegexp(source);
    return new RegExp(base.source, `${base.flags}g`);
  };
  if (!pattern.includes("%{")) {
    const expression = make(pattern);
    return () => expression;
  }
  const text = compileSprintf(pattern);
  return (event) => make(text(event));
}

/** Ruby's split: without empty texts at the end. */
function rubySplit(text: string, separator: string): string[] {
  const parts = separator === " " ? text.trim().split(/\s+/) : text.split(separator);
  while (parts.length > 0 && parts.at(-1) === "") parts.pop();
  return parts;
}

/** Adds lists and texts to lists, objects to objects. */
function merge(field: FieldReference, from: readonly string[]): Operation {
  const sources = from.map(dynamicField);
  return (event) => {
    for (const source of sources) {
      const added = source(event).get(event);
      if (added === undefined || added === null) continue;
      const before = field.get(event);
      if (before === undefined || before === null) {
        field.set(event, isTree(added) || Array.isArray(added) ? copyValue(added) : [added]);
      } else if (isTree(before) && isTree(added)) field.set(event, { ...before, ...added });
      else if (!isTree(before) && !isTree(added)) {
        field.set(event, [
          ...(Array.isArray(before) ? before : [before]),
          ...(Array.isArray(added) ? added : [added]),
        ] as Value);
      }
    }
  };
}
