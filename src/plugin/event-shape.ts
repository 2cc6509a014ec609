import { fieldPath } from "../event/field-reference.ts";
import { compileSprintf } from "../language/sprintf.ts";
import { type MadeField, MadeFields } from "./made-fields.ts";
import type { HashValue } from "./options.ts";
import { TEXT, UNKNOWN, type ValueShape } from "./value-shape.ts";

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
  #fields = new MadeFields();
  readonly #ids: { last: number };

  /** `ids`: shared by all shapes of one walk. */
  constructor(ids: { last: number } = { last: 0 }) {
    this.#ids = ids;
  }

  copy(): EventShape {
    const copy = new EventShape(this.#ids);
    copy.open = this.open;
    copy.dropped = this.dropped;
    copy.conditional = this.conditional;
    copy.#fields = this.#fields.copy();
    return copy;
  }

  /**
   * Events that come from several places. What was made up to number `known` and is lost on some of the ways is not certain: the condition before them can be
   * about just that.
   */
  static merged(shapes: readonly EventShape[], known = 0): EventShape {
    const ways = shapes.filter(({ dropped }) => !dropped);
    const merged = (ways[0] ?? shapes[0] ?? new EventShape()).copy();
    merged.open = ways.some(({ open }) => open);
    if (ways.length > 0)
      merged.#fields = MadeFields.merged(
        ways.map((way) => way.#fields),
        known,
      );
    return merged;
  }

  /** Number of what was made last. */
  get lastMade(): number {
    return this.#ids.last;
  }

  /** Every value of every field. */
  fields(): Iterable<MadeField> {
    return this.#fields.all();
  }

  /** What a field can be by itself. Empty: nothing known; see `canHave`. */
  get(reference: string): readonly MadeField[] {
    const path = fieldPath(reference);
    return path === undefined ? [] : this.#fields.get(path);
  }

  /** Whether there can be such a field, also where nothing is known of it. */
  canHave(reference: string): boolean {
    const path = fieldPath(reference);
    if (path === undefined || this.open || this.#fields.at(path).length > 0) return true;
    return path.some((_, length) => this.#fields.get(path.slice(0, length)).some(({ value }) => holds(value)));
  }

  /** Whether something is known of what lies in it, or it is an object. */
  hasBelow(reference: string): boolean {
    const path = fieldPath(reference);
    if (path === undefined) return false;
    return this.#fields.at(path).some((made) => made.path.length > path.length || made.value.kind === "object");
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
    change: (value: ValueShape) => ValueShape,
    option: string,
    entry: string = reference,
  ): void {
    const path = fieldPath(reference);
    if (path === undefined) return;
    for (const old of this.#fields.get(path)) {
      const changed = change(old.value);
      if (changed === old.value) continue;
      this.#fields.delete(old);
      this.#fields.add(madeFrom(this.#made(path, changed, option, entry), old));
    }
    if (this.#isUnknown(path, reference)) this.#enter(this.#made(path, change(UNKNOWN), option, entry));
  }

  /** Renames (`keep` false) or copies a field with all that lies below it. */
  move(from: string, to: string, keep: boolean, option: string): void {
    const [source, target] = [fieldPath(from), fieldPath(to)];
    if (source === undefined || target === undefined || `${from}${to}`.includes("%{")) {
      this.any();
      return;
    }
    const moved = this.#fields.at(source);
    const unknown = this.#isUnknown(source, from);
    if (!keep) this.#clear(source);
    if (moved.length === 0 && !unknown) return;
    this.#clear(target);
    for (const one of moved) {
      const place = [...target, ...one.path.slice(source.length)];
      this.#enter(madeFrom(this.#made(place, one.value, option, from), one));
    }
    if (unknown) this.#enter(this.#made(target, UNKNOWN, option, from));
  }

  remove(reference: string): void {
    const path = fieldPath(reference);
    if (path !== undefined) this.#clear(path);
  }

  /** Any field can be set or changed, for all that is known. `mentioned`: code that would name the fields that it is about. */
  any(mentioned?: string): void {
    this.open = true;
    const words = new Set(mentioned?.split(/[^\w@.-]+/));
    for (const one of [...this.#fields.all()]) {
      if (words.has(one.path.at(-1) as string)) this.#fields.delete(one);
      else if (one.certain) this.#fields.add({ ...one, certain: false });
    }
  }

  /**
   * Inside a branch whose condition looks at the field: what is known of it, of what lies in it and of what it lies in need not hold there. `whole` false: only
   * of what it lies in, for a condition that asks whether there is such a field. Gives what stands for what was known, for `remember`.
   */
  forget(reference: string, whole: boolean): MadeField[] {
    const path = fieldPath(reference);
    if (path === undefined) return [];
    const around = path.slice(1).map((_, i) => this.#fields.get(path.slice(0, i + 1)));
    return [...around, whole ? this.#fields.at(path) : []].flatMap((known) => {
      const [first] = known;
      if (first === undefined) return [];
      for (const one of known) this.#fields.delete(one);
      const at = first.path.length < path.length ? first.path : path;
      const blank = { ...first, id: ++this.#ids.last, path: at, value: UNKNOWN, certain: false, forgotten: known };
      this.#fields.add(blank);
      return [blank];
    });
  }

  /** Behind the branch: what was forgotten, and that nothing has changed, is known again. */
  remember(blanks: readonly MadeField[]): void {
    for (const blank of blanks.toReversed()) {
      const left = this.#fields.get(blank.path).find(({ id }) => id === blank.id);
      if (left === undefined) continue;
      this.#fields.delete(left);
      for (const before of left.forgotten ?? []) this.#fields.add(before);
    }
  }

  #isUnknown(path: readonly string[], reference: string): boolean {
    return this.#fields.at(path).length === 0 && this.canHave(reference);
  }

  #put(
    reference: string,
    values: readonly ValueShape[],
    option: string,
    entry: string | undefined,
    clear: boolean,
  ): void {
    const path = reference.includes("%{") ? undefined : fieldPath(reference);
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
    const maker = { plugin: this.plugin, option, entry };
    return { id: ++this.#ids.last, path, value, maker, certain: true, conditional: this.conditional };
  }

  #enter(made: MadeField): void {
    for (let length = 1; length < made.path.length; length++)
      for (const above of this.#fields.get(made.path.slice(0, length))) this.#giveWay(above);
    this.#fields.add(made);
  }

  /** A value on the way to a field gives way to an object; of what was forgotten, the values. */
  #giveWay(above: MadeField): void {
    const kept = above.forgotten?.filter(({ path, value }) => path.length > above.path.length || holds(value));
    if (holds(above.value) && kept?.length === above.forgotten?.length) return;
    this.#fields.delete(above);
    if (kept !== undefined && kept.length > 0) this.#fields.add({ ...above, forgotten: kept });
  }

  #clear(path: readonly string[]): void {
    for (const one of this.#fields.at(path)) this.#fields.delete(one);
  }
}

/** Whether fields can lie in it. */
function holds({ kind }: ValueShape): boolean {
  return kind === "unknown" || kind === "object";
}

/** It is as sure as what it was made from, and there as often. */
function madeFrom(made: MadeField, source: MadeField): MadeField {
  const certain = source.certain || made.value.kind !== source.value.kind;
  return { ...made, certain, conditional: made.conditional || source.conditional };
}

/** What a setting makes of a field. */
function shapesOf(value: HashValue): ValueShape[] {
  if (Array.isArray(value)) return value.flatMap((item: HashValue) => shapesOf(item));
  if (typeof value === "object") return [{ kind: "object" }];
  const text = String(value);
  return text.includes("${") || !compileSprintf(text).isConstant ? [TEXT] : [{ kind: "text", literal: text }];
}
