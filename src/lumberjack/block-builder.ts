import { Arena } from "./arena.ts";
import type { EventSlices } from "./events.ts";

/** What the parser hands on: events of one window that lie in one memory block. `count` is 0 only where a window ended early. */
export interface ParsedBlock extends EventSlices {
  readonly bytes: Buffer;
  readonly arena: Arena;
  /** Sequence number of every event, as the sender gave it. */
  readonly sequences: Uint32Array;
  /** Sequence number of the window's last event so far. */
  readonly lastSequence: number;
  /** Protocol version of the window frame, in which it is to be acknowledged. */
  readonly version: number;
  /** No more events of this window follow. */
  readonly endsWindow: boolean;
  /** Bytes of memory that the events span. */
  readonly size: number;
}

const FIRST_CAPACITY = 64;
const NOWHERE = new Arena(Buffer.alloc(0));

/** Gathers the events that lie in one arena. Whoever gets a block must release its arena once. */
export class BlockBuilder {
  readonly #onBlock: (block: ParsedBlock) => void;
  readonly #maxEvents: number;
  #arena: Arena = NOWHERE;
  #starts: Int32Array = new Int32Array(0);
  #ends: Int32Array = new Int32Array(0);
  #sequences: Uint32Array = new Uint32Array(0);
  #capacity = 0;
  #lastCount = FIRST_CAPACITY;
  #lastSequence = 0;
  count = 0;

  constructor(maxEvents: number, onBlock: (block: ParsedBlock) => void) {
    this.#maxEvents = maxEvents;
    this.#onBlock = onBlock;
  }

  /** Adds the event `arena.bytes[start..end)`. */
  add(arena: Arena, start: number, end: number, sequence: number, version: number): void {
    if (this.count > 0 && (this.#arena !== arena || this.count === this.#maxEvents)) this.flush(version, false);
    this.#arena = arena;
    if (this.count === this.#capacity) this.#grow();
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.#sequences[this.count] = sequence;
    this.#lastSequence = sequence;
    this.count++;
  }

  /** Hands on what there is; with `endsWindow` also when there is nothing, to say that the window is over. */
  flush(version: number, endsWindow: boolean): void {
    const count = this.count;
    if (count === 0 && !endsWindow) return;
    // Without events the last arena may have gone back to its pool.
    const arena = count === 0 ? NOWHERE : this.#arena;
    arena.hold();
    const block: ParsedBlock = {
      bytes: arena.bytes,
      arena,
      starts: this.#starts,
      ends: this.#ends,
      sequences: this.#sequences,
      lastSequence: this.#lastSequence,
      count,
      version,
      endsWindow,
      size: count === 0 ? 0 : (this.#ends[count - 1] as number) - (this.#starts[0] as number),
    };
    this.#arena = NOWHERE;
    this.#capacity = 0;
    this.count = 0;
    if (count > 0) this.#lastCount = count;
    if (endsWindow) this.#lastSequence = 0;
    this.#onBlock(block);
  }

  #grow(): void {
    // The next block is most often as large as the last one.
    const wanted = this.#capacity === 0 ? this.#lastCount : Math.max(FIRST_CAPACITY, this.#capacity * 2);
    const capacity = Math.min(this.#maxEvents, wanted);
    const starts = new Int32Array(capacity);
    const ends = new Int32Array(capacity);
    const sequences = new Uint32Array(capacity);
    if (this.count > 0) {
      starts.set(this.#starts);
      ends.set(this.#ends);
      sequences.set(this.#sequences);
    }
    this.#starts = starts;
    this.#ends = ends;
    this.#sequences = sequences;
    this.#capacity = capacity;
  }
}
