import { atMost, BatchFiller } from "../../../sources/batch-filler.ts";
import type { SystemInput } from "../../config/config.ts";
import { countedSink } from "../counted-sink.ts";
import { type InputEnvironment, NEVER, type ShipperInputRun } from "../shipper-input.ts";
import type { Metric } from "./metric.ts";
import { METRICSETS } from "./metricsets.ts";

/** Figures of this host, each `period`, as Metricbeat's system module names them, for data streams `metrics-system.*`. */
export async function openSystem(input: SystemInput, environment: InputEnvironment): Promise<ShipperInputRun> {
  const { number, log, now, randomBytes } = environment;
  const sink = await countedSink(environment);
  const filler = new BatchFiller(sink, now);
  const source = { input: number, fileId: randomBytes(12), generation: 0, fields: [] };
  const sets = input.metricsets.map((name) => ({ name, measure: METRICSETS[name]?.({ top: input.topProcesses }) }));
  const failing = new Set<string>();
  let offset = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function measureAll(): Promise<void> {
    for (const { name, measure } of sets) {
      if (measure === undefined || stopping) continue;
      const began = now();
      let metrics: readonly Metric[] = [];
      try {
        metrics = await measure();
        failing.delete(name);
      } catch (error) {
        if (!failing.has(name))
          log.warn(`the metricset ${name} cannot be measured`, { reason: (error as Error).message });
        failing.add(name);
      }
      for (const metric of metrics) {
        const record = Buffer.from(JSON.stringify(withNames(metric, name, input.periodMs, (now() - began) * 1e6)));
        await filler.add(source, record, 0, record.length, offset++, 0);
      }
    }
  }

  function next(): void {
    if (stopping) return;
    const began = performance.now();
    running = measureAll()
      .catch((error: unknown) => log.error("the host's figures could not be handed on", { reason: String(error) }))
      .then(() => {
        if (!stopping) timer = setTimeout(next, Math.max(0, input.periodMs - (performance.now() - began)));
      });
  }
  next();
  return {
    ended: NEVER,
    async stop(timeoutMs) {
      stopping = true;
      clearTimeout(timer);
      await atMost(
        timeoutMs,
        running.then(() => filler.drain()).then(() => sink.settled()),
      );
    },
  };
}

function withNames(metric: Metric, set: string, periodMs: number, nanoseconds: number): object {
  const dataset = `system.${set}`;
  return {
    ...metric,
    event: { module: "system", dataset, duration: Math.round(nanoseconds) },
    metricset: { name: set, period: periodMs },
    service: { type: "system" },
    data_stream: { type: "metrics", dataset, namespace: "default" },
  };
}
