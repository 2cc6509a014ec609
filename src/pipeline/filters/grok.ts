import { suggest } from "../../diagnostics/suggest.ts";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { StoredValue, Value } from "../../event/value.ts";
import { WholeFloat } from "../../event/whole-float.ts";
import { convert } from "../../language/grok/convert.ts";
import { expandPattern } from "../../language/grok/expand.ts";
import { type Explosion, findExplosion } from "../../language/grok/explosive.ts";
import { compileFieldWriter, type FieldCapture, type FieldWriter } from "../../language/grok/field-writer.ts";
import { GrokError } from "../../language/grok/grok-error.ts";
import { GrokLibrary } from "../../language/grok/library.ts";
import { compileGrok, type GrokMatcher } from "../../language/grok/matcher.ts";
import { defineFilter, type EcsMode, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, list, number, type OptionValues, text } from "../../plugin/options.ts";
import { RecentCache } from "../../transform/recent-cache.ts";
import { rubyToS } from "../../transform/ruby-to-s.ts";
import { shapeOfGrok } from "./grok-shape.ts";
import { addPatternFiles } from "./pattern-files.ts";

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
  pattern: list({ description: "Patterns for the message", obsolete: 'use match => { "message" => … }' }),
  singles: boolean({ description: "Single values instead of lists of one", obsolete: "it is always so: leave it out" }),
  tag_on_timeout: text({ description: "Tag when the time ran out", default: "_groktimeout" }),
};

type Settings = OptionValues<typeof options>;

export const grok: FilterPlugin = defineFilter({
  name: "grok",
  summary: "Cuts text into fields by patterns with names, such as `%{IP:[client][ip]}`.",
  options,
  differs: [
    "An event has a second at most, whatever timeout_millis says, and the time is for all its patterns together.",
    "With break_on_match => false an event is tagged as a failure when no pattern fits; in Logstash the last one decides.",
    "A number that a field has already becomes a list with what is captured; Logstash leaves what is captured out.",
    "Of groups of one name the values are in the order of the text; Logstash groups them by the patterns they were made by.",
    "Patterns are translated to V8's expressions: conditionals `(?(1)…)`, callouts and text segment modes are errors at check; recursion goes 20 deep.",
  ],
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
    const library = libraryOf(settings, ecs, (problem) => problems.push(problem));
    if (Object.keys(settings.match).length === 0)
      problems.push({ option: "match", message: "match is empty: nothing is looked for", severity: "warning" });
    for (const pattern of Object.values(settings.match).flat()) {
      try {
        const matcher = compileGrok(String(pattern), library, { namedCapturesOnly: settings.named_captures_only });
        const explosion = explosionOf(matcher);
        if (explosion !== undefined) problems.push(explosionProblem(String(pattern), explosion));
      } catch (error) {
        if (!(error instanceof GrokError)) throw error;
        // Where a folder of patterns is absent, so are its names.
        problems.push({
          ...problemOf(error, library),
          ...(problems.some(({ option }) => option === "patterns_dir") ? { severity: "host" as const } : {}),
        });
      }
    }
    return problems;
  },

  sets(settings, ecs) {
    const library = libraryOf(settings, ecs, () => undefined);
    try {
      const patterns = Object.values(settings.match).flat();
      const names = patterns.flatMap((pattern) =>
        expandPattern(String(pattern), library, settings.named_captures_only).groups.map(({ name }) => name),
      );
      return settings.target === undefined ? names : [settings.target];
    } catch {
      return undefined;
    }
  },

  shape(settings, event, ecs) {
    shapeOfGrok(
      settings,
      libraryOf(settings, ecs, () => undefined),
      ecs,
      event,
    );
  },

  create(settings, host) {
    const library = libraryOf(settings, host.ecs, ({ message }) => host.log.warn(message));
    const overwrite = new Set(settings.overwrite.map((name) => keyOf(new FieldReference(name))));
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
      // 0 switches the time limit off; the runtime's own stays.
      ...(settings.timeout_millis > 0 && { timeoutMillis: settings.timeout_millis }),
      apply(event) {
        let matched = false;
        for (const { source, groks } of fields) {
          const value = source.get(event);
          // 1.0 is matched as it is written.
          const float = typeof value === "number" ? source.peek(event) : undefined;
          if (matchSource(float instanceof WholeFloat ? String(float) : value, groks, event, once)) matched = true;
          if (matched && once) break;
        }
        if (!matched) for (const tag of settings.tag_on_failure) event.tag(tag);
        return matched;
      },
    };
  },
});

/** Elements of a list are matched one by one; what is no text as Ruby's `to_s` writes it, so a field that is not there is an empty text. */
function matchSource(value: Value | undefined, groks: readonly Grok[], event: Event, once: boolean): boolean {
  if (typeof value === "string") return matchText(value, groks, event, once);
  if (!Array.isArray(value)) return matchText(rubyToS(value), groks, event, once);
  let matched = false;
  for (const item of value as readonly Value[])
    if (matchText(typeof item === "string" ? item : rubyToS(item), groks, event, once)) matched = true;
  return matched;
}

