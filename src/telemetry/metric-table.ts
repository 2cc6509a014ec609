import type { SenderFigures } from "../plugin/definitions.ts";
import type { Figures, OutputFigures, PluginPlace, QueueFigures } from "./figures.ts";
import { emptyEntry, imbalance, type LedgerEntry, type OutputEntry } from "./ledger.ts";

/** Labels and value of one time series. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** What surrounds the figures. */
export interface Surroundings {
  readonly version: string;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Seconds, epoch seconds, bytes. */
  readonly process: { readonly cpu: number; readonly startedAt: number; readonly residentBytes: number };
}

/** A metric: one row here (or in the shipper's table), one in docs/metrics.md. */
export interface Metric<F = Figures> {
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels: readonly string[];
  samples(figures: F, around: Surroundings): readonly Sample[];
}

const PLUGIN = ["pipeline", "id", "plugin"];
const place = ({ pipeline, id, plugin }: PluginPlace): Record<string, string> => ({ pipeline, id, plugin });

/** A metric without labels. */
export function one<F>(
  name: string,
  type: Metric["type"],
  help: string,
  value: (f: F, s: Surroundings) => number,
): Metric<F> {
  return { name, type, help, labels: [], samples: (figures, around) => [[{}, value(figures, around)]] };
}

function ofInputs(field: keyof LedgerEntry, name: string, help: string): Metric {
  return {
    name: `antler_input_${name}_total`,
    type: "counter",
    help,
    labels: PLUGIN,
    samples: ({ inputs }) => inputs.map((input) => [place(input), input.counts[field]]),
  };
}

function ofOutputs(
  name: string,
  type: Metric["type"],
  help: string,
  value: (output: OutputFigures, around: Surroundings) => number,
): Metric {
  return {
    name: `antler_output_${name}`,
    type,
    help,
    labels: PLUGIN,
    samples: ({ outputs }, around) => outputs.map((output) => [place(output), value(output, around)]),
  };
}

const delivered = (field: keyof OutputEntry, name: string, help: string): Metric =>
  ofOutputs(`${name}_total`, "counter", help, ({ counts }) => counts[field]);

function ofSenders(name: string, type: Metric["type"], help: string, value: (sender: SenderFigures) => number): Metric {
  return {
    name: `antler_output_${name}`,
    type,
    help,
    labels: PLUGIN,
    samples: ({ outputs }) =>
      outputs.flatMap((output) =>
        output.sender === undefined ? [] : [[place(output), value(output.sender)] as const],
      ),
  };
}

function ofQueues(name: string, type: Metric["type"], help: string, value: (queue: QueueFigures) => number): Metric {
  return {
    name: `antler_queue_${name}`,
    type,
    help,
    labels: ["pipeline"],
    samples: ({ queues }) => queues.map((queue) => [{ pipeline: queue.pipeline }, value(queue)]),
  };
}

const letters = (
  name: string,
  type: Metric["type"],
  help: string,
  value: (letters: NonNullable<Figures["deadLetters"]>) => number,
): Metric => ({
  name: `antler_dead_letters_${name}`,
  type,
  help,
  labels: [],
  samples: ({ deadLetters }) => (deadLetters === undefined ? [] : [[{}, value(deadLetters)]]),
});

export const INFO_METRIC: Metric<unknown> = {
  name: "antler_info",
  type: "gauge",
  help: "1, with the version",
  labels: ["version"],
  samples: (_figures, { version }) => [[{ version }, 1]],
};

/** Of the process, under the names that Prometheus' clients use. */
export const PROCESS_METRICS: readonly Metric<unknown>[] = [
  one("process_cpu_seconds_total", "counter", "CPU time, user and system", (_f, s) => s.process.cpu),
  one("process_resident_memory_bytes", "gauge", "resident memory", (_f, s) => s.process.residentBytes),
  one("process_start_time_seconds", "gauge", "start, in seconds since 1970", (_f, s) => s.process.startedAt),
];

