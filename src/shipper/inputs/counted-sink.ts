import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { RecordSink } from "../../event/record-batch.ts";
import { CheckpointFile } from "../../telemetry/checkpoint-file.ts";
import type { LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { InputEnvironment } from "./shipper-input.ts";

/** Name of the file with an input's ledger, where no position lies with it. */
export const INPUT_LEDGER = "ledger.json";

export interface CountedSink extends RecordSink {
  /** Resolves when the ledger of all that was acknowledged is on disk. */
  settled(): Promise<void>;
}

/** The sink of an input that keeps no position: its ledger is stored with each acknowledgement, acknowledgements that come meanwhile share a write. */
export async function countedSink({ sink, ledger, folder, log }: InputEnvironment): Promise<CountedSink> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, INPUT_LEDGER);
  const complain = (reason: string): void => log.warn(reason);
  const stored = (await CheckpointFile.load(path, complain)) as LedgerSnapshot | undefined;
  ledger.restore(stored);
  const file = new CheckpointFile(path, () => ledger.snapshot(), complain);
  let last: Promise<void> = Promise.resolve();
  return {
    acquire: (bytes, records) => sink.acquire(bytes, records),
    release: (batch) => sink.release(batch),
    submit: (batch, acknowledged) =>
      sink.submit(batch, () => {
        last = file.write().catch((error: unknown) => complain(`${path} could not be written: ${String(error)}`));
        acknowledged();
      }),
    settled: () => last,
  };
}
