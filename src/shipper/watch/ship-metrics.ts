import { emptyEntry, imbalance, type LedgerEntry } from "../../telemetry/ledger.ts";
import { INFO_METRIC, type Metric, one, PROCESS_METRICS, snake } from "../../telemetry/metric-table.ts";
import type {
  ShipDiskFigures,
  ShipFileFigures,
  ShipInputFigures,
  ShipOutputFigures,
  ShipperFigures,
  ShipSpoolFigures,
} from "./figures.ts";

/** Files that have time series of their own, those that are furthest behind; the others are one sum with this path. */
export const FILE_SERIES = 100;
export const OTHER_FILES = "(others)";

type ShipMetric = Metric<ShipperFigures>;

function ofInputs(
  name: string,
  type: ShipMetric["type"],
  help: string,
  value: (input: ShipInputFigures) => number,
): ShipMetric {
  return {
    name: `antler_ship_input_${name}`,
    type,
    help,
    labels: ["input", "type"],
    samples: ({ inputs }) => inputs.map((input) => [{ input: input.id, type: input.type }, value(input)]),
  };
}

/** `sum`: the others are added up; else the largest of them is shown. */
function ofFiles(name: string, help: string, sum: boolean, value: (file: ShipFileFigures) => number): ShipMetric {
  return {
    name: `antler_ship_file_${name}`,
    type: "gauge",
    help,
    labels: ["input", "path", "file"],
    samples: ({ files }) => {
      const order = byLag(files);
      const own = order
        .slice(0, FILE_SERIES)
        .map(
          (file) =>
            [{ input: file.input, path: file.path, file: `${file.id}.${file.generation}` }, value(file)] as const,
        );
      const others = order.slice(FILE_SERIES).map(value);
      if (others.length === 0) return own;
      const all = others.reduce((total, one) => (sum ? total + one : Math.max(total, one)), 0);
      return [...own, [{ input: "", path: OTHER_FILES, file: "" }, all]];
    },
  };
}

const lastOrders = new WeakMap<readonly ShipFileFigures[], readonly ShipFileFigures[]>();

/** Furthest behind first, then the open ones. */
function byLag(files: readonly ShipFileFigures[]): readonly ShipFileFigures[] {
  let order = lastOrders.get(files);
  if (order === undefined) {
    order = [...files].sort((a, b) => b.bytesBehind - a.bytesBehind || Number(b.open) - Number(a.open));
    lastOrders.set(files, order);
  }
  return order;
}

const ofOutput = (
  name: string,
  type: ShipMetric["type"],
  help: string,
  value: (output: ShipOutputFigures, now: number) => number,
): ShipMetric => ({
  name: `antler_ship_output_${name}`,
  type,
  help,
  labels: ["output"],
  samples: ({ output }, { now }) => [[{ output: output.name }, value(output, now)]],
});

const ofSpool = (name: string, help: string, value: (spool: ShipSpoolFigures) => number): ShipMetric => ({
  name: `antler_ship_spool_${name}`,
  type: "gauge",
  help,
  labels: [],
  samples: ({ spool }) => (spool === undefined ? [] : [[{}, value(spool)]]),
});

const ofDisks = (name: string, help: string, value: (disk: ShipDiskFigures) => number): ShipMetric => ({
  name: `antler_ship_disk_${name}`,
  type: "gauge",
  help,
  labels: ["folder"],
  samples: ({ disks }) => disks.map((disk) => [{ folder: disk.folder }, value(disk)]),
});

