import type { Event } from "../../event/event.ts";
import type { Emit, FilterHost } from "../../plugin/definitions.ts";
import type { RubyFrame } from "../../transform/ruby-event/ruby-runtime.ts";

/** What surrounds the code of one plugin while it works on one event. */
export class PluginFrame implements RubyFrame {
  readonly now: () => number;
  readonly random: () => number;
  readonly #host: FilterHost;
  #parent: Event | undefined;
  #emit: Emit = () => undefined;

  constructor(host: FilterHost) {
    this.#host = host;
    this.now = host.now;
    this.random = host.random;
  }

  begin(parent: Event, emit: Emit): void {
    this.#parent = parent;
    this.#emit = emit;
  }

  readonly log = (level: "info" | "warn" | "error", message: string): void => {
    this.#host.log[level](`${this.#host.pluginId}: ${message}`);
  };

  /** An event made by code gets an identity as a child of the one that the code was called with. The event that goes on. */
  emit(made: Event): Event {
    const parent = this.#parent;
    if (parent === undefined) return made;
    const child = this.#host.child(parent);
    const source = made === parent ? made.copy(made.split) : made;
    child.fields = source.fields;
    child.metadata = source.metadata;
    child.cancelled = made.cancelled;
    // As in Logstash, `add_field` and the like are for the event itself only.
    this.#emit(child, false);
    return child;
  }
}
