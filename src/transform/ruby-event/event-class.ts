import { Event } from "../../event/event.ts";
import { FieldReference, FieldReferenceError } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type ObjectValue, type StoredTree, setOwn, type Value } from "../../event/value.ts";
import type { RubyObject } from "../../language/ruby/opal-realm.ts";
import type { RubyEngine } from "../../language/ruby/ruby-engine.ts";
import { compileSprintf, type Sprintf } from "../../language/sprintf.ts";
import { areTags } from "../reserved-fields.ts";
import type { RubyValues } from "./ruby-values.ts";

/** References and templates that code makes as it runs are kept up to here. */
const KEPT = 5000;
const TAGS_ASIDE: FieldReference = new FieldReference("_tags");

/** `LogStash::Event`: Ruby's view of an event, which lies in `event` of each object. */
export class EventClass {
  readonly #engine: RubyEngine;
  readonly #values: RubyValues;
  readonly #class: RubyObject;
  readonly #now: () => number;
  readonly #references = new Map<string, FieldReference>();
  readonly #templates = new Map<string, Sprintf>();

  constructor(engine: RubyEngine, values: RubyValues, now: () => number) {
    this.#engine = engine;
    this.#values = values;
    this.#now = now;
    this.#class = engine.opal["klass"](engine.constant("LogStash"), engine.opal["Object"], "Event") as RubyObject;
    this.#define();
  }

  /** Ruby's object for an event. */
  wrap(event: Event): RubyObject {
    const made = this.#class["$allocate"]() as RubyObject;
    made["event"] = event;
    return made;
  }

  /** The event of a Ruby object; undefined for an object of another class. */
  eventOf(object: unknown): Event | undefined {
    const event: unknown = (object as RubyObject | undefined)?.["event"];
    return event instanceof Event ? event : undefined;
  }

