import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Pipeline } from "../pipeline/run/pipeline.ts";
import type { Api } from "../telemetry/api-answer.ts";
import { pipelineApi } from "../telemetry/api-routes.ts";
import { version } from "./version.ts";

/** What the endpoint of `antler pipeline` tells. `id`: the name of what runs. */
export function apiSource(pipeline: Pipeline, id: string, batchSize: number): Api {
  const names = { host: hostname(), name: id, version: version(), ephemeralId: randomUUID(), batchSize };
  const startedAt = (Date.now() - process.uptime() * 1000) / 1000;
  return pipelineApi({
    names,
    figures: () => pipeline.figures(),
    surroundings() {
      const { user, system } = process.cpuUsage();
      const residentBytes = process.memoryUsage.rss();
      return {
        version: names.version,
        now: Date.now(),
        process: { cpu: (user + system) / 1_000_000, startedAt, residentBytes },
      };
    },
  });
}
