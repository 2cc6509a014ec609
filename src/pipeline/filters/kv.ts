import { copyValue, type Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { type ObjectValue, setOwn, type Value } from "../../event/value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { TEXT } from "../../plugin/value-shape.ts";
import { compileKeyValue, type FindPairs } from "../../transform/key-value.ts";
import { type ChangeText, compileChanges, compileRemoval, compileTrim } from "../../transform/key-value-class.ts";
import { PairWriter } from "../../transform/key-value-fields.ts";

const TRANSFORMS = ["lowercase", "uppercase", "capitalize"];

const options = {
  source: fieldReference({ description: "Field with the pairs", default: "message" }),
  target: fieldReference({ description: "Field that the pairs go into; default: the event itself" }),
  prefix: text({ description: "Text before every key; may hold `%{field}`", default: "" }),
  field_split: text({
    description: "Characters that split pairs, as between the brackets of a regular expression",
    default: " ",
  }),
  field_split_pattern: text({ description: "Regular expression that splits pairs, in place of field_split" }),
  value_split: text({
    description: "Characters that split a key from its value, as between the brackets of a regular expression",
    default: "=",
  }),
  value_split_pattern: text({
    description: "Regular expression that splits a key from its value, in place of value_split",
  }),
  trim_key: text({ description: "Characters to take off both ends of keys, written like field_split" }),
  trim_value: text({ description: "Characters to take off both ends of values, written like field_split" }),
  trimkey: text({ description: "Old name of trim_key", obsolete: "removed in Logstash too, use trim_key" }),
  trim: text({ description: "Old name of trim_value", obsolete: "removed in Logstash too, use trim_value" }),
  remove_char_key: text({ description: "Characters to take out of keys, written like field_split" }),
  remove_char_value: text({ description: "Characters to take out of values, written like field_split" }),
  transform_key: text({ description: "How keys are written", choices: TRANSFORMS }),
  transform_value: text({ description: "How values are written", choices: TRANSFORMS }),
  include_keys: list({ description: "Keys to take, no others; may hold `%{field}`", default: [] }),
  exclude_keys: list({ description: "Keys to leave out; may hold `%{field}`", default: [] }),
  default_keys: hash({ description: "Values for keys that are not found", default: {} }),
  allow_duplicate_values: boolean({ description: "Keep a value that a key has already", default: true }),
  allow_empty_values: boolean({
    description: 'Keep keys without a value; mostly together with `whitespace => "strict"`',
    default: false,
  }),
  include_brackets: boolean({
    description: "Round, square and pointed brackets hold values as quotes do",
    default: true,
  }),
  recursive: boolean({ description: "Look for pairs in values too, up to 32 deep", default: false }),
  whitespace: text({
    description: "Whether blanks around what splits a key from its value count for nothing (lenient)",
    default: "lenient",
    choices: ["lenient", "strict"],
  }),
  timeout_millis: number({ description: "Milliseconds for an event, at most 1,000", default: 30_000 }),
  tag_on_timeout: text({ description: "Tag when the time ran out", default: "_kv_filter_timeout" }),
  tag_on_failure: list({
    description: "Tags when a key cannot be a field, or not have the value",
    default: ["_kv_filter_error"],
  }),
};

type Settings = OptionValues<typeof options>;

export const kv: FilterPlugin = defineFilter({
  name: "kv",
  summary: "Reads pairs of keys and values, such as `user=ann port=22`, into fields.",
  options,
  examples: [
    {
      title: "Pairs with an equals sign",
      config: 'kv { target => "audit" }',
      given: 'pid=921 comm="sshd" addr=203.0.113.7 res=failed',
      expect: { audit: { pid: "921", comm: "sshd", addr: "203.0.113.7", res: "failed" } },
    },
    {
      title: "A query string",
      config: 'kv { source => "query" field_split => "&" include_keys => ["q", "page"] prefix => "arg_" }',
      given: { query: "q=shoes&page=2&session=77" },
      expect: { arg_q: "shoes", arg_page: "2", session: null },
    },
    {
      title: "Keys without a value",
      config: 'kv { whitespace => "strict" allow_empty_values => true }',
      given: "IN=eth0 OUT= LEN=60",
      expect: { IN: "eth0", OUT: "", LEN: "60" },
    },
    {
      title: "Commas around values, and a key that comes twice",
      config: 'kv { trim_value => "<>," }',
      given: "to=<ann@example.com>, to=<bob@example.com>, delay=2.2",
      expect: { to: ["ann@example.com", "bob@example.com"], delay: "2.2" },
    },
  ],

  check(settings) {
    const problems: OptionProblem[] = [];
    const attempt = (option: keyof Settings, compile: (written: string) => unknown): void => {
      const written = settings[option];
      if (typeof written !== "string") return;
      try {
        if (written === "") throw new Error("it is empty");
        compile(written);
      } catch (error) {
        problems.push({ option, message: `${option}: ${(error as Error).message}` });
      }
    };
    const form = formOf(settings);
    attempt("field_split", (fieldSplit) => compileKeyValue({ ...form, ...SETS, fieldSplit }));
    attempt("value_split", (valueSplit) => compileKeyValue({ ...form, ...SETS, valueSplit }));
    attempt("field_split_pattern", (pattern) => compileKeyValue({ ...form, ...SETS, fieldSplitPattern: pattern }));
    attempt("value_split_pattern", (pattern) => compileKeyValue({ ...form, ...SETS, valueSplitPattern: pattern }));
    for (const option of ["trim_key", "trim_value"] as const) attempt(option, compileTrim);
    for (const option of ["remove_char_key", "remove_char_value"] as const) attempt(option, compileRemoval);
    return problems;
  },

  shape(settings, event) {
    if (settings.target !== undefined) event.add(settings.target, { kind: "object" }, "target");
    else if (settings.include_keys.length === 0 || settings.recursive) event.any();
    else for (const key of settings.include_keys) event.add(`${settings.prefix}${key}`, TEXT, "include_keys", key);
  },

  create(settings, host) {
    const source = new FieldReference(settings.source);
    const target = settings.target === undefined ? undefined : new FieldReference(settings.target);
    const parser = new PairParser(settings);
    const defaults = settings.default_keys as ObjectValue;
    const hasDefaults = Object.keys(defaults).length > 0;
    const writer = new PairWriter();
    let warned = false;
    return {
      timeoutTags: [settings.tag_on_timeout],
      // 0 switches the time limit off; the runtime's own stays.
      ...(settings.timeout_millis > 0 && { timeoutMillis: settings.timeout_millis }),
      apply(event) {
        const value = source.get(event);
        let found: ObjectValue = {};
        if (typeof value === "string") parser.parse(value, event, found);
        else if (Array.isArray(value)) {
          for (const item of value) if (typeof item === "string") parser.parse(item, event, found);
        } else if (value !== undefined && value !== null && !warned) {
          warned = true;
          host.log.warn(
            `kv: ${settings.source} holds neither text nor a list; it is left as it is in this event and others`,
          );
        }
        if (hasDefaults) found = { ...(copyValue(defaults) as ObjectValue), ...found };
        let isEmpty = true;
        for (const _ in found) {
          isEmpty = false;
          break;
        }
        if (isEmpty) return false;
        if (writer.write(event, target, found)) return true;
        for (const tag of settings.tag_on_failure) event.tag(tag);
        return false;
      },
    };
  },
});

/** Sets that are fine, for checking one option at a time. */
const SETS = { fieldSplit: " ", valueSplit: "=", fieldSplitPattern: undefined, valueSplitPattern: undefined };

function formOf(settings: Settings): Parameters<typeof compileKeyValue>[0] {
  return {
    fieldSplit: settings.field_split,
    valueSplit: settings.value_split,
    fieldSplitPattern: settings.field_split_pattern,
    valueSplitPattern: settings.value_split_pattern,
    brackets: settings.include_brackets,
    lenient: settings.whitespace === "lenient",
  };
}

/** Values in values are looked into so deep; deeper ones stay texts. */
const DEPTH_LIMIT = 32;

/** Pairs of a text, changed and chosen as the settings say. */
class PairParser {
  readonly #find: FindPairs;
  readonly #key: ChangeText | undefined;
  readonly #value: ChangeText | undefined;
  readonly #prefix: ((event: Event) => string) | undefined;
  readonly #included: KeyChoice | undefined;
  readonly #excluded: KeyChoice | undefined;
  readonly #keepEmpty: boolean;
  readonly #keepDuplicates: boolean;
  readonly #recursive: boolean;

  constructor(settings: Settings) {
    this.#find = compileKeyValue(formOf(settings));
    this.#key = compileChanges(settings.trim_key, settings.remove_char_key, settings.transform_key);
    this.#value = compileChanges(settings.trim_value, settings.remove_char_value, settings.transform_value);
    this.#prefix = settings.prefix === "" ? undefined : compileSprintf(settings.prefix);
    this.#included = keyChoice(settings.include_keys);
    this.#excluded = keyChoice(settings.exclude_keys);
    this.#keepEmpty = settings.allow_empty_values;
    this.#keepDuplicates = settings.allow_duplicate_values;
    this.#recursive = settings.recursive;
  }

  parse(text: string, event: Event, into: ObjectValue, depth: number = 0): void {
    const included = this.#included?.(event);
    const excluded = this.#excluded?.(event);
    this.#find(text, (foundKey, foundValue) => {
      if (foundValue === "" && !this.#keepEmpty) return;
      let key = this.#key === undefined ? foundKey : this.#key(foundKey);
      if (included !== undefined && !included.has(key)) return;
      if (excluded?.has(key)) return;
      if (this.#prefix !== undefined) key = this.#prefix(event) + key;
      const value = this.#value === undefined ? foundValue : this.#value(foundValue);
      this.#add(into, key, value, this.#recursive && depth < DEPTH_LIMIT ? this.#inner(value, event, depth) : value);
    });
  }

  #inner(text: string, event: Event, depth: number): Value {
    const inner: ObjectValue = {};
    this.parse(text, event, inner, depth + 1);
    return Object.keys(inner).length > 0 ? inner : text;
  }

  #add(into: ObjectValue, key: string, text: string, value: Value): void {
    const before = into[key];
    if (before === undefined || !Object.hasOwn(into, key)) setOwn(into, key, value);
    else if (!this.#keepDuplicates && (Array.isArray(before) ? before.includes(text) : before === text)) return;
    else if (Array.isArray(before)) (before as Value[]).push(value);
    else setOwn(into, key, [before, value]);
  }
}

type KeyChoice = (event: Event) => ReadonlySet<string>;

function keyChoice(keys: readonly string[]): KeyChoice | undefined {
  if (keys.length === 0) return undefined;
  const templates = keys.map((key) => compileSprintf(key));
  if (!templates.every((template) => template.isConstant)) {
    return (event) => new Set(templates.map((template) => template(event)));
  }
  const fixed = new Set(keys);
  return () => fixed;
}
