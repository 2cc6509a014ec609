/** Where warnings go. */
export interface WarningLog {
  warn(message: string, details?: object): void;
}

const INTERVAL_MS = 60_000;
const BURST = 5;

/** Warnings that strangers can cause: of each message a few a minute, and with the next one how many were not written. */
export class LimitedWarnings {
  readonly #log: WarningLog;
  readonly #now: () => number;
  readonly #said = new Map<string, { since: number; count: number; unsaid: number }>();

  constructor(log: WarningLog, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** `message` is constant for its kind; what differs stands in `details`. */
  warn(message: string, details: object = {}): void {
    const now = this.#now();
    let said = this.#said.get(message);
    if (said === undefined || now - said.since >= INTERVAL_MS) {
      const unsaid = said?.unsaid ?? 0;
      said = { since: now, count: 0, unsaid: 0 };
      this.#said.set(message, said);
      if (unsaid > 0) this.#log.warn(message, { more: unsaid });
    }
    if (said.count++ < BURST) this.#log.warn(message, details);
    else said.unsaid++;
  }

  /** Says what was not written. */
  flush(): void {
    for (const [message, said] of this.#said) if (said.unsaid > 0) this.#log.warn(message, { more: said.unsaid });
    this.#said.clear();
  }
}
