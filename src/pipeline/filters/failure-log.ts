import type { Logger } from "../../plugin/definitions.ts";

/** Between two messages of one plugin, in milliseconds. */
const INTERVAL_MS = 60_000;

/** Says that a plugin's code fails: at most once a minute, with how often it did since. */
export class FailureLog {
  readonly #log: Logger;
  readonly #now: () => number;
  #count = 0;
  #said: number | undefined;

  constructor(log: Logger, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** `place`: where it failed, asked for only when something is said. */
  report(message: string, details: object, place?: () => string | undefined): void {
    this.#count++;
    const now = this.#now();
    if (this.#said !== undefined && now - this.#said < INTERVAL_MS) return;
    const at = place?.();
    this.#log.error(message, { ...details, ...(at === undefined ? {} : { at }), count: this.#count });
    this.#said = now;
    this.#count = 0;
  }
}
