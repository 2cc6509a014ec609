import { parseFieldReference } from "../event/field-reference.ts";
import { compileSprintf } from "../language/sprintf.ts";
import type { HashValue } from "./options.ts";
import { TEXT, UNKNOWN, type ValueShape } from "./value-shape.ts";

/** A value that a field can have, and what makes it so. Elements of lists count one by one, as in an index. */
export interface MadeField {
  /** The same for the same making, also when it came here on several ways. */
  readonly id: number;
  /** With `@metadata` first where it lies there. */
  readonly path: readonly string[];
  readonly value: ValueShape;
  readonly maker: Maker;
  /** Nothing has come behind it that can change any field. */
  readonly certain: boolean;
  /** Only for some events: inside an `if`. */
  readonly conditional: boolean;
}

/** The setting that makes a field: a plugin's option, and what it says of the field where it says several. `plugin` is opaque here. */
export interface Maker {
  readonly plugin: object;
  readonly option: string;
  readonly entry: string | undefined;
}

/**
 * What an event can look like at a place of a pipeline: the fields that are known, with all values that they can have. Any of them can be absent. Plugins work
 * on it in `shape` as they work on an event in `apply`.
 */
export class EventShape {
  /** Other fields are possible, and any value where none is known. */
  open = false;
  /** No event comes here. */
  dropped = false;
  /** What is worked on now; set by whoever goes through the pipeline. */
  plugin: object = {};
  conditional = false;
  readonly #fields = new Map<string, Map<number, MadeField>>();
  readonly #ids: { last: number };

  constructor(ids: { last: number } = { last: 0 }) {
    this.#ids = ids;
  }

