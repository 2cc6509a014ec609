import { join } from "node:path";
import type { RecordSink } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import {
  CheckpointFile,
  type CheckpointFileSystem,
  realCheckpointFileSystem,
} from "../../telemetry/checkpoint-file.ts";
import { InOrder } from "../../telemetry/in-order.ts";
import { Ledger, type LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { Dispatcher } from "./dispatcher.ts";

/**
 * The sink of an input that keeps no checkpoint of its own: the ledger is written before the sender hears that its events
 * have reached their end, so a crash cannot take an entry back that somebody relies on.
 */
export async function checkpointedSink(
  dispatcher: Dispatcher,
  folder: string,
  log: Logger,
  files: CheckpointFileSystem = realCheckpointFileSystem,
): Promise<{ sink: RecordSink; ledger: Ledger }> {
  await files.makeFolder(folder);
  const path = join(folder, "ledger.json");
  const complain = (reason: string): void => log.warn(reason);
  const ledger = new Ledger((await CheckpointFile.load(path, complain, files)) as LedgerSnapshot | undefined);
  const file = new CheckpointFile(path, () => ledger.snapshot(), complain, files);
  const sink: RecordSink = {
    acquire: (bytes) => dispatcher.acquire(bytes),
    release: (batch) => dispatcher.release(batch),
    submit: (batch, acknowledged) => {
      dispatcher.submit(batch, (counts) => {
        ledger.add(counts);
        file
          .write()
          .then(acknowledged, (error: unknown) =>
            log.error("the ledger could not be written", { reason: String(error) }),
          );
      });
    },
  };
  return { sink, ledger };
}

/** The sink of an input that stores the ledger together with its own positions, which move in the order of its batches; so does the ledger. */
export function plainSink(dispatcher: Dispatcher, ledger: Ledger): RecordSink {
  const order = new InOrder();
  return {
    acquire: (bytes) => dispatcher.acquire(bytes),
    release: (batch) => dispatcher.release(batch),
    submit: (batch, acknowledged) => {
      const end = order.begin();
      dispatcher.submit(batch, (counts) =>
        end(() => {
          ledger.add(counts);
          acknowledged();
        }),
      );
    },
  };
}
