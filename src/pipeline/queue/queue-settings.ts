/** How the persistent queue of a pipeline is kept. Names and meaning are those of Logstash's `queue.*`. */
export interface QueueSettings {
  /** Bytes after which a segment is ended and the next one begun (`queue.page_capacity`). */
  readonly pageCapacity: number;
  /** Events that are not acknowledged, at most; 0: no limit (`queue.max_events`). */
  readonly maxEvents: number;
  /** Bytes of all segments, at most (`queue.max_bytes`). */
  readonly maxBytes: number;
  /** Acknowledged events after which a checkpoint is written; 0: no such limit (`queue.checkpoint.acks`). */
  readonly checkpointAcks: number;
  /** Milliseconds after which a checkpoint is written (`queue.checkpoint.interval`). */
  readonly checkpointInterval: number;
  /** A stop waits until everything is delivered (`queue.drain`). */
  readonly drain: boolean;
}

export const DEFAULT_QUEUE_SETTINGS: QueueSettings = {
  pageCapacity: 64 * 1024 * 1024,
  maxEvents: 0,
  maxBytes: 1024 * 1024 * 1024,
  checkpointAcks: 0,
  checkpointInterval: 1000,
  drain: false,
};

/** A segment is removed as a whole, so that there must be several for room to come back while there is something to deliver. */
export function segmentBytesOf({ pageCapacity, maxBytes }: QueueSettings): number {
  return Math.max(1, Math.min(pageCapacity, Math.floor(maxBytes / 4)));
}
