import { readFileSync } from "node:fs";
import type { Event } from "../../event/event.ts";
import type { Value } from "../../event/value.ts";
import { sharedCompiler } from "../../language/ruby/compile-ruby.ts";
import type { CompiledRuby, RubyPart, RubySource } from "../../language/ruby/compiled-unit.ts";
import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import { PREPARATION_LIMIT_MS, withinTime } from "../../language/within-time.ts";
import {
  defineFilter,
  type Emit,
  type FilterHost,
  type FilterInstance,
  type FilterPlugin,
} from "../../plugin/definitions.ts";
import { boolean, hash, path, text } from "../../plugin/options.ts";
import { sharedRuby } from "../../transform/ruby-event/ruby-runtime.ts";
import { FailureLog } from "./failure-log.ts";
import { PluginFrame } from "./ruby-frame.ts";
import { codeProblems, compiledOrNone } from "./ruby-problems.ts";

const options = {
  code: text({
    description: "Ruby code for each event, which is `event` in it; further ones go to `new_event_block.call`",
  }),
  init: text({
    description: "Ruby code that runs once, before the first event; its instance variables are there in `code`",
  }),
  path: path({
    description: "File with a method `filter(event)` that gives a list of events, and perhaps `register(params)`",
  }),
  script_params: hash({ description: "What `register` of the file gets", default: {} }),
  tag_on_exception: text({ description: "Tag of events whose code raised an error", default: "_rubyexception" }),
  tag_with_exception_message: boolean({ description: "Add a second tag with the error's message", default: false }),
};

interface Settings {
  readonly code: string | undefined;
  readonly init: string | undefined;
  readonly path: string | undefined;
}

const INIT: Omit<RubyPart, "code"> = {
  name: "init",
  kind: "method",
  method: "antler_init",
  parameters: [],
  once: true,
};
const CODE: Omit<RubyPart, "code"> = {
  name: "code",
  kind: "method",
  method: "antler_filter",
  parameters: ["event", "new_event_block"],
  once: false,
};

/** @throws Error where the file cannot be read */
function sourceOf(settings: Settings): RubySource {
  if (settings.path !== undefined) {
    const code = readFileSync(settings.path, "utf8");
    return { owner: "Ruby", parts: [{ name: "path", kind: "script", method: "", parameters: [], once: false, code }] };
  }
  const parts: RubyPart[] = settings.init === undefined ? [] : [{ ...INIT, code: settings.init }];
  return { owner: "Ruby", parts: [...parts, { ...CODE, code: settings.code ?? "" }] };
}

export const ruby: FilterPlugin = defineFilter({
  name: "ruby",
  summary: "Runs Ruby code on each event, without a Ruby: it is compiled to JavaScript once.",
  options,
  examples: [
    {
      title: "A field made of others",
      config: `ruby { code => "event.set('total', event.get('price') * event.get('count'))" }`,
      given: { price: 3, count: 4 },
      expect: { total: 12 },
    },
    {
      title: "Lists, blocks, texts",
      config: `ruby { code => "event.set('words', event.get('message').scan(/\\w+/).map { |word| word.capitalize })" }`,
      given: "ada met  bob",
      expect: { words: ["Ada", "Met", "Bob"] },
    },
    {
      title: "Something prepared once",
      config: `ruby {
  init => "@names = { 'a' => 'Ada', 'b' => 'Bob' }"
  code => "event.set('name', @names.fetch(event.get('key'), 'nobody'))"
}`,
      given: { key: "b" },
      expect: { name: "Bob" },
    },
    {
      title: "An event for each item",
      config: `ruby {
  code => "
    event.get('items').each { |item| new_event_block.call(LogStash::Event.new('item' => item)) }
    event.cancel
  "
}`,
      given: { items: ["x", "y"] },
      expect: [{ item: "x" }, { item: "y" }],
    },
    {
      title: "An error is a tag",
      config: `ruby { code => "event.set('length', event.get('missing').length)" }`,
      given: "hello",
      expect: { length: null, tags: ["_rubyexception"] },
    },
  ],
  check(settings) {
    if (settings.code !== undefined && settings.path !== undefined)
      return [{ option: "path", message: "code and path exclude each other" }];
    if (settings.code === undefined && settings.path === undefined)
      return [{ option: "code", message: "either code or path is needed" }];
    let source: RubySource;
    try {
      source = sourceOf(settings);
    } catch (error) {
      return [{ option: "path", message: `cannot read the script: ${(error as Error).message}`, severity: "host" }];
    }
    return codeProblems(source);
  },
  stateful(settings) {
    try {
      return compiledOrNone(sourceOf(settings))?.keepsState ?? false;
    } catch {
      return false;
    }
  },
  create(settings, host) {
    const program = settings.path === undefined ? new InlineCode(settings, host) : new ScriptFile(settings, host);
    const failures = new FailureLog(host.log, host.now);
    const ruby = sharedRuby();
    const instance: FilterInstance = {
      apply(event, emit) {
        try {
          program.run(event, emit);
          return true;
        } catch (error) {
          const { className, message, place } = ruby.failureOf(error, program.compiled);
          failures.report(
            `Ruby exception in ${host.pluginId}: ${message}`,
            { plugin: host.pluginId, exception: className },
            place,
          );
          if (settings.tag_with_exception_message) event.tag(`${settings.tag_on_exception}: ${message}`);
          event.tag(settings.tag_on_exception);
          return false;
        }
      },
      timeoutTags: [settings.tag_on_exception],
    };
    return instance;
  },
});

