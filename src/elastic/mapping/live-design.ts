import { excerpt } from "../bulk-answer.ts";
import type { ApiConnection, BulkAnswer } from "../bulk-types.ts";
import { isObject } from "./mapping.ts";
import { designOf, type IndexDesign } from "./templates.ts";

/**
 * What the cluster has under a name: the mapping of the index, of a data stream's newest one, or what its templates would make of the name. `"none"`: there is
 * no index and no template. Needs the privileges view_index_metadata on it and, where there is no such index
 * yet, manage_index_templates.
 * @throws Error for an answer that is none of these (no privilege), BulkConnectionError
 */
export async function liveDesign(
  connection: ApiConnection,
  name: string,
  signal: AbortSignal,
): Promise<IndexDesign | "none"> {
  const own = await connection.request("GET", `/${encodeURIComponent(name)}`, undefined, signal);
  if (own.statusCode === 200) {
    const indices = Object.entries(objectIn(own)).filter(([, index]) => isObject(index));
    const [found, index] = newest(indices);
    if (index !== undefined) {
      const isDataStream = typeof index["data_stream"] === "string";
      const origin = isDataStream ? `data stream "${name}" (${found})` : `index "${found}"`;
      return designOf(origin, [index], isDataStream, []);
    }
  } else if (own.statusCode !== 404) throw new Error(`status ${own.statusCode}: ${excerpt(own.body)}`);
  return simulated(connection, name, signal);
}

/** Backing indices have their generation at the end of their names, with zeros in front; those of other names come first. */
function newest(indices: readonly [string, unknown][]): [string, Readonly<Record<string, unknown>> | undefined] {
  const [name = "", index] = [...indices].sort(([a], [b]) => (generation(a) < generation(b) ? -1 : 1)).at(-1) ?? [];
  return [name, isObject(index) ? index : undefined];
}

function generation(name: string): number {
  return Number(/-(\d{6,})$/.exec(name)?.[1] ?? 0);
}

async function simulated(connection: ApiConnection, name: string, signal: AbortSignal): Promise<IndexDesign | "none"> {
  const path = `/_index_template/_simulate_index/${encodeURIComponent(name)}`;
  const answer = await connection.request("POST", path, undefined, signal);
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${excerpt(answer.body)}`);
  // Nothing of the kind where no template is for the name.
  const { template } = objectIn(answer);
  if (!isObject(template)) return "none";
  const mappings = isObject(template["mappings"]) ? template["mappings"] : {};
  return designOf("cluster's templates", [template], mappings["_data_stream_timestamp"] !== undefined, []);
}

function objectIn({ body }: BulkAnswer): Readonly<Record<string, unknown>> {
  const parsed: unknown = JSON.parse(body.toString("utf8"));
  if (!isObject(parsed)) throw new Error("the answer is not Elasticsearch's");
  return parsed;
}
