import { readFileSync } from "node:fs";
import type { Event } from "../../event/event.ts";
import { PREPARATION_LIMIT_MS, withinTime } from "../../language/within-time.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, hash, path, text } from "../../plugin/options.ts";
import { JavascriptRuntime } from "../../transform/javascript-event/javascript-runtime.ts";
import { parseScript, ScriptSyntaxError } from "../../transform/javascript-event/script-realm.ts";
import { FailureLog } from "./failure-log.ts";
import { PluginFrame } from "./ruby-frame.ts";

const options = {
  code: text({
    description:
      "Body of a function of `event`, `emit` and `state`, called for each event; `emit(new Event({…}))` makes further ones",
  }),
  init: text({ description: "JavaScript that runs once; its functions and variables are there in `code`" }),
  path: path({
    description:
      "File with a function `filter(event, emit)`, which may give a list of events in place of its own, and perhaps `register(params)`",
  }),
  script_params: hash({ description: "What `register` of the file gets", default: {} }),
  tag_on_exception: text({ description: "Tag of events whose code threw an error", default: "_javascriptexception" }),
  tag_with_exception_message: boolean({ description: "Add a second tag with the error's message", default: false }),
};

interface Settings {
  readonly code: string | undefined;
  readonly init: string | undefined;
  readonly path: string | undefined;
}

/** What keeps something from event to event, as far as the text shows. */
const STATE = /\b(?:this|state|globalThis)\b/;

export const javascript: FilterPlugin = defineFilter({
  name: "javascript",
  summary: "Runs JavaScript on each event, apart from the program: no require, no process, no network.",
  options,
  examples: [
    {
      title: "A field made of others",
      config: `javascript { code => "event.set('total', event.get('price') * event.get('count'))" }`,
      given: { price: 3, count: 4 },
      expect: { total: 12 },
    },
    {
      title: "Nested fields and dates",
      config: `javascript { code => "event.set('[day][of][week]', event.timestamp.getUTCDay())" }`,
      given: { "@timestamp": "2026-11-22T12:00:00Z" },
      expect: { "[day][of][week]": 0 },
    },
    {
      title: "An event for each item",
      config: `javascript {
  code => "for (const item of event.get('items')) emit(new Event({ item })); event.cancel()"
}`,
      given: { items: ["x", "y"] },
      expect: [{ item: "x" }, { item: "y" }],
    },
    {
      title: "An error is a tag",
      config: `javascript { code => "event.get('missing').length" }`,
      given: "hello",
      expect: { tags: ["_javascriptexception"] },
    },
  ],
  check(settings) {
    if (settings.code !== undefined && settings.path !== undefined)
      return [{ option: "path", message: "code and path exclude each other" }];
    if (settings.code === undefined && settings.path === undefined)
      return [{ option: "code", message: "either code or path is needed" }];
    const problems: OptionProblem[] = [];
    if (settings.init !== undefined) problems.push(...syntaxProblems("init", settings.init, "script"));
    if (settings.code !== undefined) problems.push(...syntaxProblems("code", settings.code, "body"));
    if (settings.path === undefined) return problems;
    try {
      return [...problems, ...syntaxProblems("path", readFileSync(settings.path, "utf8"), "script")];
    } catch (error) {
      return [
        ...problems,
        { option: "path", message: `cannot read the script: ${(error as Error).message}`, severity: "host" },
      ];
    }
  },
  stateful: ({ code, init, path }) => init !== undefined || path !== undefined || STATE.test(code ?? ""),
  create(settings, host) {
    const frame = new PluginFrame(host);
    const runtime = new JavascriptRuntime(frame);
    const failures = new FailureLog(host.log, host.now);
    const run = program(runtime, settings, host.pluginId);
    const emit = (made: unknown): void => {
      frame.emit(runtime.eventOf(made));
    };
    return {
      apply(event, send) {
        frame.begin(event, send);
        try {
          const result = run(runtime.wrap(event), emit);
          if (Array.isArray(result))
            replace(
              event,
              result.map((one) => runtime.eventOf(one)),
              frame,
            );
          return true;
        } catch (error) {
          const { name, message } = described(error);
          failures.report(`JavaScript exception in ${host.pluginId}: ${message}`, {
            plugin: host.pluginId,
            exception: name,
          });
          if (settings.tag_with_exception_message) event.tag(`${settings.tag_on_exception}: ${message}`);
          event.tag(settings.tag_on_exception);
          return false;
        }
      },
      timeoutTags: [settings.tag_on_exception],
    };
  },
});

function syntaxProblems(option: string, code: string, kind: "body" | "script"): OptionProblem[] {
  try {
    parseScript(code, kind, option);
    return [];
  } catch (error) {
    if (!(error instanceof ScriptSyntaxError)) throw error;
    return [{ option, message: error.line === undefined ? error.message : `line ${error.line}: ${error.message}` }];
  }
}

/** @throws Error where the code's beginnings fail */
function program(
  runtime: JavascriptRuntime,
  settings: Settings & { readonly script_params: object },
  pluginId: string,
): (event: unknown, emit: unknown) => unknown {
  const first = settings.path === undefined ? "init" : "path";
  try {
    const { init, path: file } = settings;
    if (init !== undefined) withinTime(PREPARATION_LIMIT_MS, () => runtime.load(init, "init"));
    if (file === undefined) {
      const body = runtime.body(settings.code ?? "");
      // Only a file's function answers with a list of events.
      return (event, emit) => {
        body(event, emit);
        return undefined;
      };
    }
    withinTime(PREPARATION_LIMIT_MS, () => {
      runtime.load(readFileSync(file, "utf8"), file);
      runtime.named("register")?.(runtime.toScript(settings.script_params));
    });
  } catch (error) {
    throw new Error(`${first} of ${pluginId} failed: ${described(error).message}`);
  }
  const filter = runtime.named("filter");
  if (filter === undefined) throw new Error(`${settings.path}: the script of ${pluginId} defines no function filter`);
  return filter;
}

/** The events that a file's function gave go on in place of the one it got. */
function replace(event: Event, given: readonly Event[], frame: PluginFrame): void {
  for (const made of given) if (made !== event) frame.emit(made);
  if (!given.includes(event)) event.cancelled = true;
}

function described(error: unknown): { readonly name: string; readonly message: string } {
  if (typeof error !== "object" || error === null) return { name: "Error", message: String(error) };
  const { name, message } = error as Partial<Error>;
  return { name: String(name ?? "Error"), message: String(message ?? "an object that is no Error was thrown") };
}