interface Program {
  readonly compiled: CompiledRuby;
  /** @throws what the code raises */
  run(event: Event, emit: Emit): void;
}

class InlineCode implements Program {
  readonly #ruby = sharedRuby();
  readonly #frame: PluginFrame;
  readonly #object: RubyObject;
  readonly compiled: CompiledRuby;

  constructor(settings: Settings, host: FilterHost) {
    this.#frame = new PluginFrame(host);
    this.compiled = sharedCompiler().compile(sourceOf(settings));
    this.#object = this.#ruby.instance(this.compiled);
    if (settings.init === undefined) return;
    try {
      withinTime(PREPARATION_LIMIT_MS, () => this.#ruby.call(this.#frame, this.#object, "$antler_init"));
    } catch (error) {
      const { className, message, place } = this.#ruby.failureOf(error, this.compiled);
      throw new Error(`the init code of ${host.pluginId} failed: ${message} (${className}, ${place() ?? "somewhere"})`);
    }
  }

  run(event: Event, emit: Emit): void {
    this.#frame.begin(event, emit);
    this.#ruby.call(
      this.#frame,
      this.#object,
      "$antler_filter",
      this.#ruby.events.wrap(event),
      this.#ruby.newEventBlock,
    );
  }
}

class ScriptFile implements Program {
  readonly #ruby = sharedRuby();
  readonly #frame: PluginFrame;
  readonly #object: RubyObject;
  readonly compiled: CompiledRuby;

  constructor(settings: Settings & { readonly script_params: object }, host: FilterHost) {
    this.#frame = new PluginFrame(host);
    this.compiled = sharedCompiler().compile(sourceOf(settings));
    this.#object = withinTime(PREPARATION_LIMIT_MS, () => this.#ruby.instance(this.compiled));
    if (!this.#has("filter"))
      throw new Error(`${settings.path}: the script of ${host.pluginId} defines no method filter`);
    if (!this.#has("register")) return;
    try {
      const given = this.#ruby.values.toRuby(settings.script_params as unknown as Value);
      withinTime(PREPARATION_LIMIT_MS, () => this.#ruby.call(this.#frame, this.#object, "$register", given));
    } catch (error) {
      const { className, message, place } = this.#ruby.failureOf(error, this.compiled);
      throw new Error(
        `${settings.path}: register of ${host.pluginId} failed: ${message} (${className}, ${place() ?? "somewhere"})`,
      );
    }
  }

  #has(method: string): boolean {
    const body: unknown = this.#object[`$${method}`];
    return typeof body === "function" && !("$$stub" in body);
  }

  run(event: Event, emit: Emit): void {
    this.#frame.begin(event, emit);
    const ruby = this.#ruby;
    const results = ruby.call(this.#frame, this.#object, "$filter", ruby.events.wrap(event));
    if (!Array.isArray(results)) throw new Error("filter of the script gave no list of events");
    const events = Array.from(results, (result) => {
      const made = ruby.events.eventOf(result);
      if (made === undefined)
        throw new Error(`filter of the script gave a list with an object of class ${ruby.engine.className(result)}`);
      return made;
    });
    for (const made of events) if (made !== event) this.#frame.emit(made);
    if (!events.includes(event)) event.cancelled = true;
  }
}
