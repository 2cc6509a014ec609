/** What Ruby-like events and JavaScript exchange: dates stand for timestamps. */
export interface ScriptValues {
  /** A value of an event as code gets it: of its own realm, and its own to change. */
  toScript(value: unknown): unknown;
  /** The classes that code sees. */
  readonly Event: new (
    wrapped: unknown,
  ) => object;
}

/** How code reaches the event that it holds; all values are plain, times are objects with `epochMs`. */
export interface EventAccess {
  get(event: unknown, reference: string): unknown;
  set(event: unknown, reference: string, value: unknown): void;
  remove(event: unknown, reference: string): unknown;
  has(event: unknown, reference: string): boolean;
  tag(event: unknown, name: string): void;
  untag(event: unknown, name: string): void;
  cancel(event: unknown, cancelled: boolean): void;
  cancelled(event: unknown): boolean;
  fields(event: unknown, metadata: boolean): unknown;
  sprintf(event: unknown, template: string): string;
  copy(event: unknown): unknown;
  /** A new event with these fields. */
  make(document: object): unknown;
  time(epochMs: number): unknown;
}

/** Runs inside the realm: refers to its parameters only. `Held` marks what is an event of the program already. */
export function makeScriptClasses(
  access: EventAccess,
  held: unknown,
): ScriptValues & { eventOf(object: unknown): unknown } {
  const DEPTH = 500;
  const toScript = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return Array.from(value, toScript);
    const time = (value as { epochMs?: unknown }).epochMs;
    if (typeof time === "number" && "nanos" in value) return new Date(time);
    const made: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const member = (value as Record<string, unknown>)[name];
      if (member === undefined) continue;
      Object.defineProperty(made, name, {
        value: toScript(member),
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
    return made;
  };
  const fromScript = (value: unknown, depth = 0): unknown => {
    switch (typeof value) {
      case "string":
      case "number":
      case "boolean":
        return value;
      case "bigint":
        return Number(value);
      case "undefined":
        return null;
      case "object":
        break;
      default:
        throw new TypeError(`an event cannot hold a ${typeof value}`);
    }
    if (value === null) return null;
    if (depth > DEPTH) throw new RangeError(`a value is nested more than ${DEPTH} deep`);
    if (Array.isArray(value)) return value.map((item) => fromScript(item, depth + 1));
    if (value instanceof Date) {
      if (Number.isNaN(value.getTime())) throw new TypeError("an event cannot hold an invalid Date");
      return access.time(value.getTime());
    }
    if (value instanceof Set) return Array.from(value, (item) => fromScript(item, depth + 1));
    const entries = value instanceof Map ? [...value.entries()] : Object.entries(value);
    return { entries: entries.map(([name, member]) => [String(name), fromScript(member, depth + 1)]), held };
  };
  const events = new WeakMap<object, unknown>();
  const eventOf = (object: unknown): unknown => {
    const event = typeof object === "object" && object !== null ? events.get(object) : undefined;
    if (event === undefined) throw new TypeError("this is no event");
    return event;
  };
  class Event {
    constructor(document: unknown = {}) {
      if (typeof document === "object" && document !== null && (document as { held?: unknown }).held === held) {
        events.set(this, (document as unknown as { event: unknown }).event);
      } else {
        if (typeof document !== "object" || document === null || Array.isArray(document))
          throw new TypeError("an event is made of an object");
        events.set(this, access.make(fromScript(document) as object));
      }
    }
    get(reference: string): unknown {
      return toScript(access.get(eventOf(this), String(reference)));
    }
    set(reference: string, value: unknown): this {
      access.set(eventOf(this), String(reference), fromScript(value));
      return this;
    }
    remove(reference: string): unknown {
      return toScript(access.remove(eventOf(this), String(reference)));
    }
    has(reference: string): boolean {
      return access.has(eventOf(this), String(reference));
    }
    includes(reference: string): boolean {
      return this.has(reference);
    }
    tag(...names: string[]): this {
      for (const name of names) access.tag(eventOf(this), String(name));
      return this;
    }
    untag(...names: string[]): this {
      for (const name of names) access.untag(eventOf(this), String(name));
      return this;
    }
    cancel(): void {
      access.cancel(eventOf(this), true);
    }
    uncancel(): void {
      access.cancel(eventOf(this), false);
    }
    get cancelled(): boolean {
      return access.cancelled(eventOf(this));
    }
    get timestamp(): Date {
      return this.get("@timestamp") as Date;
    }
    set timestamp(value: Date) {
      this.set("@timestamp", value);
    }
    toHash(): unknown {
      return toScript(access.fields(eventOf(this), false));
    }
    toHashWithMetadata(): unknown {
      return toScript(access.fields(eventOf(this), true));
    }
    toJSON(): unknown {
      return this.toHash();
    }
    sprintf(template: string): string {
      return access.sprintf(eventOf(this), String(template));
    }
    clone(): Event {
      return new Event({ held, event: access.copy(eventOf(this)) });
    }
  }
  return { toScript, Event, eventOf };
}