/** Every metric there is, in the order of docs/metrics.md. Names: Prometheus, "Metric and label naming". */
export const METRICS: readonly Metric[] = [
  INFO_METRIC,
  ofInputs("read", "records_read", "records whose batch has reached its end"),
  ofInputs("created", "events_created", "events that codecs and filters made besides"),
  ofInputs(
    "delivered",
    "events_delivered",
    "events that all their outputs have taken, had already, or keep in a queue of their own",
  ),
  ofInputs("filtered", "events_filtered", "events dropped on purpose"),
  ofInputs("absorbed", "events_absorbed", "events taken in by a filter that gives aggregates"),
  ofInputs("unrouted", "events_unrouted", "events that no output's condition took"),
  ofInputs("deadLettered", "events_dead_lettered", "events that became dead letters for at least one output"),
  {
    name: "antler_input_records_in_flight",
    type: "gauge",
    help: "records in the memory between this input (or its queue) and the outputs",
    labels: PLUGIN,
    samples: ({ inputs }) => inputs.map((input) => [place(input), input.recordsInFlight]),
  },
  {
    name: "antler_input_behind_bytes",
    type: "gauge",
    help: "bytes that are there to be read and not acknowledged; only inputs that can tell",
    labels: PLUGIN,
    samples: ({ inputs }) =>
      inputs.flatMap((input) => (input.bytesBehind === undefined ? [] : [[place(input), input.bytesBehind] as const])),
  },
  delivered("delivered", "events_delivered", "events that the destination has taken"),
  delivered("existing", "events_existing", "events that were there already, from an earlier send"),
  delivered("conflicts", "events_conflicting", "409 on an id that the user chose"),
  delivered("failureStore", "events_failure_store", "events that the destination has put into its failure store"),
  delivered("deadLettered", "events_rejected", "events that the destination refused; they are dead letters"),
  ofOutputs("deliveries_under_way", "gauge", "parts of batches handed to the output and not ended", (o) => o.underWay),
  ofOutputs(
    "delivery_seconds_total",
    "counter",
    "how long ended deliveries took, added up; several run at once",
    (o) => o.milliseconds / 1000,
  ),
  ofOutputs(
    "waiting_seconds",
    "gauge",
    "how long it has had something to deliver without a delivery that ended; 0: nothing to deliver",
    ({ waitingSince }, { now }) => (waitingSince === undefined ? 0 : Math.max(0, now - waitingSince) / 1000),
  ),
  ofOutputs("held_events", "gauge", "events in the output's own queue, where outputs are isolated", (o) => o.held),
  ofSenders("requests_total", "counter", "`_bulk` requests that ended, however", (s) => s.requests),
  ofSenders("requests_busy_total", "counter", "answers with 429 or 5xx, or with an item of that kind", (s) => s.busy),
  ofSenders("requests_unanswered_total", "counter", "`_bulk` requests without an answer", (s) => s.unanswered),
  ofSenders("retries_total", "counter", "operations that were sent again", (s) => s.retries),
  ofSenders("requests_in_flight", "gauge", "requests in flight", (s) => s.inFlight),
  ofSenders(
    "requests_in_flight_limit",
    "gauge",
    "requests that may be in flight, as the cluster lets it",
    (s) => s.concurrency,
  ),
  {
    name: "antler_dead_letters_total",
    type: "counter",
    help: "dead letters kept, by code; an event that two outputs refuse is two",
    labels: ["code"],
    samples: ({ deadLetters }) => Object.entries(deadLetters?.kept ?? {}).map(([code, count]) => [{ code }, count]),
  },
  {
    name: "antler_dead_letters_dropped",
    type: "gauge",
    help: "dead letters dropped since the data folder was made, by why and code",
    labels: ["reason", "code"],
    samples: ({ deadLetters }) =>
      Object.entries(deadLetters?.dropped ?? {}).flatMap(([reason, codes]) =>
        Object.entries(codes).map(([code, count]) => [{ reason, code }, count] as const),
      ),
  },
  letters("waited_total", "counter", "dead letters that had to wait for room", ({ waited }) => waited),
  letters("blocked", "gauge", "1 while one waits for room, and its batch with it", ({ blocked }) => Number(blocked)),
  letters("bytes", "gauge", "size on disk", ({ bytes }) => bytes),
  letters("limit_bytes", "gauge", "size on disk at most", ({ maxBytes }) => maxBytes),
  ofQueues("events", "gauge", "events in the queue on disk that are not acknowledged", ({ events }) => events),
  ofQueues("bytes", "gauge", "size of the queue on disk", ({ bytes }) => bytes),
  ofQueues("limit_bytes", "gauge", "size of the queue on disk at most", ({ maxBytes }) => maxBytes),
  ofQueues("full", "gauge", "1 while the queue has no room and its inputs wait", ({ full }) => Number(full)),
  ofQueues("times_full_total", "counter", "how often its inputs had to wait", ({ timesFull }) => timesFull),
  ofQueues("lost_events", "gauge", "events lost to damage on the disk since the queue was made", (q) => q.lostEvents),
  one("antler_batches_in_flight", "gauge", "batches between inputs and acknowledgement", (f) => f.batchesInFlight),
  one("antler_workers", "gauge", "worker threads alive", ({ workers }) => workers.alive),
  one("antler_workers_wanted", "gauge", "worker threads as configured", ({ workers }) => workers.wanted),
  one("antler_worker_deaths_total", "counter", "worker threads that died and were replaced", (f) => f.workers.died),
  {
    name: "antler_time_limit_hits_total",
    type: "counter",
    help: "events that ran into a filter's time limit and were tagged, by the filter's id",
    labels: ["id"],
    samples: ({ timeLimits }) => Object.entries(timeLimits).map(([id, count]) => [{ id }, count]),
  },
  {
    name: "antler_ledger_events",
    type: "gauge",
    help: "the ledger: counts since the data folder was made, by what became of events",
    labels: ["state"],
    samples: ({ ledger }) =>
      (Object.keys(emptyEntry()) as (keyof LedgerEntry)[]).map((key) => [{ state: snake(key) }, ledger.totals[key]]),
  },
  {
    name: "antler_ledger_output_events",
    type: "gauge",
    help: "the ledger's counts of an output since the data folder was made",
    labels: ["output", "state"],
    samples: ({ ledger }) =>
      Object.entries(ledger.outputs).flatMap(([output, entry]) =>
        (Object.keys(entry) as (keyof OutputEntry)[]).map(
          (key) => [{ output, state: snake(key) }, entry[key]] as const,
        ),
      ),
  },
  one("antler_ledger_imbalance", "gauge", "what the ledger misses; anything but 0 is a fault", (f) =>
    imbalance(f.ledger),
  ),
  ...PROCESS_METRICS,
];

/** deadLettered: dead_lettered. */
export function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
