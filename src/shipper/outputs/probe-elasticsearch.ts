import type { ApiConnection, BulkAnswer } from "../../elastic/bulk-types.ts";
import { ProbeFailure, type Say } from "./probe-step.ts";

interface Root {
  readonly cluster_name?: string;
  readonly version?: { readonly number?: string };
}

/** Asks for version, licence and, without writing anything, for the privileges on `index`. @throws ProbeFailure */
export async function probeElasticsearch(
  connection: ApiConnection,
  index: string,
  timeoutMs: number,
  say: Say,
): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs);
  const root = await ask(connection, "GET", "/", undefined, signal);
  if (root.statusCode === 401)
    throw new ProbeFailure(
      "version",
      "status 401: user and password, or the API key, are wrong or expired",
      "look at username, password, api_key",
    );
  // Who may write need not be allowed to look at the cluster.
  if (root.statusCode === 403)
    say("version", "not shown: the privilege monitor is missing, which writing does not need");
  else if (root.statusCode !== 200)
    throw new ProbeFailure("version", `status ${root.statusCode}`, "a proxy before the cluster may answer; look there");
  else {
    const { cluster_name, version } = json<Root>(root);
    say("version", `Elasticsearch ${version?.number ?? "?"}, cluster ${cluster_name ?? "?"}`);
  }
  const licence = await ask(connection, "GET", "/_license", undefined, signal);
  if (licence.statusCode === 200) {
    const { type, status } = json<{ license?: { type?: string; status?: string } }>(licence).license ?? {};
    if (status !== "active")
      throw new ProbeFailure("licence", `${type}, ${status}`, "renew the licence, or start the basic one");
    say("licence", `${type}, ${status}`);
  }
  const privileges = ["create_doc", "auto_configure"];
  const body = Buffer.from(JSON.stringify({ index: [{ names: [index], privileges }] }));
  const asked = await ask(connection, "POST", "/_security/user/_has_privileges", body, signal);
  if (asked.statusCode !== 200) {
    say("privileges", "not asked for: the cluster has no security, or does not say");
    return;
  }
  const has = json<{ index?: Record<string, Record<string, boolean>> }>(asked).index?.[index] ?? {};
  const missing = privileges.filter((name) => has[name] !== true);
  if (missing.length > 0)
    throw new ProbeFailure(
      "privileges",
      `missing on ${index}: ${missing.join(", ")}`,
      "give them to the user's role or the API key",
    );
  say("privileges", `${privileges.join(", ")} on ${index}`);
}

async function ask(
  connection: ApiConnection,
  method: "GET" | "POST",
  path: string,
  body: Buffer | undefined,
  signal: AbortSignal,
): Promise<BulkAnswer> {
  try {
    return await connection.request(method, path, body, signal);
  } catch (error) {
    throw new ProbeFailure("version", (error as Error).message);
  }
}

function json<T>({ body }: BulkAnswer): T {
  try {
    return JSON.parse(body.toString("utf8")) as T;
  } catch {
    throw new ProbeFailure("version", "the answer is no JSON", "a proxy before the cluster may answer; look there");
  }
}
