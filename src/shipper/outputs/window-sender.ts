import type { EventSlices } from "../../lumberjack/events.ts";

/**
 * Events as they leave the encoder: JSON objects as the Beats protocol carries them, `@metadata` last. Event `i` is `bytes[starts[i]..ends[i])`;
 * its `,"@metadata":{…}}` begins at `metadata[i]`.
 */
export interface EncodedWindow extends EventSlices {
  readonly bytes: Buffer;
  readonly metadata: Int32Array;
  readonly gaps: true;
}

/** What became of a window's events; the counts add up to its count. */
export interface WindowOutcome {
  readonly delivered: number;
  /** An earlier send had arrived. */
  readonly existing: number;
  /** Refused by the destination for good, and kept with the reason. */
  readonly deadLettered: number;
  /** In the spool, on disk: handed over, and counted there from now on. */
  readonly spooled?: number;
  /** An attempt to send is still under way: the bytes must stay as they are for good, so give them to nobody else. */
  readonly keepsBytes?: boolean;
}

/** Where windows go. */
export interface WindowSender {
  /** `logstash`, `elasticsearch`, `file`, `console`. */
  readonly name: string;
  /** Windows that can be under way at once; more only wait. */
  readonly capacity: number;
  /** Resolves when every event has its end, however long that takes; rejects only when the sender is closed. The bytes must not change before. */
  send(window: EncodedWindow): Promise<WindowOutcome>;
  /** What holds windows up now, for people; undefined: nothing. */
  readonly trouble: string | undefined;
  close(): Promise<void>;
}
