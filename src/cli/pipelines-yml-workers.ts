import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { YmlValue, YmlValues } from "./pipelines-yml-values.ts";

/** `pipeline.ordered`. */
export type Ordered = "auto" | "true" | "false";

/** The pipelines of a process share workers and batches: the largest number that one of them gives. Undefined when none gives any. */
export function largestCount(
  name: string,
  pipelines: readonly YmlValues[],
  found: DiagnosticCollector,
): number | undefined {
  const given = pipelines.flatMap((values): YmlValue | readonly YmlValue[] => values.get(name) ?? []);
  if (given.length === 0) return undefined;
  const largest = Math.max(...given.map(({ value }) => value as number));
  const smaller = given.find(({ value }) => value !== largest);
  if (smaller !== undefined) {
    const order = name === "pipeline.workers" && smaller.value === 1;
    found.warning("CONF010", `all pipelines share one ${name}, and the largest holds: ${largest}`, smaller.span, {
      ...(order
        ? { help: "if this pipeline's events must stay in order: pipeline.ordered: true, for all of them" }
        : {}),
    });
  }
  return largest;
}

/** Order is kept for all pipelines of a process if one asks for it: on one worker. */
export function commonOrder(
  pipelines: readonly YmlValues[],
  workers: number | undefined,
  found: DiagnosticCollector,
): Ordered {
  const given = pipelines.flatMap((values): YmlValue | readonly YmlValue[] => values.get("pipeline.ordered") ?? []);
  const ordered = given.find(({ value }) => value === "true");
  if (ordered !== undefined) {
    if (workers !== undefined && workers > 1)
      found.warning("CONF010", "pipelines whose order is kept run on one worker, all of this process", ordered.span);
    return "true";
  }
  return given.length > 0 && given.every(({ value }) => value === "false") ? "false" : "auto";
}
