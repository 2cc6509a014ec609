import { SEGMENT_HEADER } from "../../segments/format.ts";
import type { LogPosition } from "../../segments/segment-log.ts";
import { addRange, type ByteRange, covers, skipRanges } from "./byte-ranges.ts";
import type { SegmentState } from "./queue-checkpoint.ts";

/** The first byte behind a segment's header. */
const BEGIN = SEGMENT_HEADER.length;

interface Segment {
  size: number;
  events: number;
  acknowledgedEvents: number;
  readonly acknowledged: ByteRange[];
  damagedBytes: number;
  /** Nothing is appended to it any more. */
  ended: boolean;
}

/** A segment that has no more to give. */
export interface FinishedSegment {
  readonly number: number;
  readonly damagedBytes: number;
  /** Events that could not be read. */
  readonly lostEvents: number;
}

/** A place in a queue. */
export interface QueuePlace {
  readonly segment: number;
  readonly offset: number;
}

/** Which parts of which segments have been acknowledged. Small: a segment has as many ranges as batches are on their way, at most. */
export class QueueProgress {
  /** In the order of their numbers. */
  readonly #segments = new Map<number, Segment>();
  #events = 0;
  #head: number;

  /** `head`: the highest number that a segment has had. */
  constructor(head = 0) {
    this.#head = head;
  }

  /** A segment found at the start, as the checkpoint has it, or a new one. */
  add(state: SegmentState, ended: boolean): void {
    const { number, size, events, acknowledgedEvents, acknowledged, damagedBytes } = state;
    this.#segments.set(number, {
      size,
      events,
      acknowledgedEvents,
      acknowledged: [...acknowledged],
      damagedBytes,
      ended,
    });
    this.#events += events - acknowledgedEvents;
    this.#head = Math.max(this.#head, number);
  }

  /** The highest number of a segment that has something on disk for certain. */
  get head(): number {
    return this.#head;
  }

  /** A record is on disk. */
  appended({ segment, to }: LogPosition, events: number): void {
    if (!this.#segments.has(segment)) {
      for (const one of this.#segments.values()) one.ended = true;
      const fresh = {
        number: segment,
        size: BEGIN,
        events: 0,
        acknowledgedEvents: 0,
        acknowledged: [],
        damagedBytes: 0,
      };
      this.add(fresh, false);
    }
    const state = this.#of(segment);
    state.size = to;
    state.events += events;
    this.#events += events;
  }

  /** Nothing more comes into this segment. */
  ended(segment: number): void {
    const state = this.#segments.get(segment);
    if (state !== undefined) state.ended = true;
  }

  acknowledged({ segment, from, to }: LogPosition, events: number): void {
    const state = this.#of(segment);
    addRange(state.acknowledged, [from, to]);
    state.acknowledgedEvents += events;
    this.#events -= events;
  }

  /** Bytes that cannot be read: there is nothing to wait for. */
  damaged({ segment, from, to }: LogPosition): void {
    const state = this.#of(segment);
    addRange(state.acknowledged, [from, to]);
    state.damagedBytes += to - from;
  }

  /** Bytes of a segment that are on disk for certain; 0 where it is not known. */
  sizeOf(segment: number): number {
    return this.#segments.get(segment)?.size ?? 0;
  }

  /** Events that are not acknowledged. */
  get events(): number {
    return this.#events;
  }

  /** Whether everything is acknowledged. */
  get empty(): boolean {
    for (const segment of this.#segments.values()) if (!isDone(segment)) return false;
    return true;
  }

  /** Whether the segment is wholly acknowledged up to its end. */
  isDone(segment: number): boolean {
    const state = this.#segments.get(segment);
    return state !== undefined && isDone(state);
  }

  /** Whether nothing more comes into the segment, and all of it is acknowledged. */
  isFinished(segment: number): boolean {
    return this.#segments.get(segment)?.ended === true && this.isDone(segment);
  }

  /** Where the next bytes are that are not acknowledged, at or behind `place`, and where their segment ends. */
  next(place: QueuePlace): (QueuePlace & { readonly limit: number }) | undefined {
    for (const [number, { size, acknowledged }] of this.#segments) {
      if (number < place.segment) continue;
      const offset = skipRanges(acknowledged, number === place.segment ? Math.max(BEGIN, place.offset) : BEGIN);
      if (offset >= size) continue;
      const following = acknowledged.find(([from]) => from > offset);
      return { segment: number, offset, limit: following === undefined ? size : following[0] };
    }
    return undefined;
  }

  /** Takes out segments that are ended and wholly acknowledged: they can go when a checkpoint without them is on disk. */
  takeFinished(): FinishedSegment[] {
    const finished = [...this.#segments].filter(([, state]) => state.ended && isDone(state));
    return finished.map(([number, { damagedBytes, events, acknowledgedEvents }]) => {
      this.#segments.delete(number);
      const lostEvents = Math.max(0, events - acknowledgedEvents);
      this.#events -= lostEvents;
      return { number, damagedBytes, lostEvents };
    });
  }

  snapshot(): SegmentState[] {
    return [...this.#segments].map(([number, { ended: _ended, acknowledged, ...state }]) => ({
      number,
      ...state,
      acknowledged: [...acknowledged],
    }));
  }

  #of(segment: number): Segment {
    const state = this.#segments.get(segment);
    if (state === undefined) throw new RangeError(`segment ${segment} is gone`);
    return state;
  }
}

function isDone({ acknowledged, size }: Segment): boolean {
  return covers(acknowledged, BEGIN, size);
}
