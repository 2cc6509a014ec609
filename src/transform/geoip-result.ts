import type { Event } from "../event/event.ts";
import type { Address } from "./geoip-address.ts";
import type { GeoHit, GeoRecord } from "./geoip-database.ts";
import type { GeoField } from "./geoip-fields.ts";
import { ReferenceSet, SharedFields } from "./shared-fields.ts";

/** What an address gives to an event. */
export interface GeoResult {
  apply(event: Event): void;
}

/** Makes results; what those of one record have in common is made once. */
export class GeoResultBuilder {
  readonly #ecs: boolean;
  readonly #ofRecord: readonly GeoField[];
  readonly #ofAddress: readonly GeoField[];
  readonly #references: ReferenceSet;
  readonly #made = new WeakMap<GeoRecord, SharedFields>();

  /** @param target a field reference in brackets */
  constructor(target: string, fields: readonly GeoField[], ecs: boolean) {
    this.#ecs = ecs;
    this.#ofRecord = fields.filter(({ ofAddress }) => ofAddress !== true);
    this.#ofAddress = fields.filter(({ ofAddress }) => ofAddress === true);
    this.#references = new ReferenceSet(target);
  }

  build(hit: GeoHit, address: Address): GeoResult {
    let common = this.#made.get(hit.record);
    if (common === undefined) {
      common = this.#fields(this.#ofRecord, hit, address);
      this.#made.set(hit.record, common);
    }
    return this.#ofAddress.length === 0 ? common : new Both(this.#fields(this.#ofAddress, hit, address), common);
  }

  #fields(fields: readonly GeoField[], hit: GeoHit, address: Address): SharedFields {
    const values = fields.flatMap((field) => {
      const place = this.#ecs ? field.ecs?.split(".") : [field.legacy];
      const value = place === undefined ? undefined : field.read(hit, address);
      return place === undefined || value === undefined ? [] : [[place, value] as const];
    });
    return new SharedFields(values, this.#references);
  }
}

class Both implements GeoResult {
  readonly #first: SharedFields;
  readonly #second: SharedFields;

  constructor(first: SharedFields, second: SharedFields) {
    this.#first = first;
    this.#second = second;
  }

  apply(event: Event): void {
    this.#first.apply(event);
    this.#second.apply(event);
  }
}
