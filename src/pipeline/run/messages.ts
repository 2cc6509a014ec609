import type { SplitPath } from "../../event/identity.ts";
import type { Source } from "../../event/record-batch.ts";

/** What main thread and workers say to each other. Bytes lie in shared memory; messages only say where. */

/** Work: records `from` (included) to `to` (excluded) of a batch. */
export interface WorkMessage {
  readonly type: "work";
  readonly item: number;
  readonly data: SharedArrayBuffer;
  readonly table: SharedArrayBuffer;
  readonly from: number;
  readonly to: number;
  readonly readAt: number;
  readonly sources: readonly Source[];
  /** Its events come to filters with state: one worker does all such work, in order. */
  readonly stateful: boolean;
  /** Only what comes of these events is to be delivered; undefined: everything. */
  readonly only?: readonly AllowedEvent[];
}

/** An event that a replay is to deliver, and what comes of it beyond the children that it had made before. */
export interface AllowedEvent {
  readonly record: number;
  /** undefined: whatever becomes of the record. */
  readonly split: SplitPath | undefined;
  readonly children: ChildCounts;
  /** Numbers of the outputs that are meant; undefined: all. */
  readonly outputs: readonly number[] | undefined;
}

/** How many events one event had made, per plugin id. */
export type ChildCounts = Readonly<Record<string, number>>;

/** What became of an event, seen from one of the entries that allowed it. */
export interface AllowedFate {
  readonly record: number;
  readonly split: SplitPath;
  /** The place in `WorkMessage.only`. */
  readonly place: number;
  readonly fate: "routed" | "filtered" | "unrouted" | "failed";
}

/** The main thread needs the output buffers of an item no longer. */
export interface FreeMessage {
  readonly type: "free";
  readonly item: number;
}

export interface StopMessage {
  readonly type: "stop";
}

export type ToWorker = WorkMessage | FreeMessage | StopMessage;

/** Encoded events for one output: bytes and ends in shared memory, and which record each came from. */
export interface OutputPart {
  readonly output: number;
  readonly bytes: SharedArrayBuffer;
  /** All that was written; behind the last of `ends` lies the encoder's trailer. */
  readonly length: number;
  readonly ends: Int32Array;
  readonly records: Int32Array;
  /** Number of the event within the item, so that an event in two outputs is known as one. */
  readonly events: Int32Array;
  /** Where events go to; empty where nobody can be asked. */
  readonly groups: readonly DestinationGroup[];
  /** Group of each event, -1: none; undefined: all have the first. */
  readonly groupOf: Int32Array | undefined;
  /** Split paths of the events, two words each; undefined: none has one. */
  readonly splits: Int32Array | undefined;
  /** Of events that have made others: by their index here. */
  readonly children: ReadonlyMap<number, ChildCounts> | undefined;
}

/** A destination, and the epoch day of events that go there; undefined: they have no time that a calendar knows. */
export interface DestinationGroup {
  readonly destination: string;
  readonly day: number | undefined;
}

export type DeadLetterStage = "decode" | "filter" | "encode" | "reject";

export interface DeadEvent {
  readonly record: number;
  /** Number of the event within the item; -1: the whole record. */
  readonly event: number;
  readonly stage: DeadLetterStage;
  readonly code: string;
  readonly reason: string;
  /** The event as it failed, as JSON; undefined where there was none. */
  readonly json: Uint8Array | undefined;
  /** Of the event; undefined: the whole record. */
  readonly split: SplitPath | undefined;
  /** What the event had made before it failed. */
  readonly children: ChildCounts | undefined;
  /** The output that rejected it. */
  readonly output?: string;
}

export interface DoneMessage {
  readonly type: "done";
  readonly item: number;
  readonly outputs: readonly OutputPart[];
  readonly dead: readonly DeadEvent[];
  readonly read: number;
  readonly created: number;
  readonly filtered: number;
  readonly unrouted: number;
  /** Events that at least one output takes. */
  readonly routed: number;
  /** Events that ran into the time limit, by plugin id. */
  readonly timeouts: Readonly<Record<string, number>>;
  /** Of work with `only`. */
  readonly fates?: readonly AllowedFate[];
}

export interface ReadyMessage {
  readonly type: "ready";
}

/** Something that a plugin in a worker has to say. */
export interface LogMessage {
  readonly type: "log";
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly details: object | undefined;
}

export type FromWorker = DoneMessage | ReadyMessage | LogMessage;

/** Slots of the small shared array by which the main thread sees what a worker is at. */
export const PROGRESS_ITEM = 0;
export const PROGRESS_CHUNKS = 1;
export const PROGRESS_WORDS = 2;
