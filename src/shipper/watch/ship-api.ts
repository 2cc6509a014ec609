import { type Api, asked } from "../../telemetry/api-answer.ts";
import { worstOf } from "../../telemetry/health.ts";
import type { Surroundings } from "../../telemetry/metric-table.ts";
import { type BeatNames, beatStats, inputStats } from "./beat-stats.ts";
import type { ShipperFigures } from "./figures.ts";
import { shipHealth } from "./ship-health.ts";

export interface ShipApiSource {
  readonly names: BeatNames;
  figures(): ShipperFigures;
  surroundings(): Surroundings;
}

/** The endpoint of `antler ship`. `/`, `/stats` and `/inputs/` are as of Filebeat's HTTP endpoint. */
export function shipApi(source: ShipApiSource): Api {
  const { names } = source;
  return {
    paths: ["/", "/metrics", "/stats", "/inputs/", "/_health_report"],
    settings: "http.host, http.port",
    async answer(url, address) {
      const { path, json } = asked(url);
      const figures = source.figures();
      const around = source.surroundings();
      const findings = shipHealth(figures, around.now);
      const status = worstOf(findings);
      const root = {
        beat: "filebeat",
        product: "antler",
        hostname: names.host,
        name: names.name,
        version: names.version,
        ephemeral_id: names.ephemeralId,
        http_address: address,
        status,
      };
      switch (path) {
        case "/":
          return json(root);
        case "/stats":
          return json(beatStats(figures, names, around));
        case "/inputs":
          return json(inputStats(figures));
        case "/_health_report": {
          const symptom = findings.length === 0 ? "everything flows" : findings.map(({ reason }) => reason).join("; ");
          return json({ ...root, symptom, findings }, status === "red" ? 503 : 200);
        }
        case "/metrics": {
          // They take longer to load than everything else of the endpoint, and not everyone scrapes.
          const [{ prometheusText }, { SHIP_METRICS }] = await Promise.all([
            import("../../telemetry/prometheus.ts"),
            import("./ship-metrics.ts"),
          ]);
          return { status: 200, ...(await prometheusText(SHIP_METRICS, figures, around)) };
        }
        default:
          return undefined;
      }
    },
  };
}
