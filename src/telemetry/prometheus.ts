import { Counter, Gauge, Registry } from "prom-client";
import type { Metric, Surroundings } from "./metric-table.ts";

/** Content type and text of a scrape. Source: Prometheus, "Exposition formats". */
export async function prometheusText<F>(
  metrics: readonly Metric<F>[],
  figures: F,
  around: Surroundings,
): Promise<{ type: string; text: string }> {
  const registry = new Registry();
  for (const { name, type, help, labels, samples } of metrics) {
    const settings = { name, help, labelNames: [...labels], registers: [registry] };
    if (type === "gauge") {
      const gauge = new Gauge(settings);
      for (const [own, value] of samples(figures, around)) gauge.set(own, value);
    } else {
      const counter = new Counter(settings);
      for (const [own, value] of samples(figures, around)) counter.inc(own, value);
    }
  }
  return { type: registry.contentType, text: await registry.metrics() };
}
