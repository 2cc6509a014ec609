import type { RubyObject } from "./opal-realm.ts";

/**
 * Replaces parts of Opal's runtime before the core classes are loaded. Runs inside the realm: refers to nothing but its parameters and
 * what JavaScript has itself.
 */
export function prepareRuntime(opal: RubyObject): void {
  // What `return` and `break` in blocks throw: Opal makes an Error, with its stack trace, on every call of the method around them.
  class Thrower {
    readonly $thrower_type: unknown;
    $v: unknown = undefined;
    constructor(type: unknown) {
      this.$thrower_type = type;
    }
    $throw(value: unknown): never {
      this.$v = value ?? opal["nil"];
      throw this;
    }
  }
  Object.setPrototypeOf(Thrower.prototype, Error.prototype);
  opal["thrower"] = (type: unknown) => new Thrower(type);
  // Opal drops the flags that translated expressions have, and takes `^` and `$` for JavaScript's.
  const global = (pattern: RegExp & { $$global?: RegExp; $$hidden?: unknown }): RegExp => {
    if (pattern.global) {
      pattern.lastIndex = 0;
      return pattern;
    }
    let made = pattern.$$global;
    if (made === undefined) {
      made = Object.assign(new RegExp(pattern.source, `${pattern.flags}g`), { $$ruby: pattern });
      Object.defineProperty(pattern, "$$global", { value: made, configurable: true });
    }
    made.lastIndex = 0;
    return made;
  };
  opal["global_regexp"] = global;
  opal["global_multiline_regexp"] = global;
}

/** For the compiler's realm only: freezing every node is half of Opal's time. */
export function prepareCompiler(opal: RubyObject): void {
  opal["freeze"] = (frozen: unknown) => frozen;
  opal["freeze_props"] = () => undefined;
  Error.stackTraceLimit = 0;
  class Thrower {
    readonly $thrower_type: unknown;
    $v: unknown = undefined;
    constructor(type: unknown) {
      this.$thrower_type = type;
    }
    $throw(value: unknown): never {
      this.$v = value ?? opal["nil"];
      throw this;
    }
  }
  Object.setPrototypeOf(Thrower.prototype, Error.prototype);
  opal["thrower"] = (type: unknown) => new Thrower(type);
}
