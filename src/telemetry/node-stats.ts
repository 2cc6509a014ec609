import type { Figures } from "./figures.ts";
import { emptyEntry, type LedgerEntry } from "./ledger.ts";

/**
 * The figures in the shape of Logstash's API, where they mean the same. A pipeline that only gets events from other pipelines has no counts of
 * its own for what came in. Source: Logstash, "Node Stats API".
 */
export function pipelineStats(figures: Figures): Record<string, object> {
  return Object.fromEntries(figures.pipelines.map((id) => [id, statsOf(figures, id)]));
}

function statsOf(figures: Figures, pipeline: string): object {
  const inputs = figures.inputs.filter((input) => input.pipeline === pipeline);
  const outputs = figures.outputs.filter((output) => output.pipeline === pipeline);
  return {
    events: eventCounts(inputs.map(({ counts }) => counts)),
    plugins: {
      inputs: inputs.map(({ id, plugin, counts }) => ({ id, name: plugin, events: { out: counts.read } })),
      codecs: [],
      filters: [],
      outputs: outputs.map(({ id, plugin, counts, milliseconds, sender }) => {
        const taken = counts.delivered + counts.existing;
        const refused = counts.deadLettered + counts.conflicts + counts.failureStore;
        return {
          id,
          name: plugin,
          events: { in: taken + refused, out: taken + refused, duration_in_millis: Math.round(milliseconds) },
          documents: { successes: taken, non_retryable_failures: refused },
          ...(sender === undefined
            ? {}
            : {
                bulk_requests: {
                  successes: sender.requests - sender.busy - sender.unanswered,
                  failures: sender.busy + sender.unanswered,
                },
              }),
        };
      }),
    },
    reloads: {
      successes: 0,
      failures: 0,
      last_error: null,
      last_success_timestamp: null,
      last_failure_timestamp: null,
    },
    queue: queueStats(figures, pipeline),
    dead_letter_queue: deadLetterStats(figures),
  };
}

/** Events of all pipelines together. */
export function allEvents(figures: Figures): object {
  return eventCounts(figures.inputs.map(({ counts }) => counts));
}

/** `in`: read; `filtered`: left the filters; `out`: left the outputs. In `filtered` and not in `out`: dead letters. */
function eventCounts(all: readonly Readonly<LedgerEntry>[]): object {
  const sum = emptyEntry();
  for (const counts of all) for (const key of Object.keys(sum) as (keyof LedgerEntry)[]) sum[key] += counts[key];
  return {
    in: sum.read,
    filtered: sum.read + sum.created - sum.filtered - sum.absorbed,
    out: sum.delivered + sum.unrouted,
  };
}

function queueStats({ queues, inputs }: Figures, pipeline: string): object {
  const queue = queues.find((one) => one.pipeline === pipeline);
  if (queue === undefined) {
    const own = inputs.filter((input) => input.pipeline === pipeline);
    return { type: "memory", events_count: own.reduce((sum, input) => sum + input.recordsInFlight, 0) };
  }
  const { events, bytes, maxBytes } = queue;
  return {
    type: "persisted",
    events,
    events_count: events,
    queue_size_in_bytes: bytes,
    max_queue_size_in_bytes: maxBytes,
    capacity: { queue_size_in_bytes: bytes, max_queue_size_in_bytes: maxBytes },
  };
}

/** One store serves all pipelines of the process, so each shows the same. */
function deadLetterStats({ deadLetters }: Figures): object {
  if (deadLetters === undefined) return {};
  const { bytes, maxBytes, policy, dropped } = deadLetters;
  const droppedEvents = (reasons: readonly string[]): number =>
    reasons.flatMap((reason) => Object.values(dropped[reason] ?? {})).reduce((sum, count) => sum + count, 0);
  return {
    queue_size_in_bytes: bytes,
    max_queue_size_in_bytes: maxBytes,
    storage_policy: policy,
    dropped_events: droppedEvents(Object.keys(dropped).filter((reason) => reason !== "expired")),
    expired_events: droppedEvents(["expired"]),
  };
}
