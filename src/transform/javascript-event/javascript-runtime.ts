import { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type StoredTree, setOwn, type Value } from "../../event/value.ts";
import { compileSprintf, type Sprintf } from "../../language/sprintf.ts";
import { areTags } from "../reserved-fields.ts";
import { parseScript, type ScriptHost, ScriptRealm } from "./script-realm.ts";
import { type EventAccess, makeScriptClasses } from "./script-values.ts";

/** References and templates that code makes as it runs are kept up to here. */
const KEPT = 5000;

/** Marks objects that carry something of the program over the border. */
interface Carrier {
  readonly held: symbol;
  readonly event?: Event;
  readonly entries?: readonly (readonly [string, unknown])[];
}

/** The JavaScript of one plugin, with events. */
export class JavascriptRuntime {
  readonly #realm: ScriptRealm;
  readonly #held = Symbol("held");
  readonly #classes: ReturnType<typeof makeScriptClasses>;
  readonly #host: ScriptHost;
  readonly #references = new Map<string, FieldReference>();
  readonly #templates = new Map<string, Sprintf>();
  readonly state: object;

  constructor(host: ScriptHost) {
    this.#host = host;
    this.#realm = new ScriptRealm(host);
    this.#classes = this.#realm.inside(makeScriptClasses)(this.#access(), this.#held);
    this.#realm.define("Event", this.#classes.Event);
    this.state = this.#realm.inside(() => ({}))();
    this.#realm.define("state", this.state);
  }

  /** Runs a script at the top of the realm: its functions and variables are there afterwards. */
  load(code: string, name: string): void {
    this.#realm.run(parseScript(code, "script", name));
  }

  /** The function that code is the body of. */
  body(code: string): (event: unknown, emit: unknown) => unknown {
    const made = this.#realm.run(parseScript(code, "body", "code")) as (
      event: unknown,
      emit: unknown,
      state: object,
    ) => unknown;
    return (event, emit) => made.call(this.state, event, emit, this.state);
  }

  /** A function at the top of the realm. */
  named(name: string): ((...given: unknown[]) => unknown) | undefined {
    const found = this.#realm.global(name);
    return typeof found === "function" ? (...given) => found.call(this.state, ...given) as unknown : undefined;
  }

  wrap(event: Event): object {
    return new this.#classes.Event({ held: this.#held, event } satisfies Carrier);
  }

  /** @throws TypeError for what is no event of code's */
  eventOf(object: unknown): Event {
    return this.#classes.eventOf(object) as Event;
  }

  toScript(value: unknown): unknown {
    return this.#classes.toScript(value);
  }

  #reference(name: string): FieldReference {
    let found = this.#references.get(name);
    if (found === undefined) {
      found = new FieldReference(name);
      if (this.#references.size < KEPT) this.#references.set(name, found);
    }
    return found;
  }

  #access(): EventAccess {
    const of = (event: unknown): Event => event as Event;
    return {
      get: (event, name) => this.#reference(name).get(of(event)),
      set: (event, name, value) => assign(of(event), this.#reference(name), this.#value(value)),
      remove: (event, name) => this.#reference(name).remove(of(event)),
      has: (event, name) => this.#reference(name).has(of(event)),
      tag: (event, name) => of(event).tag(name),
      untag: (event, name) => of(event).untag(name),
      cancel: (event, cancelled) => {
        of(event).cancelled = cancelled;
      },
      cancelled: (event) => of(event).cancelled,
      fields: (event, metadata) =>
        metadata ? { ...of(event).toObject(), "@metadata": of(event).metadataObject() } : of(event).toObject(),
      sprintf: (event, template) => this.#sprintf(template)(of(event)),
      copy: (event) => of(event).copy(of(event).split),
      make: (document) => this.#make(this.#value(document) as StoredTree),
      time: (ms) => new Timestamp(ms),
    };
  }

  #sprintf(template: string): Sprintf {
    let found = this.#templates.get(template);
    if (found === undefined) {
      found = compileSprintf(template, () => this.#host.now());
      if (this.#templates.size < KEPT) this.#templates.set(template, found);
    }
    return found;
  }

  /** A value of this realm, of one that came over the border: lists and objects are made anew. */
  #value(given: unknown): Value {
    if (typeof given !== "object" || given === null || given instanceof Timestamp) return given as Value;
    // A list's own `map` would make a list of the realm.
    if (Array.isArray(given)) return Array.from(given, (item) => this.#value(item));
    const { entries = [] } = given as Carrier;
    const tree: Record<string, Value> = {};
    for (const [name, value] of entries) setOwn(tree, name, this.#value(value));
    return tree;
  }

  #make(document: StoredTree): Event {
    const event = new Event(0, {});
    event.fields["@version"] = "1";
    event.timestamp = new Timestamp(this.#host.now());
    for (const name of Object.keys(document)) {
      const value = document[name] as Value;
      if (name === "@metadata" && isTree(value)) event.metadata = value;
      else if (name === "@timestamp") {
        const time = typeof value === "string" ? Timestamp.parse(value) : value;
        if (!(time instanceof Timestamp)) throw new TypeError("@timestamp holds a Date or an ISO 8601 text");
        event.timestamp = time;
      } else if (name === "tags" && !areTags(value)) throw new TypeError("tags holds a list of texts");
      else setOwn(event.fields, name, value);
    }
    return event;
  }
}

function assign(event: Event, field: FieldReference, value: Value): void {
  if (field.path.length === 1 && !field.isMetadata) {
    if (field.path[0] === "@timestamp" && !(value instanceof Timestamp)) throw new TypeError("@timestamp holds a Date");
    if (field.path[0] === "tags" && !areTags(value)) throw new TypeError("tags holds a list of texts");
  }
  field.set(event, value);
}
