import { copyValue, type Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { isTree, type StoredTree, type Value } from "../../event/value.ts";
import { compileSprintf, valueText } from "../../language/sprintf.ts";
import { defineFilter, type FilterHost, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, number, type OptionValues, path, text } from "../../plugin/options.ts";
import { UNKNOWN } from "../../plugin/value-shape.ts";
import { type Dictionary, dictionaryFormat } from "../../transform/dictionary.ts";
import { compileLookup, type Lookup, type LookupKind } from "../../transform/dictionary-lookup.ts";
import { ReservedFieldError, setField } from "../../transform/reserved-fields.ts";
import { DictionaryFile, readDictionary } from "./dictionary-file.ts";

const options = {
  source: fieldReference({ description: "Field whose value is looked up; of a list the first. Required" }),
  target: fieldReference({
    description: "Field for the translation; default: the source itself, without ECS `translation`",
  }),
  field: fieldReference({ description: "Old name of source", deprecated: "use source" }),
  destination: fieldReference({ description: "Old name of target", deprecated: "use target" }),
  dictionary: hash({ description: "Texts and their translations", default: {} }),
  dictionary_path: path({
    description:
      "File with the dictionary, in place of it: .yml, .yaml or .json with one object, .csv with two columns",
  }),
  exact: boolean({ description: "Look up the whole value; else replace every key in it", default: true }),
  regex: boolean({ description: "Keys are regular expressions, tried in turn; with exact only", default: false }),
  fallback: text({ description: "Translation of what is not in the dictionary; may hold `%{field}`" }),
  override: boolean({
    description:
      "Replace a target that there is; default: only where the target is the source. Targets within iterate_on always",
  }),
  refresh_interval: number({
    description: "Seconds between looks at dictionary_path for changes; 0 or less: none",
    default: 300,
  }),
  refresh_behaviour: text({
    description: "Whether entries that are no longer in the file stay (merge) or go (replace)",
    default: "merge",
    choices: ["merge", "replace"],
  }),
  iterate_on: fieldReference({
    description:
      "List to go through: the same as source where it holds values, else a list of objects that source and target lie in",
  }),
  yaml_dictionary_code_point_limit: number({
    description: "Characters that a YAML dictionary may have",
    default: 134_217_728,
    range: [1, Number.MAX_SAFE_INTEGER],
  }),
  yaml_load_strategy: text({
    description: "How YAML is read",
    default: "one_shot",
    choices: ["one_shot", "streaming"],
    ignored: "it is read in one go",
  }),
};

type Settings = OptionValues<typeof options>;

export const translate: FilterPlugin = defineFilter({
  name: "translate",
  summary: "Looks a field's value up in a dictionary, in the configuration or in a file, and writes what it finds.",
  options,
  examples: [
    {
      title: "A dictionary in the configuration",
      config: `translate {
  source => "[http][response][status_code]"
  target => "[http][response][reason]"
  dictionary => { "200" => "OK" "404" => "Not Found" }
  fallback => "Other"
}`,
      given: { http: { response: { status_code: 404 } } },
      expect: { "[http][response][reason]": "Not Found" },
    },
    {
      title: "In place, by regular expressions",
      config:
        'translate { source => "level" regex => true dictionary => { "^(?i)warn" => "warning" "^(?i)err" => "error" } }',
      given: { level: "ERR" },
      expect: { level: "error" },
    },
    {
      title: "Parts of a text",
      config:
        'translate { source => "message" target => "plain" exact => false dictionary => { "&amp;" => "&" "&lt;" => "<" } }',
      given: "a &lt; b &amp; c",
      expect: { plain: "a < b & c" },
    },
    {
      title: "A list of objects",
      config:
        'translate { iterate_on => "members" source => "id" target => "name" dictionary => { "1" => "Ann" } fallback => "unknown" }',
      given: { members: [{ id: 1 }, { id: 2 }] },
      expect: {
        members: [
          { id: 1, name: "Ann" },
          { id: 2, name: "unknown" },
        ],
      },
    },
  ],

  check(settings) {
    const problems: OptionProblem[] = [];
    const problem = (option: keyof Settings, message: string, more: Partial<OptionProblem> = {}): void => {
      problems.push({ option, message, ...more });
    };
    if (settings.source === undefined && settings.field === undefined) problem("source", "it needs the option source");
    if (settings.source !== undefined && settings.field !== undefined)
      problem("field", "source is given too: field is its old name");
    if (settings.target !== undefined && settings.destination !== undefined)
      problem("destination", "target is given too: destination is its old name");
    if (settings.regex && !settings.exact)
      problem("regex", "it has no effect without exact: keys are taken as they are", { severity: "warning" });
    const file = settings.dictionary_path;
    try {
      compileLookup(new Map(Object.entries(settings.dictionary as StoredDictionary)), kindOf(settings));
    } catch (error) {
      problem("dictionary", (error as Error).message);
    }
    if (file === undefined) return problems;
    if (Object.keys(settings.dictionary).length > 0)
      problem("dictionary_path", "dictionary is given too: only one of the two can be");
    if (dictionaryFormat(file) === undefined)
      problem("dictionary_path", `the name ${JSON.stringify(file)} tells no format`, {
        help: ".csv, .json, .yaml, .yml",
      });
    else {
      try {
        compileLookup(readDictionary(file, settings.yaml_dictionary_code_point_limit), kindOf(settings));
      } catch (error) {
        problem("dictionary_path", `cannot read ${file}: ${(error as Error).message}`, { severity: "host" });
      }
    }
    return problems;
  },

  shape(settings, event, ecs) {
    const source = settings.source ?? settings.field ?? "";
    const target = settings.target ?? settings.destination ?? (ecs === "disabled" ? "translation" : source);
    if (settings.iterate_on !== undefined) {
      event.add(settings.iterate_on, UNKNOWN, "iterate_on");
      return;
    }
    const values = Object.values(settings.dictionary);
    const open = settings.dictionary_path !== undefined || !settings.exact;
    if (open || values.some((value) => typeof value !== "string")) event.add(target, UNKNOWN, "target");
    else for (const value of values) event.addTo(target, value, "dictionary");
    if (settings.fallback !== undefined) event.addTo(target, settings.fallback, "fallback");
  },

  create(settings, host) {
    const source = settings.source ?? settings.field ?? "";
    const target = settings.target ?? settings.destination ?? (host.ecs === "disabled" ? "translation" : source);
    const translator = new Translator(source, target, settings, host);
    return {
      apply(event) {
        try {
          return translator.apply(event);
        } catch (error) {
          if (!(error instanceof ReservedFieldError)) throw error;
          translator.warnOnce(error.message);
          return false;
        }
      },
    };
  },
});

type StoredDictionary = Readonly<Record<string, Value>>;

function kindOf(settings: Settings): LookupKind {
  if (!settings.exact) return "parts";
  return settings.regex ? "regex" : "exact";
}

class Translator {
  readonly #source: FieldReference;
  readonly #target: FieldReference;
  readonly #list: FieldReference | undefined;
  /** The list holds values, not objects with them. */
  readonly #isListOfValues: boolean;
  readonly #inPlace: boolean;
  readonly #override: boolean;
  readonly #fallback: ((event: Event) => string) | undefined;
  readonly #file: DictionaryFile | undefined;
  readonly #host: FilterHost;
  #lookup: Lookup = () => undefined;
  #warned = false;

  constructor(source: string, target: string, settings: Settings, host: FilterHost) {
    this.#source = new FieldReference(source);
    this.#target = new FieldReference(target);
    this.#list = settings.iterate_on === undefined ? undefined : new FieldReference(settings.iterate_on);
    this.#isListOfValues = this.#list !== undefined && isSame(this.#list, this.#source);
    this.#inPlace = isSame(this.#source, this.#target);
    this.#override = settings.override ?? this.#inPlace;
    this.#fallback = settings.fallback === undefined ? undefined : compileSprintf(settings.fallback, host.now);
    this.#host = host;
    const kind = kindOf(settings);
    const use = (dictionary: Dictionary): void => {
      this.#lookup = compileLookup(dictionary, kind);
    };
    if (settings.dictionary_path === undefined) use(new Map(Object.entries(settings.dictionary as StoredDictionary)));
    else {
      const file = {
        path: settings.dictionary_path,
        refreshMs: settings.refresh_interval * 1000,
        merge: settings.refresh_behaviour === "merge",
        yamlCharacters: settings.yaml_dictionary_code_point_limit,
      };
      this.#file = new DictionaryFile(file, use, host.now, (message) => host.log.warn(message));
    }
  }

  apply(event: Event): boolean {
    this.#file?.refresh();
    if (this.#list !== undefined && !this.#isListOfValues) return this.#objects(event, this.#list) || this.#inPlace;
    if (!this.#source.has(event) || (!this.#override && this.#target.has(event))) return false;
    return (this.#isListOfValues ? this.#values(event) : this.#single(event)) || this.#inPlace;
  }

  #single(event: Event): boolean {
    const value = this.#source.get(event);
    const found = this.#find(event, Array.isArray(value) ? value[0] : value);
    if (found === undefined) return false;
    setField(event, this.#target, found);
    return true;
  }

  /** A list of translations, null for values without one. */
  #values(event: Event): boolean {
    const found = asList(this.#source.get(event)).map((value) => this.#find(event, value));
    setField(
      event,
      this.#target,
      found.map((value) => value ?? null),
    );
    return found.some((value) => value !== undefined);
  }

  #objects(event: Event, list: FieldReference): boolean {
    const value = list.get(event);
    if (!Array.isArray(value)) return false;
    const items = copyValue(value) as StoredTree[];
    let isChanged = false;
    for (const item of items) {
      if (!isTree(item)) continue;
      const trees = { fields: item, metadata: {} };
      const sought = this.#source.get(trees);
      if (sought === undefined || sought === null) continue;
      const found = this.#find(event, sought);
      if (found === undefined) continue;
      this.#target.set(trees, found);
      isChanged = true;
    }
    if (isChanged) list.set(event, items);
    return isChanged;
  }

  #find(event: Event, value: Value | undefined): Value | undefined {
    const key = value === undefined || value === null ? "" : valueText(value);
    const found = this.#lookup(key);
    return found === undefined ? this.#fallback?.(event) : (copyValue(found) as Value);
  }

  warnOnce(message: string): void {
    if (!this.#warned) this.#host.log.warn(`translate: ${message}; this is told once`);
    this.#warned = true;
  }
}

function asList(value: Value | undefined): readonly Value[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
}

function isSame(a: FieldReference, b: FieldReference): boolean {
  return a.isMetadata === b.isMetadata && a.path.join("\0") === b.path.join("\0");
}
