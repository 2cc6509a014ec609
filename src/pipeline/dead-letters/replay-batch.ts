import { splitText } from "../../event/identity.ts";
import type { LetterScope } from "../../segments/dead-letter.ts";
import { scopeOf } from "../run/dead-letters.ts";
import type { AllowedEvent, AllowedFate, DeadEvent } from "../run/messages.ts";
import type { OpenLetter } from "./letters.ts";
import type { ReplayPlan, ReplayRecord } from "./replay-records.ts";
import type { BatchRestriction } from "./restricted-workers.ts";

/** How the replay of one letter ended. */
export interface LetterOutcome {
  readonly open: OpenLetter;
  /** What still stands for the letter; empty: it has its end. */
  readonly remaining: readonly LetterScope[];
  /** For letters with an end. */
  readonly how: "delivered" | "filtered";
}

/** The part of a letter that an allowed event is for. */
interface Part {
  readonly record: number;
  readonly open: OpenLetter;
  readonly scope: LetterScope;
  readonly output: number | undefined;
  readonly failures: LetterScope[];
}

/** Records that are run again together, and what became of their letters. */
export class ReplayBatch {
  readonly records: readonly ReplayRecord[];
  readonly restriction: BatchRestriction;
  readonly #parts: Part[] = [];
  readonly #plan: ReplayPlan;
  /** Places of the parts by the events that they allowed, as far as fates have been looked at. */
  readonly #places = new Map<string, number[]>();
  #looked = 0;

  constructor(records: readonly ReplayRecord[], plan: ReplayPlan) {
    this.records = records;
    this.#plan = plan;
    const allowed: AllowedEvent[] = [];
    records.forEach(({ letters }, record) => {
      for (const open of letters) {
        for (const scope of open.scopes) {
          allowed.push(plan.allowed(record, scope));
          const output = scope.output === undefined ? undefined : plan.outputOf(scope.output);
          this.#parts.push({ record, open, scope, output, failures: [] });
        }
      }
    });
    this.restriction = { allowed, fates: [] };
  }

  /** An event, or a whole record, that failed again. */
  failed(dead: DeadEvent): void {
    const scope = scopeOf(dead);
    const output = dead.output === undefined ? undefined : this.#plan.outputOf(dead.output);
    for (const place of this.#placesOf(dead)) {
      const part = this.#parts[place] as Part;
      if (output === undefined || part.output === undefined || part.output === output) part.failures.push(scope);
    }
  }

  /** Call when the batch is acknowledged. */
  outcomes(): LetterOutcome[] {
    const fates = new Map<number, Set<AllowedFate["fate"]>>();
    for (const { place, fate } of this.restriction.fates) {
      const all = fates.get(place) ?? new Set();
      fates.set(place, all.add(fate));
    }
    const ends = new Map<OpenLetter, { remaining: LetterScope[]; delivered: boolean }>();
    this.#parts.forEach((part, place) => {
      const end = ends.get(part.open) ?? { remaining: [], delivered: false };
      ends.set(part.open, end);
      const fate = fates.get(place);
      end.remaining.push(...remainingOf(part, fate));
      if (fate?.has("routed")) end.delivered = true;
    });
    return [...ends].map(([open, { remaining, delivered }]) => ({
      open,
      remaining,
      how: delivered ? "delivered" : "filtered",
    }));
  }

  #placesOf({ record, split }: DeadEvent): number[] {
    if (split === undefined) return this.#parts.flatMap((part, place) => (part.record === record ? place : []));
    const { fates } = this.restriction;
    for (; this.#looked < fates.length; this.#looked++) {
      const { record: of, split: made, place } = fates[this.#looked] as AllowedFate;
      const key = `${of}/${splitText(made)}`;
      this.#places.set(key, [...(this.#places.get(key) ?? []), place]);
    }
    return this.#places.get(`${record}/${splitText(split)}`) ?? [];
  }
}

function remainingOf({ scope, failures }: Part, fates: ReadonlySet<AllowedFate["fate"]> | undefined): LetterScope[] {
  if (failures.length > 0) return failures;
  if (fates?.has("routed")) return [];
  const { split, children, output } = scope;
  const stays = (code: string, reason: string): LetterScope[] => [
    { split, children, output, stage: "replay", code, reason },
  ];
  if (fates?.has("unrouted"))
    return stays(
      "unrouted",
      output === undefined ? "no output took the event" : `the event was not routed to ${output}`,
    );
  if (fates?.has("filtered")) return [];
  return stays("not_made", "this configuration does not make the event out of its record");
}
