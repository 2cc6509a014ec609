import { FieldReferenceError, parseFieldReference } from "../event/field-reference.ts";
import { setOwn } from "../event/value.ts";
import { type CodecChoice, type HashValue, type Option, Secret } from "./options.ts";
import type { NamedSetting, RawSetting, ReportSetting } from "./settings.ts";

/** Checks a codec named in an option. */
export type CheckCodec = (name: string, settings: readonly NamedSetting[], place: object) => CodecChoice | undefined;

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  t: 1e12,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
  ti: 2 ** 40,
};

/** Turns settings into values of one option, as Logstash's config mixin does; reports what does not fit and gives undefined. */
/** What is left in place of a variable without value. */
const UNSET_VARIABLE = /\$\{[A-Za-z_.][A-Za-z0-9_.]*\}/;
/** Kinds whose text is read, and is not the value as it stands. */
const READ_KINDS: ReadonlySet<Option["kind"]> = new Set(["number", "boolean", "bytes", "field_reference"]);

export class Coercion {
  readonly #report: ReportSetting;
  readonly #codec: CheckCodec;

  constructor(report: ReportSetting, codec: CheckCodec) {
    this.#report = report;
    this.#codec = codec;
  }

  /** `settings` are all those written for the option, in order: lists and hashes add up, of others the last one holds. */
  value(name: string, option: Option, settings: readonly NamedSetting[]): unknown {
    const last = (settings.at(-1) as NamedSetting).value;
    switch (option.kind) {
      case "hash":
        return this.#hash(
          name,
          settings.map((setting) => setting.value),
        );
      case "list":
        return this.#many(name, option, settings);
      case "codec":
        return this.#codecChoice(name, last);
      case "any":
        return plainValue(last);
      default:
        return option.many ? this.#many(name, option, settings) : this.#scalar(name, option, last);
    }
  }

  #many(name: string, option: Option, settings: readonly NamedSetting[]): unknown[] | undefined {
    const items = settings.flatMap(({ value }) => (value.kind === "list" ? value.items : [value]));
    const values = items.map((item) => this.#scalar(name, option, item));
    return values.includes(undefined) ? undefined : values;
  }

  #scalar(name: string, option: Option, setting: RawSetting): unknown {
    // Logstash takes a list of one for a single value.
    const only = setting.kind === "list" && setting.items.length === 1 ? (setting.items[0] as RawSetting) : setting;
    if (only.kind !== "scalar") return this.#wrong(name, option, setting, `a ${NOUNS[setting.kind]}`);
    const { text } = only;
    // A variable that this host does not have; that has been said.
    if (UNSET_VARIABLE.test(text) && (option.choices !== undefined || READ_KINDS.has(option.kind))) return undefined;
    if (option.choices !== undefined && !option.choices.includes(text)) {
      this.#report({
        code: "CONF014",
        severity: "error",
        message: `option "${name}" cannot be ${JSON.stringify(text)}`,
        place: only.place,
        help: `one of: ${option.choices.join(", ")}`,
      });
      return undefined;
    }
    switch (option.kind) {
      case "number":
        return this.#number(name, option, only);
      case "boolean":
        if (text === "true" || text === "false") return text === "true";
        return this.#wrong(name, option, only, JSON.stringify(text));
      case "bytes":
        return this.#bytes(name, option, only);
      case "password":
        return new Secret(text);
      case "field_reference":
        return this.#reference(name, only);
      default:
        return text;
    }
  }

  #number(name: string, option: Option, setting: RawSetting & { kind: "scalar" }): number | undefined {
    const value = Number(setting.text);
    if (setting.text.trim() === "" || Number.isNaN(value))
      return this.#wrong(name, option, setting, JSON.stringify(setting.text));
    const [least, most] = option.range ?? [-Infinity, Infinity];
    if (value >= least && value <= most) return value;
    this.#report({
      code: "CONF014",
      severity: "error",
      message: `option "${name}" cannot be ${value}`,
      place: setting.place,
      help: `between ${least} and ${most}`,
    });
    return undefined;
  }

  #bytes(name: string, option: Option, setting: RawSetting & { kind: "scalar" }): number | undefined {
    const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]i?)?b?(?:ytes?)?\s*$/i.exec(setting.text);
    if (match === null) return this.#wrong(name, option, setting, JSON.stringify(setting.text));
    return Math.floor(Number(match[1]) * (UNITS[(match[2] ?? "").toLowerCase()] as number));
  }

  #reference(name: string, setting: RawSetting & { kind: "scalar" }): string | undefined {
    try {
      parseFieldReference(setting.text);
      return setting.text;
    } catch (error) {
      if (!(error instanceof FieldReferenceError)) throw error;
      this.#report({
        code: "CONF015",
        severity: "error",
        message: `option "${name}": ${error.message}`,
        place: setting.place,
      });
      return undefined;
    }
  }

  #hash(name: string, settings: readonly RawSetting[]): Record<string, HashValue> | undefined {
    const made: Record<string, HashValue> = {};
    for (const setting of settings) {
      const entries = pairs(setting);
      if (entries === undefined) {
        this.#wrong(name, { kind: "hash", description: "" }, setting, `a ${NOUNS[setting.kind]}`);
        return undefined;
      }
      for (const { key, value } of entries) {
        const plain = plainValue(value);
        const before = Object.hasOwn(made, key) ? made[key] : undefined;
        setOwn(made, key, before === undefined ? plain : [before, plain].flat());
      }
    }
    return made;
  }

  #codecChoice(name: string, setting: RawSetting): CodecChoice | undefined {
    if (setting.kind === "scalar") return this.#codec(setting.text, [], setting.place);
    if (setting.kind === "plugin") return this.#codec(setting.name, setting.settings, setting.place);
    return this.#wrong(name, { kind: "codec", description: "" }, setting, `a ${NOUNS[setting.kind]}`);
  }

  #wrong(name: string, option: Option, setting: RawSetting, given: string): undefined {
    this.#report({
      code: "CONF013",
      severity: "error",
      message: `option "${name}" must be ${EXPECTED[option.kind]}, not ${given}`,
      place: setting.place,
      help: `for example: ${name} => ${EXAMPLES[option.kind]}`,
    });
    return undefined;
  }
}

