/** A step of the wall clock beyond this, against the time that passed, is a jump and not the passing of time. */
const JUMP_MS = 60 * 60 * 1000;

/**
 * The time by which slices age. It follows the wall clock but for jumps: a clock that is set a year ahead must not empty the store, one that
 * is set back must not stop its slices from closing.
 */
export class StoreClock {
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  #offset = 0;
  /** Milliseconds by which the wall clock was found ahead at the start; 0 when it was not. */
  readonly ahead: number;
  #lastWall: number;
  #lastMonotonic: number;

  /**
   * `newest` is the time of the last row that the store has (0: none): time does not go back behind it, nor ahead of it by more than
   * `ageMs`, in which case everything would be removed as too old.
   */
  constructor(wall: () => number, newest: number, ageMs: number, monotonic: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#monotonic = monotonic;
    this.#lastWall = wall();
    this.#lastMonotonic = monotonic();
    const lead = this.#lastWall - newest;
    this.ahead = newest > 0 && lead > ageMs ? lead : 0;
    if (newest > 0 && (lead < 0 || this.ahead > 0)) this.#offset = -lead;
  }

  /** Epoch milliseconds. */
  now(): number {
    const wall = this.#wall();
    const monotonic = this.#monotonic();
    const drift = wall - this.#lastWall - (monotonic - this.#lastMonotonic);
    if (Math.abs(drift) > JUMP_MS) this.#offset -= drift;
    this.#lastWall = wall;
    this.#lastMonotonic = monotonic;
    return wall + this.#offset;
  }
}
