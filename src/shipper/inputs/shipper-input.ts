/** What reads for the shipper: files, the journal, syslog, standard input, the host's figures. It puts records into the shipper's sink. */
export interface ShipperInputRun {
  start(): Promise<void>;
  /** Stops reading; what was read is handed on, and its acknowledgement awaited up to `timeoutMs`. */
  stop(timeoutMs: number): Promise<void>;
  /** Resolves when everything that was there at the call has been read and acknowledged. For `--once`. Rejects where that never ends (syslog). */
  drained(): Promise<void>;
}
