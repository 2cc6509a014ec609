import type { AssetKind } from "./asset.ts";
import { isObject, type Json, type JsonObject, leaves, objectAt } from "./json.ts";

/** Source: Elasticsearch, "Create or update component template API". */
export const COMPONENT_TEMPLATE: AssetKind = {
  id: "component_template",
  title: "component template",
  folder: "component_templates",
  request: (name) => `PUT /_component_template/${encodeURIComponent(name)}`,
  content: (body) => body,
  normalise: (body) => ({ template: normalTemplate(objectAt(body, "template")) }),
};

/** What an index template says beside its template; newer servers add when it was made, which is nobody's wish. */
const TEMPLATE_OPTIONS: readonly string[] = [
  "index_patterns",
  "priority",
  "composed_of",
  "ignore_missing_component_templates",
  "allow_auto_create",
];

/** Source: Elasticsearch, "Create or update index template API". */
export const INDEX_TEMPLATE: AssetKind = {
  id: "index_template",
  title: "index template",
  folder: "index_templates",
  request: (name) => `PUT /_index_template/${encodeURIComponent(name)}`,
  content: (body) => body,
  normalise: (body) => ({
    ...only(body, TEMPLATE_OPTIONS),
    data_stream: { hidden: false, allow_custom_routing: false, ...objectAt(body, "data_stream") },
    template: normalTemplate(objectAt(body, "template")),
  }),
};

/** Source: Elasticsearch, "Create or update lifecycle policy API". */
export const ILM_POLICY: AssetKind = {
  id: "ilm_policy",
  title: "lifecycle policy",
  folder: "ilm_policies",
  request: (name) => `PUT /_ilm/policy/${encodeURIComponent(name)}`,
  content: (body) => ({ policy: body }),
  normalise: (body) => ({ phases: objectAt(body, "phases") }),
};

/** Settings as Elasticsearch names them whole (`index.codec`), values as the texts that it keeps. */
function normalTemplate(template: JsonObject): JsonObject {
  const settings = [...leaves(objectAt(template, "settings"))].map(([name, value]): [string, Json] => [
    name.startsWith("index.") ? name : `index.${name}`,
    Array.isArray(value) ? value.map(String) : String(value),
  ]);
  const lifecycle = template["lifecycle"];
  return {
    ...template,
    ...(settings.length > 0 ? { settings: Object.fromEntries(settings) } : {}),
    ...(isObject(lifecycle) ? { lifecycle: { enabled: true, ...lifecycle } } : {}),
  };
}

function only(body: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}
