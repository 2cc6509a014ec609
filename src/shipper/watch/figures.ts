import type { TailCounter } from "../../tail/environment.ts";
import type { LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { RotationLoss } from "./rotation-loss.ts";

/** Events, and their bytes in the source. */
export interface Amount {
  readonly events: number;
  readonly bytes: number;
}

/** Counts of an input since the start. */
export interface ShipInputFigures {
  readonly id: string;
  /** `filestream`, `journald`, … */
  readonly type: string;
  /** Read and on their way, or further. */
  readonly read: Amount;
  readonly acknowledged: Amount;
  /** Files that the registry knows, and those with an open descriptor; 0 for what reads no files. */
  readonly files: number;
  readonly open: number;
  /** Bytes in its files that are not acknowledged, and for how long the oldest of them have been known; 0 for what reads no files. */
  readonly bytesBehind: number;
  readonly secondsBehind: number;
}

/** A file as it is now. Offsets and sizes in bytes. */
export interface ShipFileFigures {
  readonly input: string;
  readonly path: string;
  readonly id: string;
  readonly generation: number;
  readonly size: number;
  readonly read: number;
  readonly acknowledged: number;
  readonly open: boolean;
  /** Its content is no longer in its place: rotated, truncated, removed. */
  readonly past: boolean;
  readonly bytesBehind: number;
  readonly secondsBehind: number;
  /** What the next rotation would take along unread; undefined: nothing is unread, or it has not been seen to rotate. */
  readonly loss: RotationLoss | undefined;
}

/** What an output has taken since the start: windows of events. */
export interface ShipOutputFigures {
  readonly name: string;
  /** Events and bytes of JSON handed to it. */
  readonly sent: Amount;
  readonly windows: number;
  readonly windowsUnderWay: number;
  readonly eventsUnderWay: number;
  readonly delivered: number;
  readonly existing: number;
  readonly deadLettered: number;
  /** Epoch milliseconds since when something is under way and nothing ends; undefined: nothing is under way. */
  readonly waitingSince: number | undefined;
  readonly trouble: string | undefined;
}

export interface ShipSpoolFigures {
  readonly events: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

export interface ShipDiskFigures {
  readonly folder: string;
  readonly freeBytes: number;
  /** Below that the shipper stops its own writing. */
  readonly floorBytes: number;
  readonly full: boolean;
}

/** What the shipper counts, as it is now. */
export interface ShipperFigures {
  readonly phase: "starting" | "running" | "stopping";
  readonly inputs: readonly ShipInputFigures[];
  readonly files: readonly ShipFileFigures[];
  readonly output: ShipOutputFigures;
  readonly spool: ShipSpoolFigures | undefined;
  readonly disks: readonly ShipDiskFigures[];
  /** Decisions and troubles of the file inputs since the start, by name (docs/delivery.md). */
  readonly tail: Readonly<Partial<Record<TailCounter, number>>>;
  /** The registry could not be written at the last try. */
  readonly registryFailing: boolean;
  /** Lines of the own log that no file took. */
  readonly logLinesLost: number;
  /** Counts since the data folder was made. */
  readonly ledger: LedgerSnapshot;
}
