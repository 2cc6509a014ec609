import { join } from "node:path";
import { FILE_ID_BYTES } from "../event/identity.ts";
import type { LedgerPart, Logger } from "../plugin/definitions.ts";
import { CheckpointFile, type CheckpointFileSystem, realCheckpointFileSystem } from "../telemetry/checkpoint-file.ts";
import { type JournalPositionSnapshot, readPosition } from "./journal-position.ts";

/** What an input keeps between runs: `journal.json` in its folder. */
export interface JournalState {
  /** Random, for the entries' identities. */
  readonly id: Uint8Array;
  /** Where a first start began that was to begin at the end; used until there is a cursor. */
  readonly since: string | undefined;
  /** The position behind the last entry that has reached its end. */
  readonly position: JournalPositionSnapshot | undefined;
  /** Stores a position, and the ledger with it, soon and in one write. */
  reached(position: JournalPositionSnapshot): void;
  /** Resolves when all positions told are on disk. */
  settled(): Promise<void>;
}

/**
 * Reads the state or begins one; `fresh` gives the id and start of a new one, which are on disk when this resolves: entries never leave with
 * an id that a crash could take back.
 */
export async function openJournalState(
  folder: string,
  ledger: LedgerPart,
  log: Logger,
  fresh: () => { readonly id: Uint8Array; readonly since: string | undefined },
  files: CheckpointFileSystem = realCheckpointFileSystem,
): Promise<JournalState> {
  await files.makeFolder(folder);
  const path = join(folder, "journal.json");
  const complain = (reason: string): void => log.warn(reason);
  const stored = (await CheckpointFile.load(path, complain, files)) as Record<string, unknown> | undefined;
  const storedId = typeof stored?.["id"] === "string" ? Buffer.from(stored["id"], "hex") : undefined;
  const known = storedId?.length === FILE_ID_BYTES;
  if (stored !== undefined && !known) complain(`${path} holds no position and is begun again`);
  const begun = known
    ? { id: new Uint8Array(storedId), since: typeof stored?.["since"] === "string" ? stored["since"] : undefined }
    : fresh();
  let position = known ? readPosition(stored?.["position"]) : undefined;
  const first = position;
  if (known) ledger.restore(stored?.["ledger"]);
  const file = new CheckpointFile(
    path,
    () => ({
      version: 1,
      id: Buffer.from(begun.id).toString("hex"),
      ...(begun.since === undefined ? {} : { since: begun.since }),
      ...(position === undefined ? {} : { position }),
      ledger: ledger.snapshot(),
    }),
    complain,
    files,
  );
  let last: Promise<void> = Promise.resolve();
  if (!known) await file.write();
  return {
    id: begun.id,
    since: begun.since,
    position: first,
    reached(to) {
      position = to;
      last = file.write();
      last.catch((error: unknown) =>
        log.error("the journal's position could not be written", { reason: String(error) }),
      );
    },
    settled: () => last.catch(() => undefined),
  };
}