  copy(): EventShape {
    const copy = new EventShape(this.#ids);
    copy.open = this.open;
    copy.dropped = this.dropped;
    copy.conditional = this.conditional;
    for (const [key, made] of this.#fields) copy.#fields.set(key, new Map(made));
    return copy;
  }

  /**
   * Events that come from several places. What was made up to number `known` and is lost on some of the ways is not certain: the condition before them can be
   * about just that.
   */
  static merged(shapes: readonly EventShape[], known = 0): EventShape {
    const ways = shapes.filter(({ dropped }) => !dropped);
    const [first, ...more] = ways;
    if (first === undefined) {
      const none = shapes[0]?.copy() ?? new EventShape();
      none.dropped = true;
      return none;
    }
    const merged = first.copy();
    for (const other of more) {
      merged.open ||= other.open;
      for (const [key, made] of other.#fields) {
        const own = merged.#fields.get(key) ?? new Map<number, MadeField>();
        for (const one of made.values()) if (own.get(one.id)?.certain !== true) own.set(one.id, one);
        merged.#fields.set(key, own);
      }
    }
    for (const [key, made] of merged.#fields) {
      for (const [id, one] of made) {
        if (id <= known && one.certain && !ways.every((way) => way.#fields.get(key)?.has(id)))
          made.set(id, { ...one, certain: false });
      }
    }
    return merged;
  }

  /** Number of what was made last. */
  get lastMade(): number {
    return this.#ids.last;
  }

  /** Every value of every field. */
  *fields(): Generator<MadeField> {
    for (const made of this.#fields.values()) yield* made.values();
  }

  /** What a field can be by itself. Empty: nothing known; see `canHave`. */
  get(reference: string): readonly MadeField[] {
    const path = pathOf(reference);
    return path === undefined ? [] : [...(this.#fields.get(keyOf(path))?.values() ?? [])];
  }

  /** Whether there can be such a field, also where nothing is known of it. */
  canHave(reference: string): boolean {
    const path = pathOf(reference);
    if (path === undefined || this.open) return true;
    const key = keyOf(path);
    for (let length = 1; length < path.length; length++) {
      for (const { value } of this.#fields.get(keyOf(path.slice(0, length)))?.values() ?? [])
        if (value.kind === "unknown" || value.kind === "object") return true;
    }
    return [...this.#fields.keys()].some((other) => other === key || other.startsWith(`${key}\0`));
  }

  /** The field has this value and no other. A name with `%{…}` in it can be any. */
  set(reference: string, value: ValueShape, option: string, entry?: string): void {
    this.#put(reference, [value], option, entry, true);
  }

  /** The field has this value beside those that it can have. */
  add(reference: string, value: ValueShape, option: string, entry?: string): void {
    this.#put(reference, [value], option, entry, false);
  }

  /** As `set`, for a setting's text, number or list, with `%{…}` filled in. */
  setTo(reference: string, value: HashValue, option: string, entry: string = reference): void {
    this.#put(reference, shapesOf(value), option, entry, true);
  }

  addTo(reference: string, value: HashValue, option: string, entry: string = reference): void {
    this.#put(reference, shapesOf(value), option, entry, false);
  }

  /** Changes what a field is; where nothing is known of it, `change` gets `unknown`. What lies below it stays. */
  change(
    reference: string,
    change: (value: ValueShape) => ValueShape | undefined,
    option: string,
    entry: string = reference,
  ): void {
    const before = this.get(reference);
    const shapes = before.length > 0 ? before.map(({ value }) => value) : this.#possible(reference);
    if (shapes.length === 0) return;
    const path = pathOf(reference) as string[];
    const kept = new Map<number, MadeField>();
    for (const [i, shape] of shapes.entries()) {
      const changed = change(shape);
      const old = before[i];
      if (changed === undefined || changed === shape) {
        if (old !== undefined) kept.set(old.id, old);
      } else {
        const made = this.#made(path, changed, option, entry);
        kept.set(made.id, made);
      }
    }
    if (kept.size > 0) this.#fields.set(keyOf(path), kept);
  }

  /** Renames (`keep` false) or copies a field with all that lies below it. */
  move(from: string, to: string, keep: boolean, option: string): void {
    const [source, target] = [pathOf(from), pathOf(to)];
    if (source === undefined || target === undefined) {
      this.any();
      return;
    }
    const key = keyOf(source);
    const moved = [...this.#fields].filter(([name]) => name === key || name.startsWith(`${key}\0`));
    const unknown = moved.length === 0 ? this.#possible(from) : [];
    if (!keep) this.remove(from);
    if (moved.length === 0 && unknown.length === 0) return;
    this.#clear(target);
    for (const [, made] of moved) {
      for (const { path, value } of made.values())
        this.#enter(this.#made([...target, ...path.slice(source.length)], value, option, from));
    }
    for (const value of unknown) this.#enter(this.#made(target, value, option, from));
  }

  remove(reference: string): void {
    const path = pathOf(reference);
    if (path !== undefined) this.#clear(path);
  }

  /** Any field can be set or changed, for all that is known. `mentioned`: code that would name the fields that it is about. */
  any(mentioned?: string): void {
    this.open = true;
    const words = new Set(mentioned?.split(/[^\w@.-]+/));
    for (const [key, made] of this.#fields) {
      const name = key.slice(key.lastIndexOf("\0") + 1);
      if (words.has(name)) this.#fields.delete(key);
      else for (const [id, one] of made) made.set(id, { ...one, certain: false });
    }
  }

  /** What is known of the field, of what lies in it and of what it lies in need not hold any more. */
  doubt(reference: string): void {
    const path = pathOf(reference);
    if (path === undefined) return;
    for (const made of this.#fields.values())
      for (const [id, one] of made)
        if (path.every((name, i) => i >= one.path.length || one.path[i] === name))
          made.set(id, { ...one, certain: false });
  }

  #possible(reference: string): ValueShape[] {
    return this.canHave(reference) && this.get(reference).length === 0 && !this.hasBelow(reference) ? [UNKNOWN] : [];
  }

  /** Whether something is known of what lies below it, or it is an object. */
  hasBelow(reference: string): boolean {
    if (this.get(reference).some(({ value }) => value.kind === "object")) return true;
    const prefix = `${keyOf(pathOf(reference) ?? [])}\0`;
    return [...this.#fields.keys()].some((key) => key.startsWith(prefix));
  }

  #put(
    reference: string,
    values: readonly ValueShape[],
    option: string,
    entry: string | undefined,
    clear: boolean,
  ): void {
    const path = reference.includes("%{") ? undefined : pathOf(reference);
    if (path === undefined) {
      this.any();
      return;
    }
    // An element of a list changes what the list is.
    const element = path.findIndex((name, i) => i > 0 && /^-?\d+$/.test(name));
    const place = element < 0 ? path : path.slice(0, element);
    if (clear && element < 0) this.#clear(place);
    const shapes = element < 0 || element === path.length - 1 ? values : [UNKNOWN];
    for (const value of shapes) this.#enter(this.#made(place, value, option, entry));
  }

  #made(path: readonly string[], value: ValueShape, option: string, entry: string | undefined): MadeField {
    const maker: Maker = { plugin: this.plugin, option, entry };
    return { id: ++this.#ids.last, path, value, maker, certain: true, conditional: this.conditional };
  }

  #enter(made: MadeField): void {
    // A value on the way to it gives way to an object.
    for (let length = 1; length < made.path.length; length++) {
      const key = keyOf(made.path.slice(0, length));
      const above = this.#fields.get(key);
      for (const [id, { value }] of above ?? [])
        if (value.kind !== "unknown" && value.kind !== "object") above?.delete(id);
    }
    const key = keyOf(made.path);
    const own = this.#fields.get(key) ?? new Map<number, MadeField>();
    own.set(made.id, made);
    this.#fields.set(key, own);
  }

  #clear(path: readonly string[]): void {
    const key = keyOf(path);
    for (const name of this.#fields.keys()) if (name === key || name.startsWith(`${key}\0`)) this.#fields.delete(name);
  }
}

/** What a setting makes of a field. */
export function shapesOf(value: HashValue): ValueShape[] {
  if (Array.isArray(value)) return value.flatMap((item: HashValue) => shapesOf(item));
  if (typeof value === "object") return [{ kind: "object" }];
  const text = String(value);
  return text.includes("${") || !compileSprintf(text).isConstant ? [TEXT] : [{ kind: "text", literal: text }];
}

function pathOf(reference: string): string[] | undefined {
  try {
    return parseFieldReference(reference);
  } catch {
    return undefined;
  }
}

function keyOf(path: readonly string[]): string {
  return path.join("\0");
}
