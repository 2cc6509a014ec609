import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../src/elastic/assets/json.ts";

const PIPELINES = "pipelines";

/** What the tests of the pipelines that come along expect, of all datasets: documents that name their data stream. */
export function expectedDocuments(): JsonObject[] {
  return readdirSync(PIPELINES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("-expected.json"))
    .flatMap((file) => JSON.parse(readFileSync(join(PIPELINES, file), "utf8")) as JsonObject[])
    .filter((document) => document["data_stream"] !== undefined);
}
