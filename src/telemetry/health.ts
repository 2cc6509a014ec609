import type { Figures } from "./figures.ts";

export type HealthStatus = "green" | "yellow" | "red";

/** Something that is not as it should be. */
export interface HealthFinding {
  readonly status: Exclude<HealthStatus, "green">;
  /** In plain words, with since when. */
  readonly reason: string;
}

/** An output that ends no delivery for so long, in milliseconds, is worth a word; for so long, the pipeline is not healthy. */
export const BLOCKED_MS: { readonly yellow: number; readonly red: number } = { yellow: 10_000, red: 60_000 };

/** What is wrong now, the worst first; empty: green. `now` is epoch milliseconds. */
export function healthOf(figures: Figures, now: number): HealthFinding[] {
  const findings: HealthFinding[] = [];
  const add = (status: HealthFinding["status"], reason: string): void => void findings.push({ status, reason });
  if (figures.phase === "starting") add("yellow", "it is starting");
  if (figures.phase === "stopping") add("yellow", "it is stopping");
  for (const { pipeline, id, waitingSince, trouble } of figures.outputs) {
    if (waitingSince === undefined) continue;
    const name = nameOf(figures, pipeline, id);
    const why = trouble === undefined ? "" : `: ${trouble}`;
    const waited = now - waitingSince;
    if (waited >= BLOCKED_MS.yellow)
      add(
        waited >= BLOCKED_MS.red ? "red" : "yellow",
        `output ${name} is blocked since ${new Date(waitingSince).toISOString()}${why}`,
      );
    else if (why !== "") add("yellow", `output ${name} is held up${why}`);
  }
  for (const { pipeline, full, maxBytes } of figures.queues)
    if (full) add("red", `the queue of ${pipeline} is full (${maxBytes} bytes at most): its inputs wait`);
  if (figures.deadLetters?.blocked === true)
    add("red", "dead letters cannot be kept (full, or the disk takes nothing): batches that have some wait");
  const { alive, wanted } = figures.workers;
  if (figures.phase === "running" && alive === 0) add("red", "no worker is alive");
  else if (figures.phase === "running" && alive < wanted) add("yellow", `${alive} of ${wanted} workers are alive`);
  return findings.sort((a, b) => Number(b.status === "red") - Number(a.status === "red"));
}

export function worstOf(findings: readonly HealthFinding[]): HealthStatus {
  return findings[0]?.status ?? "green";
}

/** A plugin's name for people: with its pipeline's where several run together. */
function nameOf({ pipelines }: Figures, pipeline: string, id: string): string {
  return pipelines.length === 1 ? id : `${pipeline}/${id}`;
}
