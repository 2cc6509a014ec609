import type { RecordSink } from "../../event/record-batch.ts";
import type { LedgerPart } from "../../plugin/definitions.ts";
import type { Logger } from "../../telemetry/logger.ts";

/** What reads for the shipper besides files: the journal, syslog, standard input, the host's figures. It puts records into the sink. */
export interface ShipperInputRun {
  /** Stops reading; what was read is handed on, and its acknowledgement awaited up to `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  /** Resolves when there is nothing more to come, and all is acknowledged; never where that never is. */
  readonly ended: Promise<void>;
}

/** What an input needs from outside. */
export interface InputEnvironment {
  /** The input's place in the configuration, for `Source.input`. */
  readonly number: number;
  readonly sink: RecordSink;
  readonly ledger: LedgerPart;
  readonly log: Logger;
  /** The input's own, in the shipper's data folder. */
  readonly folder: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** Random bytes, for ids. */
  readonly randomBytes: (bytes: number) => Uint8Array;
  readonly stdin: NodeJS.ReadableStream;
}

/** Never: for inputs that go on until they are stopped. */
export const NEVER: Promise<void> = new Promise(() => undefined);
