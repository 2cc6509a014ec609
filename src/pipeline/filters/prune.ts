import type { Event } from "../../event/event.ts";
import { materialise } from "../../event/lazy-value.ts";
import type { StoredValue, Value } from "../../event/value.ts";
import { compileRegexp } from "../../language/regexp.ts";
import { compileSprintf, valueText } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, hash, list } from "../../plugin/options.ts";

const options = {
  interpolate: boolean({
    description: "Patterns and names have `%{…}` places that are filled from the event",
    default: false,
  }),
  whitelist_names: list({ description: "Keep only fields whose name a pattern fits; none: all", default: [] }),
  blacklist_names: list({ description: "Remove fields whose name a pattern fits", default: ["%\\{[^}]+\\}"] }),
  whitelist_values: hash({
    description: "Fields and the pattern that their value must fit; of a list the elements that do stay",
    default: {},
  }),
  blacklist_values: hash({
    description: "Fields and the pattern that their value must not fit; of a list the elements that do not stay",
    default: {},
  }),
};

/** A pattern for an event; undefined where what was filled in is no regular expression. */
type PatternOf = (event: Event) => RegExp | undefined;

export const prune: FilterPlugin = defineFilter({
  name: "prune",
  summary: "Removes top-level fields by their names or values.",
  options,
  examples: [
    {
      title: "Only these",
      config: 'prune { whitelist_names => ["^@", "^msg$"] }',
      given: { msg: "kept", other: "gone" },
      expect: { msg: "kept", other: null },
    },
    {
      title: "Values that say nothing",
      config: 'prune { blacklist_values => { "user" => "^-$" "codes" => "^2" } }',
      given: { user: "-", codes: ["200", "404"] },
      expect: { user: null, codes: ["404"] },
    },
  ],
  check(settings) {
    if (settings.interpolate) return [];
    const problems: OptionProblem[] = [];
    const check = (option: string, pattern: string): void => {
      try {
        compileRegexp(pattern);
      } catch (error) {
        problems.push({ option, message: `${pattern} is no regular expression: ${(error as Error).message}` });
      }
    };
    for (const option of ["whitelist_names", "blacklist_names"] as const)
      for (const pattern of settings[option]) check(option, pattern);
    for (const option of ["whitelist_values", "blacklist_values"] as const)
      for (const pattern of Object.values(settings[option])) check(option, String(pattern));
    return problems;
  },
  sets: () => [],
  // What is left depends on names that expressions match.
  shape: (_settings, event) => event.any(),

  create(settings, host) {
    const textOf = (template: string): ((event: Event) => string) =>
      settings.interpolate ? compileSprintf(template, host.now) : () => template;
    function patternOf(template: string): PatternOf {
      if (!settings.interpolate) {
        const pattern = compileRegexp(template);
        return () => pattern;
      }
      const write = textOf(template);
      return (event) => {
        try {
          return compileRegexp(write(event));
        } catch {
          return undefined;
        }
      };
    }
    const names = (templates: readonly string[]): PatternOf[] => templates.map(patternOf);
    const values = (entries: object): { name: (event: Event) => string; pattern: PatternOf }[] =>
      Object.entries(entries).map(([name, pattern]) => ({ name: textOf(name), pattern: patternOf(String(pattern)) }));
    const keepNames = names(settings.whitelist_names);
    const dropNames = names(settings.blacklist_names);
    const keepValues = values(settings.whitelist_values);
    const dropValues = values(settings.blacklist_values);

    /** What is to be left of fields; undefined: nothing. Found for all before any is changed, since places are filled from fields. */
    function changes(event: Event): Map<string, Value | undefined> {
      const changed = new Map<string, Value | undefined>();
      const present = Object.keys(event.fields).filter((name) => event.fields[name] !== undefined);
      if (keepNames.length > 0) {
        const patterns = keepNames.map((of) => of(event));
        for (const name of present) if (!patterns.some((one) => one?.test(name) === true)) changed.set(name, undefined);
      }
      const patterns = dropNames.map((of) => of(event));
      for (const name of present) if (patterns.some((one) => one?.test(name) === true)) changed.set(name, undefined);
      for (const [list, wanted] of [
        [keepValues, true],
        [dropValues, false],
      ] as const) {
        for (const { name, pattern } of list) {
          const field = name(event);
          // What a name or the other list removed stays removed.
          const stored = changed.has(field) ? changed.get(field) : own(event, field);
          const expression = pattern(event);
          if (stored === undefined || stored === null || stored === false || expression === undefined) continue;
          const value = materialise(stored as StoredValue);
          const fits = (one: Value): boolean => expression.test(valueText(one)) === wanted;
          if (!Array.isArray(value)) {
            if (!fits(value)) changed.set(field, undefined);
            continue;
          }
          const left = (value as Value[]).filter(fits);
          if (left.length < value.length) changed.set(field, left.length === 0 ? undefined : left);
        }
      }
      return changed;
    }

    return {
      apply(event) {
        for (const [name, value] of changes(event)) {
          if (value === undefined) delete event.fields[name];
          else event.fields[name] = value;
        }
        return true;
      },
    };
  },
});

function own(event: Event, field: string): StoredValue | undefined {
  return Object.hasOwn(event.fields, field) ? event.fields[field] : undefined;
}
