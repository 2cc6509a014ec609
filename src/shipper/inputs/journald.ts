import { atMost } from "../../sources/batch-filler.ts";
import { JournalIntake } from "../../sources/journal-intake.ts";
import { openJournalState } from "../../sources/journal-state.ts";
import type { JournaldInput } from "../config/config.ts";
import { type InputEnvironment, NEVER, type ShipperInputRun } from "./shipper-input.ts";

/** The journal, by journalctl; the cursor is kept, so that nothing is lost or sent under another identity. `command`: the program. */
export async function openJournald(
  input: JournaldInput,
  environment: InputEnvironment,
  command = "journalctl",
): Promise<ShipperInputRun> {
  const { number, sink, ledger, log, folder, now, random, randomBytes } = environment;
  const from = { head: undefined, tail: now(), since: now() - input.sinceMs }[input.seek];
  const state = await openJournalState(folder, ledger, log, () => ({
    id: randomBytes(12),
    // A first start that is not at the beginning stays there, also when it is stopped before the first entry.
    since: from === undefined ? undefined : `@${(from / 1000).toFixed(6)}`,
  }));
  const intake = new JournalIntake({
    command,
    selection: {
      paths: input.paths,
      units: input.units,
      identifiers: input.identifiers,
      transports: input.transports,
      facilities: input.facilities.map(String),
      priority: undefined,
      matches: input.matches,
      merge: false,
    },
    start: { since: state.since },
    state,
    sourceOf: () => ({ input: number, fileId: state.id, generation: 0, unit: "byte", fields: [] }),
    host: { sink, now, random, log },
  });
  intake.start();
  return { ended: NEVER, stop: (timeoutMs) => atMost(timeoutMs, intake.stop()) };
}
