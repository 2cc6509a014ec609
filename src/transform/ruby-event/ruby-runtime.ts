import type { Event } from "../../event/event.ts";
import { CacheFolder, rubyCacheFolder } from "../../language/ruby/cache-folder.ts";
import { codeStore } from "../../language/ruby/compile-ruby.ts";
import type { CompiledRuby } from "../../language/ruby/compiled-unit.ts";
import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import { realmHost } from "../../language/ruby/realm-host.ts";
import { RubyEngine } from "../../language/ruby/ruby-engine.ts";
import { EventClass } from "./event-class.ts";
import { RubyValues } from "./ruby-values.ts";
import { defineTimestamp } from "./timestamp-class.ts";

/** What surrounds a call: where events that the code makes go, and who it is that calls. */
export interface RubyFrame {
  readonly now: () => number;
  readonly random: () => number;
  /** What the code prints, and its `logger`. */
  readonly log: (level: "info" | "warn" | "error", message: string) => void;
  /** Takes an event that the code gave to `new_event_block`; the event that goes on, which the code's object is of from then on. */
  readonly emit: (made: Event) => Event;
}

/** An error that Ruby code raised, or that came out of it. */
export interface RubyFailure {
  readonly className: string;
  readonly message: string;
  /** Where it was raised, as `code, line 3`; looked for when it is asked for, which takes time. */
  readonly place: () => string | undefined;
}

const NOWHERE: RubyFrame = {
  now: Date.now,
  random: Math.random,
  log: () => undefined,
  emit: (made) => made,
};

/** Ruby with events, one for a thread. */
export class RubyRuntime {
  readonly engine: RubyEngine;
  readonly values: RubyValues;
  readonly events: EventClass;
  /** What code gets as `new_event_block`. */
  readonly newEventBlock: unknown;
  #frame: RubyFrame = NOWHERE;
  /** What code reaches as `logger` and `@logger`. */
  #logger: RubyObject | undefined;

  constructor(cache: CacheFolder) {
    const host = realmHost(
      () => this.#frame.now(),
      () => this.#frame.random(),
    );
    this.engine = new RubyEngine(host, (text) => this.#frame.log("info", text), codeStore(cache));
    const { engine } = this;
    const timestamps = defineTimestamp(engine, () => this.#frame.now());
    this.values = new RubyValues(engine, timestamps);
    this.events = new EventClass(engine, this.values, () => this.#frame.now());
    const emitted = (object: unknown): unknown => {
      const event = this.events.eventOf(object);
      if (event === undefined)
        return engine.raise(
          "TypeError",
          `new_event_block takes an event, not an object of class ${engine.className(object)}`,
        );
      const sent = this.#frame.emit(event);
      (object as RubyObject)["event"] = sent;
      return engine.nil;
    };
    const lambda = engine.realm.evaluate("(emit) => Opal.lambda(function(event) { return emit(event); })");
    this.newEventBlock = (lambda as (emit: (object: unknown) => unknown) => unknown)(emitted);
    this.#defineLogger();
  }

  instance(compiled: CompiledRuby): RubyObject {
    const made = this.engine.instance(compiled);
    made["logger"] = this.#logger;
    return made;
  }

  /** Calls a method within a frame. What it raises comes out as an `Error` of the realm: see `failureOf`. */
  call(frame: RubyFrame, object: RubyObject, method: string, ...given: unknown[]): unknown {
    const before = this.#frame;
    this.#frame = frame;
    const result: unknown = object[method](...given);
    this.#frame = before;
    return result;
  }

  failureOf(error: unknown, compiled: CompiledRuby): RubyFailure {
    this.#frame = NOWHERE;
    const object = error as RubyObject | undefined;
    const className =
      typeof object?.["$class"] === "function" ? this.engine.className(object) : String(object?.["name"] ?? "Error");
    const message =
      typeof object?.["$message"] === "function" ? String(object["$message"]()) : String(object?.["message"] ?? error);
    return {
      className,
      message: message.replace(/LogStash::Filters::\w+::U[0-9a-f]{32}::/g, ""),
      place: () => this.engine.placeOf(error, compiled),
    };
  }

  #defineLogger(): void {
    const { engine } = this;
    const { opal } = engine;
    const logger = opal["klass"](engine.constant("LogStash"), opal["Object"], "Logger") as RubyObject;
    const details = (given: unknown[]): string =>
      given
        .filter((one) => one !== undefined && one !== engine.nil)
        .map((one) => (engine.isText(one) ? String(one) : String(opal["send"](one, "inspect", [], null))))
        .join(" ");
    for (const [name, level] of [
      ["debug", undefined],
      ["trace", undefined],
      ["info", "info"],
      ["warn", "warn"],
      ["error", "error"],
      ["fatal", "error"],
    ] as const) {
      engine.define(logger, name, (_self, ...given) => {
        if (level !== undefined) this.#frame.log(level, details(given));
        return engine.nil;
      });
      engine.define(logger, `${name}?`, () => level !== undefined);
    }
    const one = logger["$new"]() as RubyObject;
    this.#logger = one;
    for (const owner of ["Ruby", "Aggregate"])
      engine.define(engine.constant(`LogStash::Filters::${owner}`), "logger", () => one);
  }
}

let shared: RubyRuntime | undefined;

/** The runtime of this thread, made at the first use. */
export function sharedRuby(): RubyRuntime {
  shared ??= new RubyRuntime(new CacheFolder(rubyCacheFolder()));
  return shared;
}