/** Every metric of `antler ship`, in the order of docs/metrics.md. */
export const SHIP_METRICS: readonly ShipMetric[] = [
  INFO_METRIC,
  ofInputs("events_read_total", "counter", "events read", ({ read }) => read.events),
  ofInputs("read_bytes_total", "counter", "their bytes in the source, line ends included", ({ read }) => read.bytes),
  ofInputs("events_acknowledged_total", "counter", "events that have their end", (i) => i.acknowledged.events),
  ofInputs("acknowledged_bytes_total", "counter", "their bytes in the source", (i) => i.acknowledged.bytes),
  ofInputs("behind_bytes", "gauge", "bytes in its files that are not acknowledged", (i) => i.bytesBehind),
  ofInputs("behind_seconds", "gauge", "for how long the oldest of them have been known", (i) => i.secondsBehind),
  ofInputs("files", "gauge", "files in the registry", ({ files }) => files),
  ofInputs("files_open", "gauge", "files with an open descriptor", ({ open }) => open),
  ofFiles("size_bytes", "size of the file when it was last looked at", true, ({ size }) => size),
  ofFiles("read_bytes", "offset up to which it is read", true, ({ read }) => read),
  ofFiles("acknowledged_bytes", "offset up to which it is acknowledged", true, ({ acknowledged }) => acknowledged),
  ofFiles("behind_bytes", "bytes that are not acknowledged", true, ({ bytesBehind }) => bytesBehind),
  ofFiles("behind_seconds", "for how long the oldest of them have been known", false, (f) => f.secondsBehind),
  ofFiles("open", "1 while its descriptor is open", true, ({ open }) => Number(open)),
  ofFiles(
    "rotation_loss_bytes",
    "bytes that the next rotation would find unread: lost where the rotated copy is not kept",
    true,
    ({ loss }) => loss?.bytes ?? 0,
  ),
  ofFiles("rotation_seconds", "when that rotation is expected; 0: none is", false, ({ loss }) => loss?.seconds ?? 0),
  {
    name: "antler_ship_files_total",
    type: "counter",
    help: "what file inputs counted: decisions, and errors by reason (docs/delivery.md)",
    labels: ["what"],
    samples: ({ tail }) => Object.entries(tail).map(([what, count]) => [{ what }, count]),
  },
  ofOutput("events_sent_total", "counter", "events handed to the output", ({ sent }) => sent.events),
  ofOutput("sent_bytes_total", "counter", "their bytes as JSON", ({ sent }) => sent.bytes),
  ofOutput("events_delivered_total", "counter", "events that the destination has taken", (o) => o.delivered),
  ofOutput("events_existing_total", "counter", "events that were there already", (o) => o.existing),
  ofOutput("events_rejected_total", "counter", "events refused for good: dead letters", (o) => o.deadLettered),
  ofOutput("windows_total", "counter", "windows of events handed to it", ({ windows }) => windows),
  ofOutput("windows_under_way", "gauge", "windows that have no end yet", ({ windowsUnderWay }) => windowsUnderWay),
  ofOutput("events_under_way", "gauge", "events in them", ({ eventsUnderWay }) => eventsUnderWay),
  ofOutput("up", "gauge", "1 while nothing is known to hold it up", ({ trouble }) => Number(trouble === undefined)),
  ofOutput(
    "waiting_seconds",
    "gauge",
    "how long there has been something under way without a window that ended",
    ({ waitingSince }, now) => (waitingSince === undefined ? 0 : Math.max(0, now - waitingSince) / 1000),
  ),
  ofSpool("events", "events on disk that are not sent", ({ events }) => events),
  ofSpool("bytes", "size of the spool on disk", ({ bytes }) => bytes),
  ofSpool("limit_bytes", "size of the spool at most", ({ maxBytes }) => maxBytes),
  ofDisks("free_bytes", "free space where the shipper writes", ({ freeBytes }) => freeBytes),
  ofDisks("floor_bytes", "below that it stops its own writing", ({ floorBytes }) => floorBytes),
  ofDisks("full", "1 while there is less", ({ full }) => Number(full)),
  one("antler_ship_registry_failing", "gauge", "1 while the registry cannot be written", (f) =>
    Number(f.registryFailing),
  ),
  one("antler_ship_log_lines_lost_total", "counter", "lines of the own log that no file took", (f) => f.logLinesLost),
  {
    name: "antler_ledger_events",
    type: "gauge",
    help: "the ledger: counts since the data folder was made, by what became of events",
    labels: ["state"],
    samples: ({ ledger }) =>
      (Object.keys(emptyEntry()) as (keyof LedgerEntry)[]).map((key) => [{ state: snake(key) }, ledger.totals[key]]),
  },
  one("antler_ledger_imbalance", "gauge", "what the ledger misses; anything but 0 is a fault", (f) =>
    imbalance(f.ledger),
  ),
  ...PROCESS_METRICS,
];
