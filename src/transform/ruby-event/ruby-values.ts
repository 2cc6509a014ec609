import { LazyValue } from "../../event/lazy-value.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type StoredTree, type StoredValue, setOwn, type Value } from "../../event/value.ts";
import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import type { RubyEngine } from "../../language/ruby/ruby-engine.ts";

/** How deep a value may be nested; a hash that holds itself is deeper. */
const DEPTH_LIMIT = 500;

/** Carries values over the border between an event and Ruby. Hashes, lists and times are made anew on each way, as in Logstash. */
export class RubyValues {
  readonly #engine: RubyEngine;
  readonly #nil: unknown;
  readonly #timestampClass: RubyObject;
  readonly #hash: (keys: unknown[], members: object) => RubyObject;
  readonly #list: (list: readonly unknown[]) => unknown[];

  constructor(engine: RubyEngine, timestampClass: RubyObject) {
    this.#engine = engine;
    this.#nil = engine.nil;
    this.#timestampClass = timestampClass;
    this.#hash = engine.opal["hash2"] as (keys: unknown[], members: object) => RubyObject;
    this.#list = (list) => engine.realm.array(list);
  }

  /** The Ruby object for what a field holds; nil for a missing field. */
  toRuby(value: StoredValue | undefined): unknown {
    if (value === undefined || value === null) return this.#nil;
    if (typeof value !== "object") return value;
    if (value instanceof LazyValue) return this.toRuby(value.materialise());
    if (value instanceof Timestamp) return this.timestamp(value);
    if (Array.isArray(value)) return this.#list(value.map((item) => this.toRuby(item as StoredValue)));
    return this.hash(value as StoredTree);
  }

  hash(tree: StoredTree): RubyObject {
    const keys: string[] = [];
    const members: Record<string, unknown> = {};
    for (const key of Object.keys(tree)) {
      const value = tree[key];
      // What was removed stays as undefined.
      if (value === undefined) continue;
      keys.push(key);
      setOwn(members, key, this.toRuby(value));
    }
    return this.#hash(this.#list(keys), members);
  }

  timestamp(time: Timestamp): RubyObject {
    const made = this.#timestampClass["$allocate"]() as RubyObject;
    made["moment"] = time;
    return made;
  }

  isTimestamp(value: unknown): value is RubyObject {
    return typeof value === "object" && value !== null && (value as RubyObject)["$$class"] === this.#timestampClass;
  }

  /** What an event holds for a Ruby object. Raises TypeError in Ruby for objects that no event can hold. */
  fromRuby(value: unknown, depth = 0): Value {
    if (typeof value === "string" || typeof value === "boolean") return value;
    if (typeof value === "number") return value;
    if (value === undefined || value === null || value === this.#nil) return null;
    const object = value as RubyObject;
    if (depth > DEPTH_LIMIT)
      return this.#engine.raise("ArgumentError", `a value is nested more than ${DEPTH_LIMIT} deep`);
    // A list's own `map` would make a list of the realm.
    if (Array.isArray(value)) return Array.from(value, (item) => this.fromRuby(item, depth + 1));
    if (object["$$is_hash"] === true) return this.#tree(object, depth);
    if (object["$$is_string"] === true) return String(value);
    if (object["$$is_number"] === true || object["$$is_boolean"] === true) return object["valueOf"]() as Value;
    if (object["moment"] instanceof Timestamp) return object["moment"];
    if (typeof object["getTime"] === "function") return this.time(object);
    const name = String(object["$class"]?.()?.["$name"]?.() ?? typeof value);
    if (name === "BigDecimal" || name === "Rational") return object["$to_f"]() as number;
    return this.#engine.raise("TypeError", `an event cannot hold an object of class ${name}`);
  }

  /** A Ruby `Time`. */
  time(time: RubyObject): Timestamp {
    const ms = time["getTime"]() as number;
    if (Number.isNaN(ms)) return this.#engine.raise("ArgumentError", "this time is none");
    return new Timestamp(Math.floor(ms), (time["$$nanos"] as number | undefined) ?? 0);
  }

  #tree(hash: RubyObject, depth: number): StoredTree & Value {
    const tree: Record<string, Value> = {};
    const members = hash["$$smap"] as Record<string, unknown>;
    for (const key of hash["$$keys"] as (string | { key: RubyObject; value: unknown })[]) {
      if (typeof key === "string") setOwn(tree, key, this.fromRuby(members[key], depth + 1));
      else setOwn(tree, this.#engine.text(key.key), this.fromRuby(key.value, depth + 1));
    }
    return tree;
  }

  /** The fields of a hash; undefined for what is none. */
  treeOf(value: unknown): StoredTree | undefined {
    const tree = this.fromRuby(value);
    return isTree(tree) ? tree : undefined;
  }
}
