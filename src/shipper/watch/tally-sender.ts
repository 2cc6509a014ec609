import type { EncodedWindow, WindowOutcome, WindowSender } from "../outputs/window-sender.ts";
import type { ShipOutputFigures } from "./figures.ts";

/** A sender that counts what goes to another, and what becomes of it. */
export class TallySender implements WindowSender {
  readonly #inner: WindowSender;
  readonly #now: () => number;
  readonly #sent = { events: 0, bytes: 0 };
  readonly #ended = { delivered: 0, existing: 0, deadLettered: 0 };
  #windows = 0;
  #windowsUnderWay = 0;
  #eventsUnderWay = 0;
  #waitingSince: number | undefined;

  /** `now`: epoch milliseconds. */
  constructor(inner: WindowSender, now: () => number) {
    this.#inner = inner;
    this.#now = now;
  }

  get name(): string {
    return this.#inner.name;
  }

  get capacity(): number {
    return this.#inner.capacity;
  }

  get trouble(): string | undefined {
    return this.#inner.trouble;
  }

  async send(window: EncodedWindow): Promise<WindowOutcome> {
    const { count, starts, ends } = window;
    this.#sent.events += count;
    this.#sent.bytes += count === 0 ? 0 : (ends[count - 1] as number) - (starts[0] as number);
    this.#windows++;
    this.#windowsUnderWay++;
    this.#eventsUnderWay += count;
    this.#waitingSince ??= this.#now();
    try {
      const outcome = await this.#inner.send(window);
      this.#ended.delivered += outcome.delivered;
      this.#ended.existing += outcome.existing;
      this.#ended.deadLettered += outcome.deadLettered;
      return outcome;
    } finally {
      this.#windowsUnderWay--;
      this.#eventsUnderWay -= count;
      this.#waitingSince = this.#windowsUnderWay === 0 ? undefined : this.#now();
    }
  }

  figures(): ShipOutputFigures {
    return {
      name: this.name,
      sent: { ...this.#sent },
      windows: this.#windows,
      windowsUnderWay: this.#windowsUnderWay,
      eventsUnderWay: this.#eventsUnderWay,
      ...this.#ended,
      waitingSince: this.#waitingSince,
      trouble: this.trouble,
    };
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
