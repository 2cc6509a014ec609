import { Event } from "../../event/event.ts";
import { isTree } from "../../event/value.ts";
import { atMost } from "../../sources/batch-filler.ts";
import { adoptJournalEntry } from "../../sources/journal-fields.ts";
import { JournalIntake } from "../../sources/journal-intake.ts";
import { openJournalState } from "../../sources/journal-state.ts";
import type { JournaldInput } from "../config/config.ts";
import { mergeFields } from "../events/fields.ts";
import type { EventDecoder } from "../events/parsers/parser.ts";
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

/** A journal entry as journalctl prints it, in ECS. */
export const decodeJournalEntry: EventDecoder = (text, event) => {
  let entry: unknown;
  try {
    entry = JSON.parse(text);
  } catch {
    entry = undefined;
  }
  if (!isTree(entry)) {
    event.fields["message"] = text;
    event.fields["tags"] = [...((event.fields["tags"] as string[] | undefined) ?? []), "_jsonparsefailure"];
    return true;
  }
  const made = new Event(0, {});
  const message = adoptJournalEntry(entry, made);
  if (made.timestamp !== undefined) event.timestamp = made.timestamp.toString();
  const { "@timestamp": _time, ...fields } = made.toObject();
  mergeFields(event.fields, fields, true);
  if (message !== undefined) event.fields["message"] = message;
  return true;
};
