import type { Abilities } from "../../../src/elastic/assets/abilities.ts";
import { ElasticApi } from "../../../src/elastic/assets/elastic-api.ts";
import type { Json, JsonObject } from "../../../src/elastic/assets/json.ts";
import { objectAt } from "../../../src/elastic/assets/json.ts";
import type { ApiConnection, ApiMethod, BulkAnswer } from "../../../src/elastic/bulk-types.ts";

/** A part of a template that a server may refuse, by what says that it is there. */
const ASKED: Readonly<Record<string, string>> = {
  logsdb: '"index.mode":"logsdb"',
  fieldsBeyondLimit: "ignore_dynamic_beyond_limit",
  failureStore: "failure_store",
  optionalComponents: "ignore_missing_component_templates",
  streamLifecycle: "data_retention",
  ilm: "index.lifecycle.name",
};

/** Templates and policies as an ordinary Elasticsearch keeps them, in memory, with rights that can be taken away. */
export class OrdinaryServer {
  readonly bodies: Map<string, JsonObject> = new Map();
  /** Requests that changed something. */
  readonly writes: string[] = [];
  /** Paths that begin so are forbidden. */
  readonly forbidden: string[] = [];
  /** The n-th write and all after it are answered with 500. */
  failsAtWrite: number = Number.POSITIVE_INFINITY;
  readonly #lacks: readonly (keyof Abilities)[];

  constructor(lacks: readonly (keyof Abilities)[] = []) {
    this.#lacks = lacks;
  }

  get api(): ElasticApi {
    const connection: Pick<ApiConnection, "request"> = {
      request: async (method, path, body) => this.#answer(method, path, body),
    };
    return new ElasticApi(connection as ApiConnection, new AbortController().signal);
  }

  #answer(method: ApiMethod, path: string, bytes: Buffer | undefined): BulkAnswer {
    const { pathname, searchParams } = new URL(path, "http://server");
    const body = bytes === undefined ? {} : (JSON.parse(bytes.toString()) as JsonObject);
    if (this.forbidden.some((start) => pathname.startsWith(start)))
      return answer(403, { error: { type: "security_exception", reason: `action is unauthorized for ${pathname}` } });
    if (pathname === "/") return answer(200, { version: { number: "9.2.0", build_flavor: "default" } });
    if (pathname.endsWith("/_simulate")) return this.#simulate(JSON.stringify(body));
    if (pathname === "/_security/user/_has_privileges") return answer(200, { cluster: {} });
    if (pathname === "/_index_template") return answer(200, { index_templates: this.#list("index_template") });
    if (method === "PUT") return this.#put(pathname, body, searchParams.get("create") === "true");
    return this.#get(pathname);
  }

  #simulate(text: string): BulkAnswer {
    const refused = this.#lacks.some((ability) => text.includes(ASKED[ability] ?? "nothing"));
    return refused
      ? answer(400, { error: { type: "illegal_argument_exception", reason: "unknown" } })
      : answer(200, {});
  }

  #put(path: string, body: JsonObject, create: boolean): BulkAnswer {
    if (create && this.bodies.has(path))
      return answer(400, { error: { type: "illegal_argument_exception", reason: "already exists" } });
    if (this.writes.length + 1 >= this.failsAtWrite)
      return answer(500, { error: { type: "io_exception", reason: "no space left" } });
    this.writes.push(path);
    this.bodies.set(path, kept(body));
    return answer(200, { acknowledged: true });
  }

  #get(path: string): BulkAnswer {
    const body = this.bodies.get(path);
    const [, kind = "", policy] = path.split("/");
    if (body === undefined) return answer(404, { error: { type: "resource_not_found_exception", reason: path } });
    if (kind === "_ilm")
      return answer(200, { [path.split("/")[3] ?? ""]: { version: 1, policy: objectAt(body, "policy") } });
    const name = decodeURIComponent(policy ?? "");
    // As servers from 9.2 on have them.
    const made = { ...body, created_date: 1, modified_date: 2 };
    return answer(200, { [`${kind.slice(1)}s`]: [{ name, [kind.slice(1)]: made }] });
  }

  #list(kind: string): Json[] {
    return [...this.bodies]
      .filter(([path]) => path.startsWith(`/_${kind}/`))
      .map(([path, body]) => ({ name: path.split("/")[2] ?? "", [kind]: body }));
  }
}

function answer(statusCode: number, body: JsonObject): BulkAnswer {
  return { statusCode, headers: {}, body: Buffer.from(JSON.stringify(body)) };
}

/** Elasticsearch gives settings back as nested objects of texts. */
function kept(body: JsonObject): JsonObject {
  const template = objectAt(body, "template");
  const settings: Record<string, Json> = {};
  for (const [name, value] of Object.entries(objectAt(template, "settings"))) {
    const path = name.split(".");
    const last = path.pop() as string;
    let node = settings;
    for (const step of path) {
      node[step] = node[step] ?? {};
      node = node[step] as Record<string, Json>;
    }
    node[last] = Array.isArray(value) ? value : String(value);
  }
  return body["template"] === undefined
    ? body
    : { ...body, template: { ...template, ...(Object.keys(settings).length > 0 ? { settings } : {}) } };
}
