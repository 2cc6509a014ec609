import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Pipeline } from "../pipeline/run/pipeline.ts";
import type { Api } from "../telemetry/api-answer.ts";
import { pipelineApi } from "../telemetry/api-routes.ts";
import { processFigures } from "./process-figures.ts";
import { version } from "./version.ts";

/** What the endpoint of `antler pipeline` tells. `id`: the name of what runs. */
export function apiSource(pipeline: Pipeline, id: string, batchSize: number): Api {
  const names = { host: hostname(), name: id, version: version(), ephemeralId: randomUUID(), batchSize };
  return pipelineApi({ names, figures: () => pipeline.figures(), surroundings: processFigures });
}
