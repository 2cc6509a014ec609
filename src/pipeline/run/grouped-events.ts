import type { Timestamp } from "../../event/timestamp.ts";
import { dayOf } from "../../telemetry/destinations.ts";
import type { DestinationGroup } from "./messages.ts";

const DAY_MS = 86_400_000;

/** Destination and day of an output's events. Neighbours mostly have the same, so little is done for each. */
export class GroupedEvents {
  readonly #groups: DestinationGroup[] = [];
  readonly #numbers = new Map<string, number>();
  /** Runs of events of one group: where the next begins, and the number of the group. */
  readonly #runs: { readonly from: number; readonly group: number }[] = [];
  #count = 0;
  #destination: string | undefined;
  #from = Number.NaN;

  /** The next event. */
  add(destination: string | undefined, time: Timestamp | undefined): void {
    const epochMs = time?.epochMs ?? Number.NaN;
    const since = epochMs - this.#from;
    if (this.#count === 0 || destination !== this.#destination || !(since >= 0 && since < DAY_MS))
      this.#begin(destination, epochMs);
    this.#count++;
  }

  done(): { readonly groups: readonly DestinationGroup[]; readonly groupOf: Int32Array | undefined } {
    if (this.#runs.length === 1 && this.#groups.length === 1) return { groups: this.#groups, groupOf: undefined };
    if (this.#groups.length === 0) return { groups: [], groupOf: undefined };
    const groupOf = new Int32Array(this.#count);
    this.#runs.forEach(({ from, group }, i) => {
      groupOf.fill(group, from, this.#runs[i + 1]?.from ?? this.#count);
    });
    return { groups: this.#groups, groupOf };
  }

  #begin(destination: string | undefined, epochMs: number): void {
    this.#destination = destination;
    const day = dayOf(epochMs);
    this.#from = day === undefined ? Number.NaN : day * DAY_MS;
    this.#runs.push({ from: this.#count, group: destination === undefined ? -1 : this.#numberOf(destination, day) });
  }

  #numberOf(destination: string, day: number | undefined): number {
    const key = `${day} ${destination}`;
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#groups.push({ destination, day }) - 1;
      this.#numbers.set(key, number);
    }
    return number;
  }
}
