import type { CompiledRuby } from "./compiled-unit.ts";
import { installAddresses } from "./library/addresses.ts";
import { installDataFormats } from "./library/data-formats.ts";
import { installDates } from "./library/dates.ts";
import { installDigests } from "./library/digests.ts";
import { installHelpers, type RealmHost } from "./library/helpers.ts";
import { installPacking } from "./library/packing.ts";
import { installRegexps } from "./library/regexps.ts";
import { installSystem } from "./library/system.ts";
import { makeTimeReading } from "./library/time-reading.ts";
import { makeTimeWriting } from "./library/time-writing.ts";
import { installTimes } from "./library/times.ts";
import { installUris } from "./library/uris.ts";
import { type CodeStore, NO_CODE_STORE, OpalRealm, type RubyObject } from "./opal-realm.ts";
import { prepareRuntime } from "./prepare-runtime.ts";

/** In this order: later ones use what earlier ones define. */
const INSTALL = [
  installHelpers,
  installRegexps,
  installTimes,
  installDates,
  installDataFormats,
  installDigests,
  installPacking,
  installUris,
  installAddresses,
  installSystem,
];

/** Runs compiled Ruby: one realm with its classes, in which all filters of a worker live, as they do in one process of Ruby. */
export class RubyEngine {
  readonly realm: OpalRealm;
  readonly opal: RubyObject;
  readonly nil: unknown;
  readonly #time: (epochMs: number, nanos: number) => RubyObject;
  readonly #loaded = new Map<string, RubyObject>();

  constructor(host: RealmHost, print: (text: string) => void, code: CodeStore = NO_CODE_STORE) {
    const realm = new OpalRealm(print, prepareRuntime, code);
    this.realm = realm;
    this.opal = realm.opal;
    this.nil = realm.opal["nil"];
    realm.load("stringio");
    const texts = realm.inside(makeTimeWriting)(realm.inside(makeTimeReading)());
    for (const install of INSTALL) realm.inside(install)(realm.opal, host, texts);
    this.#time = realm.evaluate(
      "(ms, nanos) => { const time = new Date(ms); time.timezone = 0; if (nanos !== 0) time.$$nanos = nanos; return time; }",
    ) as (epochMs: number, nanos: number) => RubyObject;
    const { opal } = this;
    const logstash = opal["module"](opal["Object"], "LogStash");
    const filters = opal["module"](logstash, "Filters");
    for (const owner of ["Ruby", "Aggregate"]) opal["klass"](filters, opal["Object"], owner);
  }

  /** An instance of the class that the parts became; its methods are called `$name`. */
  instance(compiled: CompiledRuby): RubyObject {
    let made = this.#loaded.get(compiled.id);
    if (made === undefined) {
      const load = this.realm.evaluate(compiled.javascript, `${compiled.id}.rb`) as (
        opal: RubyObject,
        regexps: unknown,
      ) => void;
      load(this.opal, this.opal["antler_regexps"]);
      made = this.constant(`LogStash::Filters::${compiled.owner}::${compiled.id}`);
      this.#loaded.set(compiled.id, made);
    }
    return made["$new"]() as RubyObject;
  }

  /** Where in its code an error was raised: `code, line 3`; undefined where its stack does not tell. */
  placeOf(error: unknown, compiled: CompiledRuby): string | undefined {
    const stack = String((error as Partial<Error> | undefined)?.stack ?? "");
    for (const [, line] of stack.matchAll(new RegExp(`${compiled.id}\\.rb:(\\d+)`, "g"))) {
      const [part, own] = compiled.places[Number(line) - 1] ?? [0, 0];
      if (own > 0) return `${compiled.parts[part]}, line ${own}`;
    }
    return undefined;
  }

  /** Raises an error of Ruby's. */
  raise(className: string, message: string): never {
    return this.opal["Kernel"].$raise(this.constant(className), message) as never;
  }

  /** Gives a class a method; `body` gets the object first. */
  define(to: RubyObject, name: string, body: (self: RubyObject, ...given: unknown[]) => unknown): void {
    this.opal["def"](to, `$${name}`, function method(this: RubyObject, ...given: unknown[]): unknown {
      return body(this, ...given);
    });
  }

  /** Gives a class a method of its own. */
  defineOwn(of: RubyObject, name: string, body: (self: RubyObject, ...given: unknown[]) => unknown): void {
    this.opal["defs"](of, `$${name}`, function method(this: RubyObject, ...given: unknown[]): unknown {
      return body(this, ...given);
    });
  }

  isText(value: unknown): boolean {
    return typeof value === "string" || (value as RubyObject | null | undefined)?.["$$is_string"] === true;
  }

  /** What `to_s` gives. */
  text(value: unknown): string {
    return this.isText(value) ? String(value) : String(this.opal["send"](value, "to_s", this.realm.array([]), null));
  }

  /** What `to_f` gives. */
  number(value: unknown): number {
    return typeof value === "number" ? value : Number(this.opal["send"](value, "to_f", this.realm.array([]), null));
  }

  className(value: unknown): string {
    return String(
      this.opal["send"](
        this.opal["send"](value, "class", this.realm.array([]), null),
        "name",
        this.realm.array([]),
        null,
      ),
    );
  }

  /** A `Time` in UTC. */
  time(epochMs: number, nanos: number): RubyObject {
    return this.#time(epochMs, nanos);
  }

  constant(path: string): RubyObject {
    return path
      .split("::")
      .reduce((scope, name) => this.opal["const_get_qualified"](scope, name), this.opal["Object"]) as RubyObject;
  }
}
