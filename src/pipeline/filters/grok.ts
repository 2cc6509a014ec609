import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { GrokError } from "../../language/grok/grok-error.ts";
import { GrokLibrary } from "../../language/grok/library.ts";
import { compileGrok, type GrokCapture, type GrokMatcher } from "../../language/grok/matcher.ts";
import { defineFilter, type EcsMode, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, list, number, type OptionValues, text } from "../../plugin/options.ts";

const options = {
  match: hash({
    description: "Fields and the pattern, or the patterns in turn, that they are matched with",
    default: {},
  }),
  patterns_dir: list({ description: "Folders with files of patterns", default: [] }),
  patterns_files_glob: text({ description: "Names of the files in patterns_dir", default: "*" }),
  pattern_definitions: hash({ description: "Patterns of this filter, by name", default: {} }),
  break_on_match: boolean({ description: "The first pattern that fits ends the search", default: true }),
  named_captures_only: boolean({ description: "Keep only what has a name of its own", default: true }),
  keep_empty_captures: boolean({ description: "Keep captures of nothing", default: false }),
  overwrite: list({ description: "Fields whose value a capture replaces", default: [] }),
  target: fieldReference({ description: "Field below which captures are put" }),
  timeout_millis: number({ description: "Milliseconds for an event, at most 1,000", default: 30_000 }),
  timeout_scope: text({
    description: "What the time is for",
    default: "pattern",
    choices: ["pattern", "event"],
    ignored: "the time is for the event",
  }),
  tag_on_failure: list({ description: "Tags when no pattern fits", default: ["_grokparsefailure"] }),
  tag_on_timeout: text({ description: "Tag when the time ran out", default: "_groktimeout" }),
};

type Settings = OptionValues<typeof options>;

export const grok: FilterPlugin = defineFilter({
  name: "grok",
  summary: "Cuts text into fields by patterns with names, such as `%{IP:[client][ip]}`.",
  options,
  examples: [
    {
      title: "Access logs of Apache and nginx",
      config: 'grok { match => { "message" => "%{COMBINEDAPACHELOG}" } }',
      given: '203.0.113.7 - ann [12/Nov/2026:13:45:07 +0000] "GET /cart?id=1 HTTP/1.1" 200 512 "-" "curl/8.4.0"',
      expect: {
        "[source][address]": "203.0.113.7",
        "[user][name]": "ann",
        timestamp: "12/Nov/2026:13:45:07 +0000",
        "[http][request][method]": "GET",
        "[url][original]": "/cart?id=1",
        "[http][response][status_code]": 200,
        "[http][response][body][bytes]": 512,
        "[user_agent][original]": "curl/8.4.0",
        "[http][request][referrer]": null,
      },
    },
    {
      title: "Patterns of one's own, and types",
      config:
        'grok { pattern_definitions => { "JOB" => "job-[0-9]+" } match => { "message" => "%{JOB:job} took %{NUMBER:seconds:float}s" } }',
      given: "job-12 took 1.5s",
      expect: { job: "job-12", seconds: 1.5 },
    },
    {
      title: "What does not fit is tagged",
      config: 'grok { match => { "message" => "^%{IP:ip}$" } }',
      given: "no address",
      expect: { ip: null, tags: ["_grokparsefailure"] },
    },
  ],

  check(settings, ecs) {
    const problems: OptionProblem[] = [];
    for (const folder of settings.patterns_dir) {
      if (!existsSync(folder))
        problems.push({ option: "patterns_dir", message: `there is no folder ${folder}`, severity: "warning" });
    }
    const library = libraryOf(settings, ecs);
    if (Object.keys(settings.match).length === 0)
      problems.push({ option: "match", message: "match is empty: nothing is looked for", severity: "warning" });
    for (const pattern of Object.values(settings.match).flat()) {
      try {
        compileGrok(String(pattern), library, { namedCapturesOnly: settings.named_captures_only });
      } catch (error) {
        if (!(error instanceof GrokError)) throw error;
        problems.push({ option: "match", message: error.message });
      }
    }
    return problems;
  },

  create(settings, host) {
    const library = libraryOf(settings, host.ecs);
    const overwrite = new Set(settings.overwrite.map((name) => new FieldReference(name).path.join("\0")));
    const fields = Object.entries(settings.match).map(([name, patterns]) => ({
      source: new FieldReference(name),
      groks: [patterns].flat().map((pattern) => {
        const matcher = compileGrok(String(pattern), library, { namedCapturesOnly: settings.named_captures_only });
        return new Grok(matcher, settings, overwrite);
      }),
    }));
    const once = settings.break_on_match;
    return {
      timeoutTags: [settings.tag_on_timeout],
      timeoutMillis: settings.timeout_millis,
      apply(event) {
        let matched = false;
        for (const { source, groks } of fields) {
          const value = source.get(event);
          if (value === undefined || value === null) continue;
          if (matchValue(value, groks, event, once)) matched = true;
          if (matched && once) break;
        }
        if (!matched) for (const tag of settings.tag_on_failure) event.tag(tag);
        return matched;
      },
    };
  },
});