/** Entries of a hash, or of a list of pairs, which Logstash takes for one. */
function pairs(setting: RawSetting): readonly { key: string; value: RawSetting }[] | undefined {
  if (setting.kind === "hash") return setting.entries;
  if (setting.kind !== "list" || setting.items.length % 2 !== 0) return undefined;
  const made: { key: string; value: RawSetting }[] = [];
  for (let i = 0; i < setting.items.length; i += 2) {
    const key = setting.items[i] as RawSetting;
    if (key.kind !== "scalar") return undefined;
    made.push({ key: key.text, value: setting.items[i + 1] as RawSetting });
  }
  return made;
}

function plainValue(setting: RawSetting): HashValue {
  switch (setting.kind) {
    case "scalar":
      return setting.isNumber ? Number(setting.text) : setting.text;
    case "list":
      return setting.items.map(plainValue);
    case "hash": {
      const made: Record<string, HashValue> = {};
      for (const { key, value } of setting.entries) setOwn(made, key, plainValue(value));
      return made;
    }
    case "plugin":
      return setting.name;
  }
}

const NOUNS: Readonly<Record<RawSetting["kind"], string>> = {
  scalar: "value",
  list: "list",
  hash: "hash",
  plugin: "plugin",
};

const EXPECTED: Readonly<Record<Option["kind"], string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false",
  bytes: "a size in bytes",
  path: "a path",
  password: "text",
  uri: "a URI",
  field_reference: "a field reference",
  codec: "a codec",
  list: "a list of texts",
  hash: "a hash",
  any: "a value",
};

const EXAMPLES: Readonly<Record<Option["kind"], string>> = {
  string: '"text"',
  number: "5",
  boolean: "true",
  bytes: '"10 MiB"',
  path: '"/var/log/app.log"',
  password: '"${NAME}"',
  uri: '"http://127.0.0.1:9200"',
  field_reference: '"[event][original]"',
  codec: "json",
  list: '["one", "two"]',
  hash: '{ "name" => "value" }',
  any: '"text"',
};
