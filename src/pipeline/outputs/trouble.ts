import type { Logger } from "../../plugin/definitions.ts";

/** A trouble that lasts is said again after so long, in milliseconds. */
const AGAIN_MS = 60_000;

/** Says what keeps events from arriving: each kind once a minute while it lasts, and when it is over. */
export class Trouble {
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #place: string;
  #reason = "";
  #said: { readonly kind: string; readonly at: number } | undefined;

  /** `place`: what events do not arrive at, such as `tcp 10.0.0.1:5000`. */
  constructor(log: Logger, now: () => number, place: string) {
    this.#log = log;
    this.#now = now;
    this.#place = place;
  }

  /** Numbers in it do not make another kind. */
  meet(reason: string): void {
    this.#reason = reason;
    const kind = reason.replace(/\d+/g, "#");
    const now = this.#now();
    if (this.#said?.kind === kind && now - this.#said.at < AGAIN_MS) return;
    this.#said = { kind, at: now };
    this.#log.warn(`events cannot be delivered; they are held and sent again until they are taken`, {
      to: this.#place,
      reason,
    });
  }

  /** What holds events up now. */
  get current(): string | undefined {
    return this.#said === undefined ? undefined : this.#reason;
  }

  over(): void {
    if (this.#said === undefined) return;
    this.#said = undefined;
    this.#log.info("events are delivered again", { to: this.#place });
  }
}
