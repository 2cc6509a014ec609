import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Shipper } from "../../shipper/shipper.ts";
import { shipApi } from "../../shipper/watch/ship-api.ts";
import type { Api } from "../../telemetry/api-answer.ts";
import { processFigures } from "../process-figures.ts";
import { version } from "../version.ts";

/** What the endpoint of `antler ship` tells. `name`: as configured; undefined: the host's. */
export function shipEndpoint(shipper: Shipper, name: string | undefined): Api {
  const host = hostname();
  return shipApi({
    names: { host, name: name ?? host, version: version(), ephemeralId: randomUUID() },
    figures: () => shipper.figures(),
    surroundings: processFigures,
  });
}
