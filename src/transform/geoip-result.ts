import type { Event } from "../event/event.ts";
import { FieldReference } from "../event/field-reference.ts";
import { SharedTree } from "../event/shared-tree.ts";
import { isTree, type ObjectValue, type StoredValue, setOwn, type Value } from "../event/value.ts";
import type { Address } from "./geoip-address.ts";
import type { GeoHit, GeoRecord } from "./geoip-database.ts";
import type { GeoField } from "./geoip-fields.ts";

/** A field below the target, to be set in one go where the event has none, else leaf by leaf. */
interface Part {
  readonly field: FieldReference;
  readonly value: StoredValue;
  readonly leaves: readonly (readonly [FieldReference, Value])[];
}

/** What an address gives to an event. */
export type GeoResult = readonly Part[];

/** Makes results; those of one record are made once and shared by events, as constant trees. */
export class GeoResultBuilder {
  readonly #target: string;
  readonly #ecs: boolean;
  readonly #ofRecord: readonly GeoField[];
  readonly #ofAddress: readonly GeoField[];
  readonly #references = new Map<string, FieldReference>();
  readonly #made = new WeakMap<GeoRecord, GeoResult>();

  /** @param target a field reference in brackets */
  constructor(target: string, fields: readonly GeoField[], ecs: boolean) {
    this.#target = target;
    this.#ecs = ecs;
    this.#ofRecord = fields.filter(({ ofAddress }) => ofAddress !== true);
    this.#ofAddress = fields.filter(({ ofAddress }) => ofAddress === true);
  }

  build(hit: GeoHit, address: Address): GeoResult {
    let parts = this.#made.get(hit.record);
    if (parts === undefined) {
      parts = this.#parts(this.#ofRecord, hit, address);
      this.#made.set(hit.record, parts);
    }
    return this.#ofAddress.length === 0 ? parts : [...parts, ...this.#parts(this.#ofAddress, hit, address)];
  }

  #parts(fields: readonly GeoField[], hit: GeoHit, address: Address): GeoResult {
    const tree: ObjectValue = {};
    for (const field of fields) {
      const place = this.#ecs ? field.ecs?.split(".") : [field.legacy];
      const value = place === undefined ? undefined : field.read(hit, address);
      if (place !== undefined && value !== undefined) put(tree, place, value);
    }
    return Object.entries(tree).map(([name, value]) => {
      const leaves = isTree(value) ? leavesOf(value as ObjectValue, [name]) : [];
      return {
        field: this.#reference([name]),
        value: isTree(value) ? new SharedTree(value as ObjectValue) : value,
        leaves: leaves.map(([path, leaf]) => [this.#reference(path), leaf] as const),
      };
    });
  }

  #reference(path: readonly string[]): FieldReference {
    const text = `${this.#target}${path.map((name) => `[${name}]`).join("")}`;
    let found = this.#references.get(text);
    if (found === undefined) {
      found = new FieldReference(text);
      this.#references.set(text, found);
    }
    return found;
  }
}

export function applyGeoResult(event: Event, result: GeoResult): void {
  for (const { field, value, leaves } of result) {
    if (leaves.length === 0) field.set(event, value);
    else if (!field.setIfAbsent(event, value)) for (const [leaf, own] of leaves) leaf.set(event, own);
  }
}

function put(tree: ObjectValue, path: readonly string[], value: Value): void {
  let node = tree;
  for (const name of path.slice(0, -1)) {
    if (!isTree(node[name])) setOwn(node, name, {});
    node = node[name] as ObjectValue;
  }
  setOwn(node, path.at(-1) as string, value);
}

function leavesOf(tree: ObjectValue, path: readonly string[]): (readonly [path: readonly string[], value: Value])[] {
  return Object.entries(tree).flatMap(([name, value]) =>
    isTree(value) ? leavesOf(value as ObjectValue, [...path, name]) : [[[...path, name], value] as const],
  );
}
