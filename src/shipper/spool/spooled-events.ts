import { join } from "node:path";
import { realSegmentFileSystem } from "../../segments/filesystem.ts";
import { type LogPlace, readSegments } from "../../segments/log-reader.ts";
import { decodeSpoolRecord } from "./spool-record.ts";

/** Events that wait in a spool, read beside its owner: what lies behind its checkpoint. */
export async function spooledEvents(folder: string): Promise<number> {
  let from: LogPlace = { segment: 0, offset: 0 };
  try {
    const { segment, offset } = JSON.parse(
      (await realSegmentFileSystem.read(join(folder, "checkpoint.json"))).toString("utf8"),
    ) as LogPlace;
    from = { segment, offset };
  } catch (error) {
    // Without a checkpoint nothing has its end.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  let events = 0;
  for await (const { payload } of readSegments(folder, { from }))
    events += decodeSpoolRecord(payload)?.window.count ?? 0;
  return events;
}
