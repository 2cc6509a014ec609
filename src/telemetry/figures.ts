import type { SenderFigures } from "../plugin/definitions.ts";
import type { LedgerEntry, LedgerSnapshot, OutputEntry } from "./ledger.ts";

/** Where a figure belongs: the pipeline's id, the plugin's id in it, and its name. */
export interface PluginPlace {
  readonly pipeline: string;
  readonly id: string;
  readonly plugin: string;
}

export interface InputFigures extends PluginPlace {
  /** Of batches that have reached their end since the start. */
  readonly counts: Readonly<LedgerEntry>;
  /** On their way, acknowledged by nobody yet. */
  readonly recordsInFlight: number;
  /** There are bytes before it that are not acknowledged; undefined: it cannot tell. */
  readonly bytesBehind: number | undefined;
}

export interface OutputFigures extends PluginPlace {
  /** Of deliveries that have ended since the start. */
  readonly counts: Readonly<OutputEntry>;
  /** Deliveries under way, and how long all that ended have taken together, in milliseconds. */
  readonly underWay: number;
  readonly milliseconds: number;
  /** Epoch milliseconds since when there is something to deliver and nothing ends; undefined: there is nothing to deliver. */
  readonly waitingSince: number | undefined;
  /** Events in a queue of its own, where outputs are isolated. */
  readonly held: number;
  readonly sender: SenderFigures | undefined;
  /** What holds its events up now, in words. */
  readonly trouble: string | undefined;
}

export interface QueueFigures {
  readonly pipeline: string;
  readonly events: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly timesFull: number;
  readonly full: boolean;
  readonly lostEvents: number;
}

export interface DeadLetterFigures {
  /** false: they are dropped and counted. */
  readonly enabled: boolean;
  /** Kept since the start, by code. */
  readonly kept: Readonly<Record<string, number>>;
  /** Dropped since the folder was made, by why, then by code. */
  readonly dropped: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly waited: number;
  /** One waits for room now. */
  readonly blocked: boolean;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly policy: string;
}

/** What a program of pipelines counts, as it is now. Whoever asks pays: on the way of events only sums are kept, one addition a batch. */
export interface Figures {
  readonly phase: "starting" | "running" | "stopping";
  readonly pipelines: readonly string[];
  readonly inputs: readonly InputFigures[];
  readonly outputs: readonly OutputFigures[];
  readonly queues: readonly QueueFigures[];
  readonly deadLetters: DeadLetterFigures | undefined;
  readonly batchesInFlight: number;
  readonly workers: { readonly wanted: number; readonly alive: number; readonly died: number };
  /** Events that ran into the time limit since the start, by plugin id. */
  readonly timeLimits: Readonly<Record<string, number>>;
  /** Counts since the data folder was made. */
  readonly ledger: LedgerSnapshot;
}
