import { BLOCKED_MS, type HealthFinding } from "../../telemetry/health.ts";
import type { ShipperFigures } from "./figures.ts";

/** An input so far behind, in seconds, is worth a word; below half of it, it has caught up. */
export const BEHIND_SECONDS = 60;

/** What is wrong now, the worst first; empty: green. `now` is epoch milliseconds. */
export function shipHealth(figures: ShipperFigures, now: number): HealthFinding[] {
  const { phase, output, spool, disks, inputs, registryFailing } = figures;
  const findings: HealthFinding[] = [];
  const add = (status: HealthFinding["status"], reason: string): void => void findings.push({ status, reason });
  if (phase !== "running") add("yellow", `it is ${phase}`);
  const why = output.trouble === undefined ? "" : `: ${output.trouble}`;
  const waited = output.waitingSince === undefined ? 0 : now - output.waitingSince;
  if (output.waitingSince !== undefined && waited >= BLOCKED_MS.yellow) {
    const since = new Date(output.waitingSince).toISOString();
    // With a spool that has room reading goes on.
    const held = spool !== undefined && spool.events > 0 && spool.bytes < spool.maxBytes;
    const status = waited >= BLOCKED_MS.red && !held ? "red" : "yellow";
    add(status, `output ${output.name} takes nothing since ${since}${why}`);
  } else if (why !== "") add("yellow", `output ${output.name} is held up${why}`);
  if (spool !== undefined && spool.events > 0)
    add("yellow", `${spool.events} events wait in the spool (${spool.bytes} of ${spool.maxBytes} bytes)`);
  for (const { folder, freeBytes, floorBytes, full } of disks)
    if (full)
      add(
        "red",
        `the disk of ${folder} is nearly full (${freeBytes} bytes free, the floor is ${floorBytes}): log files and spool are not written`,
      );
  if (registryFailing)
    add("red", "the registry cannot be written: after a crash, events since then would be sent again");
  for (const { id, bytesBehind, secondsBehind } of inputs)
    if (secondsBehind >= BEHIND_SECONDS)
      add("yellow", `input ${id} is ${Math.round(secondsBehind)} s behind (${bytesBehind} bytes)`);
  return findings.sort((a, b) => Number(b.status === "red") - Number(a.status === "red"));
}
