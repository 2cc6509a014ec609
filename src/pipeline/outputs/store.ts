import {
  type Deliverer,
  defineOutput,
  type EncodedEvents,
  type OutputPlugin,
  type SourceRange,
} from "../../plugin/definitions.ts";
import { bytes, number, path } from "../../plugin/options.ts";
import type { KindBits } from "../../store/column-kinds.ts";
import { FlatWriter } from "../../store/flat-writer.ts";
import { type Rows, StoreWriter } from "../../store/store-writer.ts";

const DAY_MS = 86_400_000;

const options = {
  path: path({ description: "Folder of the store; one process owns it", required: true }),
  retention_bytes: bytes({ description: "Oldest slices are removed beyond this size", default: 10 * 1024 ** 3 }),
  retention_days: number({
    description: "Slices are removed so many days after their last event came in",
    default: 30,
    range: [0.01, 36_500],
  }),
  slice_bytes: bytes({
    description: "A slice is closed (made Parquet) at so many bytes of lines",
    default: 96 * 1024 ** 2,
  }),
  slice_hours: number({ description: "And so many hours after its first event", default: 24, range: [0.0001, 8760] }),
};

export const store: OutputPlugin = defineOutput({
  name: "store",
  summary:
    "Keeps events in a folder on this machine, compressed and searchable with `antler search`; each event once, also after a crash.",
  options,
  antlerOnly: true,
  examples: [
    { title: "A week of logs on a laptop", config: 'store { path => "/var/lib/antler/store" retention_days => 7 }' },
  ],
  defaultCodec: undefined,

  encoder() {
    const writer = new FlatWriter();
    return {
      encode: (event, out) => writer.write(out, event.fields),
      finish: (out) => out.text(JSON.stringify(writer.takeKinds())),
    };
  },

  async deliverer(settings, host): Promise<Deliverer> {
    const writer = await StoreWriter.open({
      folder: settings.path,
      retention: { bytes: settings.retention_bytes, ageMs: settings.retention_days * DAY_MS },
      sliceBytes: settings.slice_bytes,
      sliceAgeMs: settings.slice_hours * 3_600_000,
      log: host.log,
      now: host.now,
    });
    return {
      async deliver(events, signal) {
        const rows = newRows(events, writer);
        if (rows.rows > 0 || rows.ranges.length > 0) await writer.append(rows, signal);
        return {
          delivered: rows.rows,
          existing: events.count - rows.rows,
          conflicts: 0,
          failureStore: 0,
          rejected: [],
        };
      },
      close: () => writer.close(),
    };
  },
});

/** The rows of a delivery without those that the store has from a run before. */
function newRows(events: EncodedEvents, writer: StoreWriter): Rows {
  const { bytes: all, ends, count, trailer, origins } = events;
  const { ranges } = origins;
  const kinds = JSON.parse(trailer.toString()) as KindBits;
  let longest = 0;
  const again = ranges.some((range) => writer.ranges.overlaps(range));
  const kept: Buffer[] = [];
  for (let i = 0, start = 0; i < count; i++) {
    const end = ends[i] as number;
    longest = Math.max(longest, end - start);
    if (again && !writer.ranges.covers(recordOf(origins, i))) kept.push(all.subarray(start, end));
    start = end;
  }
  if (!again) return { lines: all, rows: count, longest, kinds, ranges };
  return { lines: Buffer.concat(kept), rows: kept.length, longest, kinds, ranges };
}

function recordOf(origins: EncodedEvents["origins"], i: number): SourceRange {
  return { source: origins.sourceOf(i), start: origins.startOf(i), end: origins.endOf(i) };
}
