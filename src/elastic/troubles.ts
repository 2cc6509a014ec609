import type { BulkLog } from "./bulk-types.ts";

/** A trouble that comes back is not said again before so long. */
const QUIET_MS = 60_000;
/** Kinds of trouble remembered; the oldest that nobody has any more is forgotten. */
const KINDS_LIMIT = 100;

/** Who waits because of a trouble: one for each run of operations on its way. */
export interface Holder {
  kind?: string | undefined;
}

interface Trouble {
  /** As it was met first. */
  readonly what: string;
  holders: number;
  saidAt: number;
}

/** Says what keeps events from arriving: each kind of trouble once while anything waits because of it, then when the last one is over. */
export class Troubles {
  readonly #log: BulkLog;
  readonly #now: () => number;
  readonly #kinds = new Map<string, Trouble>();
  #holders = 0;
  #said = false;

  constructor(log: BulkLog, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Why something waits now; undefined when nothing does. */
  get current(): string | undefined {
    if (this.#holders === 0) return undefined;
    for (const { what, holders } of this.#kinds.values()) if (holders > 0) return what;
    return undefined;
  }

  /** `holder` waits, and why: what it is, and what Elasticsearch says of it. Numbers do not make another kind, nor do `details`. */
  meet(holder: Holder, what: string, details: string): void {
    const kind = what.replace(/\d+/g, "#").slice(0, 200);
    if (holder.kind === kind) return;
    this.#leave(holder);
    holder.kind = kind;
    this.#holders++;
    const known = this.#kinds.get(kind);
    const now = this.#now();
    if (known !== undefined && (known.holders > 0 || now - known.saidAt < QUIET_MS)) {
      known.holders++;
      return;
    }
    this.#kinds.delete(kind);
    this.#kinds.set(kind, { what, holders: 1, saidAt: now });
    this.#forget();
    this.#said = true;
    const message = details === "" ? what : `${what}: ${details}`;
    this.#log.warn(`${message}; events are held and sent again until they are taken`);
  }

  /** `holder` waits no longer: its operations have their outcome (`arrived`), or it was stopped. */
  over(holder: Holder, arrived: boolean): void {
    if (holder.kind === undefined) return;
    this.#leave(holder);
    if (!arrived || this.#holders > 0 || !this.#said) return;
    this.#said = false;
    this.#log.info("Elasticsearch takes the events again");
  }

  #leave(holder: Holder): void {
    if (holder.kind === undefined) return;
    const trouble = this.#kinds.get(holder.kind);
    if (trouble !== undefined) trouble.holders--;
    holder.kind = undefined;
    this.#holders--;
  }

  #forget(): void {
    if (this.#kinds.size <= KINDS_LIMIT) return;
    for (const [kind, { holders }] of this.#kinds) {
      if (holders > 0) continue;
      this.#kinds.delete(kind);
      return;
    }
  }
}
