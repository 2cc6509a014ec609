import { atMost, BatchFiller } from "../../../sources/batch-filler.ts";
import type { SystemInput } from "../../config/config.ts";
import { countedSink } from "../counted-sink.ts";
import { type InputEnvironment, NEVER, type ShipperInputRun } from "../shipper-input.ts";
import type { Metric } from "./metric.ts";
import { METRICSETS, type Metricsets } from "./metricsets.ts";

/** Figures of this host, each `period`, as Metricbeat's system module names them, for data streams `metrics-system.*`. */
export async function openSystem(
  input: SystemInput,
  environment: InputEnvironment,
  known: Metricsets = METRICSETS,
): Promise<ShipperInputRun> {
  const { number, log, now, randomBytes } = environment;
  const sink = await countedSink(environment);
  const filler = new BatchFiller(sink, now);
  const source = { input: number, fileId: randomBytes(12), generation: 0, fields: [] };
  const sets = input.metricsets.map((name) => ({ name, measure: known[name]?.({ top: input.topProcesses }) }));
  const failing = new Set<string>();
  /** Measurements that have not come back: of a filesystem, say, whose server has gone. */
  const hanging = new Set<string>();
  let offset = 0;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function measureAll(): Promise<void> {
    for (const { name, measure } of sets) {
      if (measure === undefined || stopping || hanging.has(name)) continue;
      const began = now();
      let metrics: readonly Metric[] = [];
      try {
        hanging.add(name);
        const work = measure().finally(() => hanging.delete(name));
        await atMost(
          input.periodMs,
          work.then((found) => {
            metrics = found;
          }),
        );
        if (hanging.has(name))
          log.warn(`the metricset ${name} takes longer than its period; it is left out until that has come back`);
        else failing.delete(name);
      } catch (error) {
        if (!failing.has(name))
          log.warn(`the metricset ${name} cannot be measured`, { reason: (error as Error).message });
        failing.add(name);
      }
      const nanoseconds = (now() - began) * 1e6;
      for (const metric of metrics) {
        const record = Buffer.from(JSON.stringify(withNames(metric, name, input.periodMs, nanoseconds)));
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
