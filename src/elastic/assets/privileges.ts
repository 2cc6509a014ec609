import { type ElasticApi, ElasticApiError } from "./elastic-api.ts";
import { type JsonObject, objectAt } from "./json.ts";

/** What setup needs, by what it makes. Source: Elasticsearch, "Security privileges". */
export function neededPrivileges(ilm: boolean): { readonly cluster: readonly string[] } {
  return { cluster: ["manage_index_templates", ...(ilm ? ["manage_ilm"] : [])] };
}

/** Body of `POST /_security/api_key` for a key that can run setup: what it needs, and the two that only make its report fuller. */
export function apiKeyBody(ilm: boolean, patterns: readonly string[]): JsonObject {
  return {
    name: "antler-setup",
    expiration: "1d",
    role_descriptors: {
      "antler-setup": {
        cluster: ["monitor", ...neededPrivileges(ilm).cluster],
        indices: [{ names: patterns, privileges: ["view_index_metadata"] }],
      },
    },
  };
}

/**
 * Which of the privileges are missing; undefined where it cannot be asked, such as without security. A wrong password or key is an
 * ElasticApiError of status 401.
 */
export async function missingPrivileges(api: ElasticApi, ilm: boolean): Promise<string[] | undefined> {
  const { cluster } = neededPrivileges(ilm);
  let answer: JsonObject;
  try {
    answer = await api.call("POST", "/_security/user/_has_privileges", { cluster });
  } catch (error) {
    if (error instanceof ElasticApiError && error.status !== 401) return undefined;
    throw error;
  }
  const has = objectAt(answer, "cluster");
  return cluster.filter((name) => has[name] === false);
}
