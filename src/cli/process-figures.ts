import type { Surroundings } from "../telemetry/metric-table.ts";
import { version } from "./version.ts";

/** What this process uses, as the metrics show it. */
export function processFigures(): Surroundings {
  const { user, system } = process.cpuUsage();
  const now = Date.now();
  return {
    version: version(),
    now,
    process: {
      cpu: (user + system) / 1_000_000,
      startedAt: (now - process.uptime() * 1000) / 1000,
      residentBytes: process.memoryUsage.rss(),
    },
  };
}