/** Elements of a list are matched one by one; numbers and booleans as text. */
function matchValue(value: Value, groks: readonly Grok[], event: Event, once: boolean): boolean {
  if (Array.isArray(value)) return value.map((item) => matchValue(item as Value, groks, event, once)).includes(true);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) return false;
  const text = typeof value === "string" ? value : String(value);
  let matched = false;
  for (const one of groks) {
    if (!one.match(text, event)) continue;
    matched = true;
    if (once) return true;
  }
  return matched;
}

interface Capture {
  readonly field: FieldReference;
  readonly type: GrokCapture["type"];
  /** Number of its group; -1 when there are several. */
  readonly group: number;
  readonly groups: readonly number[];
  readonly overwrites: boolean;
}

/** One pattern with its fields compiled. */
class Grok {
  readonly #matcher: GrokMatcher;
  readonly #captures: readonly Capture[];
  readonly #keepEmpty: boolean;

  constructor(matcher: GrokMatcher, settings: Settings, overwrite: ReadonlySet<string>) {
    this.#matcher = matcher;
    this.#keepEmpty = settings.keep_empty_captures;
    this.#captures = matcher.captures.map(({ name, type, groups }) => {
      const own = new FieldReference(name);
      const field = settings.target === undefined ? own : new FieldReference(below(settings.target, own));
      const group = groups.length === 1 ? (groups[0] as number) : -1;
      return { field, type, group, groups, overwrites: overwrite.has(own.path.join("\0")) };
    });
  }

  match(text: string, event: Event): boolean {
    const groups = this.#matcher.match(text);
    if (groups === null) return false;
    for (const capture of this.#captures) {
      const value = capture.group >= 0 ? this.#one(groups[capture.group], capture) : this.#several(groups, capture);
      if (value === undefined) continue;
      if (capture.overwrites) capture.field.set(event, value);
      else if (!capture.field.setIfAbsent(event, value)) {
        capture.field.set(event, [capture.field.get(event), value].flat() as Value);
      }
    }
    return true;
  }

  #one(text: string | undefined, { type }: Capture): Value | undefined {
    if (text === undefined) return this.#keepEmpty ? null : undefined;
    if (text === "" && !this.#keepEmpty) return undefined;
    if (type === "string") return text;
    const number = type === "int" ? Number.parseInt(text, 10) : Number.parseFloat(text);
    return Number.isNaN(number) ? 0 : number;
  }

  /** A name that the pattern has several times: a list where more than one captured something. */
  #several(groups: RegExpExecArray, capture: Capture): Value | undefined {
    const values: Value[] = [];
    for (const group of capture.groups) {
      const value = this.#one(groups[group], capture);
      if (value !== undefined && value !== null) values.push(value);
    }
    if (values.length === 0) return this.#keepEmpty ? null : undefined;
    return values.length === 1 ? values[0] : values;
  }
}

/** A reference below another: `[target][a][b]`. */
function below(target: string, own: FieldReference): string {
  const prefix = target.startsWith("[") ? target : `[${target}]`;
  return prefix + own.path.map((name) => `[${name}]`).join("");
}

function libraryOf(settings: Settings, ecs: EcsMode): GrokLibrary {
  const library = new GrokLibrary(ecs);
  for (const folder of settings.patterns_dir) {
    for (const file of patternFiles(folder, settings.patterns_files_glob)) library.addFile(readFileSync(file, "utf8"));
  }
  for (const [name, pattern] of Object.entries(settings.pattern_definitions)) library.add(name, String(pattern));
  return library;
}

function patternFiles(folder: string, glob: string): string[] {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [folder];
  return readdirSync(folder)
    .filter((name) => glob === "*" || matchesGlob(name, glob))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}
