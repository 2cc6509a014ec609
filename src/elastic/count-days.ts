import { EARLIER } from "../telemetry/destinations.ts";
import { excerpt } from "./bulk-answer.ts";
import type { ApiConnection, BulkAnswer } from "./bulk-types.ts";

/** Documents of a data stream or index by UTC day of their `@timestamp`; those without one are under `EARLIER`. */
export interface DayCounts {
  readonly exists: boolean;
  readonly total: number;
  readonly days: Readonly<Record<string, number>>;
}

const QUERY = JSON.stringify({
  size: 0,
  track_total_hits: true,
  aggs: {
    days: { date_histogram: { field: "@timestamp", calendar_interval: "day", format: "yyyy-MM-dd", min_doc_count: 1 } },
  },
});

/**
 * Asks Elasticsearch, after a refresh, so that what was just indexed counts. @throws Error for an answer that is no count, BulkConnectionError
 */
export async function countDays(connection: ApiConnection, name: string, signal: AbortSignal): Promise<DayCounts> {
  const path = `/${encodeURIComponent(name)}`;
  // Who may not refresh counts what is searchable by now.
  await connection.request("POST", `${path}/_refresh`, undefined, signal);
  const answer = await connection.request("POST", `${path}/_search`, Buffer.from(QUERY), signal);
  if (answer.statusCode === 404) return { exists: false, total: 0, days: {} };
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${excerpt(answer.body)}`);
  return read(answer);
}

function read({ body }: BulkAnswer): DayCounts {
  const { hits, aggregations, _shards } = JSON.parse(body.toString("utf8")) as {
    hits?: { total?: { value?: number } };
    aggregations?: { days?: { buckets?: { key_as_string: string; doc_count: number }[] } };
    _shards?: { failed?: number };
  };
  const total = hits?.total?.value;
  const buckets = aggregations?.days?.buckets;
  if (total === undefined || buckets === undefined) throw new Error("the answer is none to a search");
  if ((_shards?.failed ?? 0) > 0) throw new Error(`${_shards?.failed} shards could not be searched`);
  const days: Record<string, number> = {};
  let dated = 0;
  for (const { key_as_string: day, doc_count: count } of buckets) {
    days[day] = count;
    dated += count;
  }
  if (dated < total) days[EARLIER] = total - dated;
  return { exists: true, total, days };
}
