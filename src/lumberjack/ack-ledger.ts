import type { ParsedBlock } from "./block-builder.ts";
import { FRAME_ACK, SHORT_FRAME_BYTES, writeShortFrame } from "./frames.ts";

/** A block that has been handed on, and how many of its events are done. */
export interface OwedBlock {
  readonly count: number;
  readonly sequences: Uint32Array;
  readonly lastSequence: number;
  readonly version: number;
  readonly endsWindow: boolean;
  done: number;
}

/**
 * What one connection owes its sender, in order. A window is acknowledged when all of its events are done and all windows before it;
 * what is done of the oldest window travels with the next keep-alive.
 */
export class AckLedger {
  readonly #owed: OwedBlock[] = [];
  /** Sequence of the last event done, of the window that is being worked on; 0 when none is. */
  #progress = 0;

  /** Blocks that are not done. */
  get owed(): number {
    return this.#owed.length;
  }

  add(block: ParsedBlock): OwedBlock {
    const { count, sequences, lastSequence, version, endsWindow } = block;
    const owed: OwedBlock = { count, sequences, lastSequence, version, endsWindow, done: 0 };
    this.#owed.push(owed);
    return owed;
  }

  /** Takes finished blocks off the front. Gives the acks of the windows that this completed, one frame each, or undefined. */
  settle(): Buffer | undefined {
    const owed = this.#owed;
    let finished = 0;
    const windows: OwedBlock[] = [];
    for (; finished < owed.length; finished++) {
      const block = owed[finished] as OwedBlock;
      if (block.done < block.count) {
        if (block.done > 0) this.#progress = block.sequences[block.done - 1] as number;
        break;
      }
      this.#progress = block.endsWindow ? 0 : block.lastSequence;
      if (block.endsWindow) windows.push(block);
    }
    if (finished > 0) owed.splice(0, finished);
    if (windows.length === 0) return undefined;
    const acks = Buffer.allocUnsafe(windows.length * SHORT_FRAME_BYTES);
    windows.forEach((window, i) => {
      writeShortFrame(acks, i * SHORT_FRAME_BYTES, window.version, FRAME_ACK, window.lastSequence);
    });
    return acks;
  }

  /**
   * The frame that says we are alive, in `version` unless a window is owed: the last event done of the window being worked on. Never the sequence of a finished window: a
   * sender that counts per window would take it for the next one's.
   */
  keepalive(version: number): Buffer {
    const ack = Buffer.allocUnsafe(SHORT_FRAME_BYTES);
    writeShortFrame(ack, 0, this.#owed[0]?.version ?? version, FRAME_ACK, this.#progress);
    return ack;
  }
}