function matchText(text: string, groks: readonly Grok[], event: Event, once: boolean): boolean {
  let matched = false;
  for (const one of groks) {
    if (!one.match(text, event)) continue;
    matched = true;
    if (once) break;
  }
  return matched;
}

interface Capture extends FieldCapture {
  readonly overwrites: boolean;
  readonly isTimestamp: boolean;
}

/** Patterns whose trial is remembered. */
const EXPLOSIONS_KEPT = 2000;

/** One pattern with its fields compiled. */
class Grok {
  readonly #matcher: GrokMatcher;
  readonly #captures: readonly Capture[];
  readonly #keepEmpty: boolean;
  readonly #write: FieldWriter;

  constructor(matcher: GrokMatcher, settings: Settings, overwrite: ReadonlySet<string>) {
    this.#matcher = matcher;
    this.#keepEmpty = settings.keep_empty_captures;
    this.#captures = matcher.captures.map(({ name, type, groups }) => {
      const own = new FieldReference(name);
      const field = settings.target === undefined ? own : new FieldReference(below(settings.target, own));
      const isTimestamp = !field.isMetadata && field.path.length === 1 && field.path[0] === "@timestamp";
      return { field, type, groups, overwrites: overwrite.has(keyOf(own)), isTimestamp };
    });
    const place = this.#place.bind(this);
    this.#write = this.#keepEmpty
      ? (event, groups) => {
          for (let i = 0; i < this.#captures.length; i++) place(event, groups, i);
        }
      : compileFieldWriter(this.#captures, place);
  }

  match(text: string, event: Event): boolean {
    const groups = this.#matcher.match(text);
    if (groups === null) return false;
    this.#write(event, groups);
    return true;
  }

  /** Puts capture `i` in or beside what the field has. */
  #place(event: Event, groups: RegExpExecArray, i: number): void {
    const capture = this.#captures[i] as Capture;
    for (const group of capture.groups) {
      const text = groups[group];
      if (text !== undefined && text !== "") this.#add(event, capture, convert(text, capture.type));
      else if (this.#keepEmpty) this.#add(event, capture, text === undefined ? null : convert(text, capture.type));
    }
  }

  #add(event: Event, { field, overwrites, isTimestamp }: Capture, value: Value | WholeFloat): void {
    const before = overwrites ? undefined : field.get(event);
    if (before === undefined || before === null) {
      const stored = isTimestamp ? Timestamp.parse(String(value)) : value;
      if (stored === undefined) event.tag("_timestampparsefailure");
      else field.set(event, stored);
    } else if (Array.isArray(before)) field.set(event, [...(before as readonly StoredValue[]), value]);
    // An object or the event's time beside a text would be nonsense: they stay, as they do in Logstash.
    else if (typeof before !== "object") field.set(event, [before, value]);
  }
}

function keyOf(field: FieldReference): string {
  return [field.isMetadata, ...field.path].join("\0");
}

/** A reference below another: `[target][a][b]`. */
function below(target: string, own: FieldReference): string {
  const prefix = target.startsWith("[") ? target : `[${target}]`;
  return prefix + own.path.map((name) => `[${name}]`).join("");
}

function libraryOf(settings: Settings, ecs: EcsMode, report: (problem: OptionProblem) => void): GrokLibrary {
  const library = new GrokLibrary(ecs);
  const warn = (message: string): void => report({ option: "patterns_dir", message, severity: "warning" });
  addPatternFiles(library, settings.patterns_dir, settings.patterns_files_glob, warn);
  for (const [name, pattern] of Object.entries(settings.pattern_definitions))
    library.add(name, String(pattern).replace(/\r?\n$/, ""));
  return library;
}

const explosions = new RecentCache<string, Explosion | null>(EXPLOSIONS_KEPT);

/** Patterns stand in many files, and to try one takes milliseconds. */
function explosionOf(matcher: GrokMatcher): Explosion | undefined {
  let known = explosions.get(matcher.text);
  if (known === undefined) {
    known = findExplosion(matcher.text, (input) => matcher.match(input)) ?? null;
    explosions.set(matcher.text, known);
  }
  return known ?? undefined;
}

function explosionProblem(pattern: string, { before, repeated, behind, rounds, millis }: Explosion): OptionProblem {
  const input = `${JSON.stringify(before)} + ${JSON.stringify(repeated)} × ${rounds} + ${JSON.stringify(behind)}`;
  return {
    option: "match",
    severity: "warning",
    message: `the time of ${JSON.stringify(pattern.slice(0, 80))} can double with each character of a text: ${Math.round(millis)} ms for ${input}`,
    help: "no repetition inside a repetition of the same characters; events that take longer than timeout_millis, at most a second, get the tag of tag_on_timeout",
  };
}

function problemOf(error: GrokError, library: GrokLibrary): OptionProblem {
  const near = error.code === "undefined-pattern" ? suggest(error.pattern ?? "", library.names()) : undefined;
  return {
    option: "match",
    message: `${error.message} (character ${error.position + 1} of the pattern)`,
    ...(near !== undefined && { help: `did you mean "${near}"?` }),
  };
}
