import { type Api, type ApiAnswer, asked } from "./api-answer.ts";
import type { Figures } from "./figures.ts";
import { type HealthStatus, healthOf, worstOf } from "./health.ts";
import { METRICS, type Surroundings } from "./metric-table.ts";
import { allEvents, pipelineStats } from "./node-stats.ts";

/** What the endpoint tells of the process besides its figures. */
export interface NodeNames {
  readonly host: string;
  /** Name of what runs. */
  readonly name: string;
  readonly version: string;
  /** Random, of this run. */
  readonly ephemeralId: string;
  readonly batchSize: number;
}

export interface ApiSource {
  readonly names: NodeNames;
  figures(): Figures;
  surroundings(): Surroundings;
}

const PATHS: readonly string[] = [
  "/",
  "/metrics",
  "/_health_report",
  "/_node/stats",
  "/_node/stats/pipelines",
  "/_node/stats/pipelines/<id>",
  "/_node/pipelines",
  "/_node/pipelines/<id>",
];

/** The endpoint of `antler pipeline`. Source of the paths: Logstash's monitoring APIs. */
export function pipelineApi(source: ApiSource): Api {
  return {
    paths: PATHS,
    settings: "--api.http.host, --api.http.port",
    answer: (url, address) => answerTo(url, address, source),
  };
}

async function answerTo(url: URL, address: string, source: ApiSource): Promise<ApiAnswer | undefined> {
  const { path, json } = asked(url);
  const figures = source.figures();
  const around = source.surroundings();
  const findings = healthOf(figures, around.now);
  const status = worstOf(findings);
  const root = rootOf(source.names, address, figures, status);

  if (path === "/metrics") {
    // It takes longer to load than everything else of the endpoint, and not everyone scrapes.
    const { prometheusText } = await import("./prometheus.ts");
    return { status: 200, ...(await prometheusText(METRICS, figures, around)) };
  }
  if (path === "/") return json(root);
  if (path === "/_health_report") {
    const symptom = findings.length === 0 ? "everything flows" : findings.map(({ reason }) => reason).join("; ");
    return json({ ...root, symptom, findings }, status === "red" ? 503 : 200);
  }
  if (path === "/_node/stats") {
    const { cpu, residentBytes, startedAt } = around.process;
    const process = { cpu: { total_in_millis: Math.round(cpu * 1000) }, mem: { resident_in_bytes: residentBytes } };
    const uptime = { uptime_in_millis: Math.round(around.now - startedAt * 1000) };
    return json({
      ...root,
      jvm: uptime,
      process,
      events: allEvents(figures),
      pipelines: pipelineStats(figures),
      queue: { events_count: figures.queues.reduce((sum, { events }) => sum + events, 0) },
    });
  }
  for (const [prefix, all] of [
    ["/_node/stats/pipelines", pipelineStats],
    ["/_node/pipelines", (some: Figures) => pipelineSettings(some, source.names)],
  ] as const) {
    if (path === prefix) return json({ ...root, pipelines: all(figures) });
    if (!path.startsWith(`${prefix}/`)) continue;
    const id = decoded(path.slice(prefix.length + 1));
    const pipelines = all(figures);
    if (id !== undefined && Object.hasOwn(pipelines, id)) return json({ ...root, pipelines: { [id]: pipelines[id] } });
  }
  return undefined;
}

function rootOf(names: NodeNames, address: string, figures: Figures, status: HealthStatus): object {
  return {
    host: names.host,
    version: names.version,
    http_address: address,
    name: names.name,
    ephemeral_id: names.ephemeralId,
    product: "antler",
    status,
    pipeline: { workers: figures.workers.wanted, batch_size: names.batchSize },
  };
}

/** As Logstash's "Node Info API" has them. */
function pipelineSettings(figures: Figures, { batchSize, ephemeralId }: NodeNames): Record<string, object> {
  const settings = {
    ephemeral_id: ephemeralId,
    workers: figures.workers.wanted,
    batch_size: batchSize,
    config_reload_automatic: false,
    dead_letter_queue_enabled: figures.deadLetters?.enabled === true,
  };
  return Object.fromEntries(figures.pipelines.map((id) => [id, settings]));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