  reference(name: unknown): FieldReference {
    const text = String(name);
    let found = this.#references.get(text);
    if (found === undefined) {
      try {
        found = new FieldReference(text);
      } catch (error) {
        if (!(error instanceof FieldReferenceError)) throw error;
        return this.#engine.raise("RuntimeError", `Invalid FieldReference: \`${text}\``);
      }
      if (this.#references.size < KEPT) this.#references.set(text, found);
    }
    return found;
  }

  set(event: Event, field: FieldReference, value: Value): void {
    if (field.path.length === 1 && !field.isMetadata) {
      if (field.path[0] === "@timestamp" && !(value instanceof Timestamp)) {
        this.#engine.raise("TypeError", "wrong argument type for @timestamp (expected LogStash::Timestamp)");
      }
      if (field.path[0] === "tags" && !areTags(value)) {
        TAGS_ASIDE.set(event, value);
        event.tag("_tagsparsefailure");
        return;
      }
    }
    field.set(event, value);
  }

  sprintf(event: Event, template: string): string {
    let compiled = this.#templates.get(template);
    if (compiled === undefined) {
      compiled = compileSprintf(template, this.#now);
      if (this.#templates.size < KEPT) this.#templates.set(template, compiled);
    }
    return compiled(event);
  }

  /** A new event with a document's members, which belongs to no record yet. */
  made(document: StoredTree, now: () => number = this.#now): Event {
    const event = new Event(0, {});
    event.fields["@version"] = "1";
    event.timestamp = new Timestamp(now());
    for (const name of Object.keys(document)) {
      const value = document[name] as Value;
      if (name === "@metadata" && isTree(value)) event.metadata = value;
      else if (name === "@timestamp") {
        const time = typeof value === "string" ? Timestamp.parse(value) : value;
        if (time instanceof Timestamp) event.timestamp = time;
        else if (value !== null) {
          event.fields["_@timestamp"] = value;
          event.tag("_timestampparsefailure");
        }
      } else if (name === "tags" && !areTags(value)) {
        event.fields["_tags"] = value;
        event.tag("_tagsparsefailure");
      } else setOwn(event.fields, name, value);
    }
    return event;
  }

  #define(): void {
    const engine = this.#engine;
    const values = this.#values;
    const { nil } = engine;
    const of = (self: RubyObject): Event => self["event"] as Event;
    const given = (name: unknown): FieldReference => this.#references.get(name as string) ?? this.reference(name);
    const classOf: RubyObject = this.#class;
    const { opal } = engine;

    // The two that every event goes through, without the way by `engine.define`.
    opal["def"](classOf, "$get", function get(this: RubyObject, name: unknown): unknown {
      return values.toRuby(given(name).peek(this["event"] as Event));
    });
    const assign = (event: Event, name: unknown, value: unknown): void =>
      this.set(event, given(name), values.fromRuby(value));
    opal["def"](classOf, "$set", function set(this: RubyObject, name: unknown, value: unknown): unknown {
      const reference = name as string;
      if (reference === "@timestamp" && !values.isTimestamp(value)) {
        engine.raise("TypeError", `wrong argument type ${engine.className(value)} (expected LogStash::Timestamp)`);
      }
      assign(this["event"] as Event, name, value);
      return value;
    });

    const hash = (event: Event, withMetadata: boolean): RubyObject => {
      if (!withMetadata) return values.hash(event.fields);
      return values.hash({ ...event.fields, "@metadata": event.metadata });
    };
    const json = (event: Event): string => JSON.stringify(event.toObject());
    const methods: Record<string, (self: RubyObject, ...given: unknown[]) => unknown> = {
      initialize: (self, data) => {
        const document = data === undefined || data === nil ? {} : values.treeOf(data);
        if (document === undefined) return engine.raise("TypeError", "an event is made of a Hash");
        self["event"] = this.made(document);
        return nil;
      },
      remove: (self, name) => values.toRuby(given(name).remove(of(self))),
      "include?": (self, name) => given(name).has(of(self)),
      tag: (self, name) => {
        of(self).tag(engine.text(name));
        return nil;
      },
      cancel: (self) => {
        of(self).cancelled = true;
        return true;
      },
      uncancel: (self) => {
        of(self).cancelled = false;
        return false;
      },
      "cancelled?": (self) => of(self).cancelled,
      to_hash: (self) => hash(of(self), false),
      to_hash_with_metadata: (self) => hash(of(self), true),
      to_json: (self) => json(of(self)),
      to_json_with_metadata: (self) =>
        JSON.stringify({ ...of(self).toObject(), "@metadata": of(self).metadataObject() } satisfies ObjectValue),
      timestamp: (self) => values.toRuby(of(self).timestamp),
      "timestamp=": (self, time) => {
        if (!values.isTimestamp(time))
          return engine.raise(
            "TypeError",
            `wrong argument type ${engine.className(time)} (expected LogStash::Timestamp)`,
          );
        of(self).timestamp = time["moment"] as Timestamp;
        return time;
      },
      sprintf: (self, template) => this.sprintf(of(self), engine.text(template)),
      to_s: (self) => this.sprintf(of(self), "%{@timestamp} %{host} %{message}"),
      inspect: (self) => `#<LogStash::Event ${json(of(self))}>`,
      clone: (self) => this.wrap(of(self).copy(of(self).split)),
      dup: (self) => this.wrap(of(self).copy(of(self).split)),
      overwrite: (self, other) => {
        const source = this.#other(other);
        const copy = source.copy(source.split);
        of(self).fields = copy.fields;
        of(self).metadata = copy.metadata;
        return self;
      },
      append: (self, other) => {
        append(of(self).fields, this.#other(other).copy(of(self).split).fields);
        return self;
      },
      "[]": () =>
        engine.raise("NoMethodError", "an event's fields are read by event.get('field'), not by event['field']"),
      "[]=": () =>
        engine.raise(
          "NoMethodError",
          "an event's fields are set by event.set('field', value), not by event['field'] =",
        ),
      "==": (self, other) => {
        const event = this.eventOf(other);
        return event !== undefined && (event === of(self) || json(event) === json(of(self)));
      },
    };
    for (const [name, body] of Object.entries(methods)) engine.define(classOf, name, body);
    engine.defineOwn(classOf, "from_json", (_self, text) => {
      const parsed = JSON.parse(engine.text(text)) as Value;
      const list = Array.isArray(parsed) ? (parsed as readonly Value[]) : [parsed];
      return engine.realm.array(list.map((one) => this.wrap(this.made(isTree(one) ? one : { message: one }))));
    });
  }

  #other(object: unknown): Event {
    return (
      this.eventOf(object) ??
      this.#engine.raise(
        "TypeError",
        `wrong argument type ${this.#engine.className(object)} (expected LogStash::Event)`,
      )
    );
  }
}

/** As Logstash joins two events: lists grow, hashes are merged, two different values become a list. */
function append(target: StoredTree, source: StoredTree): void {
  for (const name of Object.keys(source)) {
    const [mine, theirs] = [target[name] as Value | undefined, source[name] as Value];
    if (mine === undefined || mine === null) setOwn(target, name, theirs);
    else if (name === "@timestamp") continue;
    else if (isTree(mine) && isTree(theirs)) append(mine, theirs);
    else {
      const list = Array.isArray(mine) ? [...(mine as readonly Value[])] : [mine];
      for (const value of Array.isArray(theirs) ? (theirs as readonly Value[]) : [theirs])
        if (!list.includes(value)) list.push(value);
      setOwn(target, name, list.length === 1 ? mine : list);
    }
  }
}
