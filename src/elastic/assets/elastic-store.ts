import type { ApiMethod } from "../bulk-types.ts";
import type { Asset, AssetStore } from "./asset.ts";
import { type ElasticApi, ElasticApiError } from "./elastic-api.ts";
import { isObject, type JsonObject, objectAt } from "./json.ts";

/** Templates and policies of a cluster, by its APIs. */
export class ElasticStore implements AssetStore {
  readonly #api: ElasticApi;

  constructor(api: ElasticApi) {
    this.#api = api;
  }

  async read(asset: Asset): Promise<JsonObject | undefined> {
    const [, path = ""] = asset.kind.request(asset.name).split(" ");
    try {
      return found(await this.#api.call("GET", path), asset);
    } catch (error) {
      if (error instanceof ElasticApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  async write(asset: Asset, body: JsonObject, create: boolean): Promise<void> {
    const [method = "PUT", path = ""] = asset.kind.request(asset.name).split(" ");
    // Policies have no such parameter.
    const query = create && asset.kind.id.endsWith("_template") ? "?create=true" : "";
    await this.#api.call(method as ApiMethod, `${path}${query}`, asset.kind.content(body));
  }
}

/** The body in an answer: `{ component_templates: [{ name, component_template }] }`, or `{ NAME: { policy } }`. */
function found(answer: JsonObject, { kind, name }: Asset): JsonObject | undefined {
  const list = answer[`${kind.id}s`];
  if (!Array.isArray(list)) return isObject(answer[name]) ? objectAt(objectAt(answer, name), "policy") : undefined;
  const entry = list.find((item) => isObject(item) && item["name"] === name) as JsonObject | undefined;
  return entry === undefined ? undefined : objectAt(entry, kind.id);
}
