import { matchesWildcard } from "./dynamic-templates.ts";
import { countFields } from "./field-count.ts";
import { type IndexMapping, isObject, readMapping } from "./mapping.ts";

type Json = Readonly<Record<string, unknown>>;

/** What an index or data stream of some name has, or will have when it is made. */
export interface IndexDesign {
  /** `index template "logs-app"`, for messages. */
  readonly origin: string;
  readonly mapping: IndexMapping;
  /** Fields mapped, as the limit counts them. */
  readonly fieldCount: number;
  /** `index.mapping.total_fields.limit`; undefined: further fields are left unmapped instead. */
  readonly fieldLimit: number | undefined;
  readonly isDataStream: boolean;
  /** Component templates that are not there: there can be more mappings than are known. */
  readonly missing: readonly string[];
}

/** Elasticsearch's own. */
const FIELD_LIMIT = 1000;

interface IndexTemplate {
  readonly name: string;
  readonly patterns: readonly string[];
  readonly priority: number;
  readonly body: Json;
  readonly isLegacy: boolean;
}

/** Index and component templates, and mappings of indices, as Elasticsearch's APIs take and give them. */
export class TemplateSet {
  readonly #templates: IndexTemplate[] = [];
  readonly #components = new Map<string, Json>();
  readonly #indices = new Map<string, Json>();

  /**
   * Takes what a file holds: an index template, a component template or a template of the old kind as they are put (`name` is then its name), what GET gives
   * for them, or for the mapping of an index. @throws RangeError for anything else
   */
  add(name: string, content: unknown): void {
    if (!isObject(content)) throw new RangeError("it is no JSON object");
    if (Array.isArray(content["index_templates"])) {
      for (const one of content["index_templates"] as unknown[])
        if (isObject(one)) this.add(String(one["name"]), one["index_template"]);
      return;
    }
    if (Array.isArray(content["component_templates"])) {
      for (const one of content["component_templates"] as unknown[])
        if (isObject(one)) this.add(String(one["name"]), one["component_template"]);
      return;
    }
    if (content["index_patterns"] !== undefined) {
      this.#addTemplate(name, content);
      return;
    }
    if (isObject(content["template"])) {
      readMapping(content["template"]["mappings"]);
      this.#components.set(name, content["template"]);
      return;
    }
    const parts = Object.entries(content);
    if (parts.length === 0 || !parts.every(([, part]) => isObject(part) && isTemplateOrIndex(part)))
      throw new RangeError("it is no index template, no component template and no mapping of an index");
    for (const [own, part] of parts as [string, Json][]) {
      if (part["index_patterns"] === undefined) {
        readMapping(part["mappings"]);
        this.#indices.set(own, part);
      } else this.#addTemplate(own, part);
    }
  }

  get size(): number {
    return this.#templates.length + this.#indices.size;
  }

  /** What an index or data stream of this name has; undefined: no template is for it. */
  find(name: string): IndexDesign | undefined {
    const index = this.#indices.get(name);
    if (index !== undefined) return designOf(`index "${name}"`, [index], false, []);
    const fitting = this.#templates.filter(({ patterns }) =>
      patterns.some((pattern) => matchesWildcard(pattern, name)),
    );
    const best = fitting
      .filter(({ isLegacy }) => !isLegacy)
      .reduce<IndexTemplate | undefined>((a, b) => (a === undefined || b.priority > a.priority ? b : a), undefined);
    if (best !== undefined) return this.#compose(best);
    const legacy = fitting.filter(({ isLegacy }) => isLegacy).sort((a, b) => a.priority - b.priority);
    if (legacy.length === 0) return undefined;
    const names = legacy.map((template) => `"${template.name}"`).join(", ");
    return designOf(
      `template ${names}`,
      legacy.map(({ body }) => body),
      false,
      [],
    );
  }

  #addTemplate(name: string, body: Json): void {
    const patterns = [body["index_patterns"]].flat().map(String);
    const isLegacy = body["mappings"] !== undefined || body["order"] !== undefined || body["settings"] !== undefined;
    const priority = Number((isLegacy ? body["order"] : body["priority"]) ?? 0);
    readMapping(isLegacy ? body["mappings"] : isObject(body["template"]) ? body["template"]["mappings"] : undefined);
    this.#templates.push({ name, patterns, priority, body, isLegacy });
  }

  #compose({ name, body }: IndexTemplate): IndexDesign {
    const names = Array.isArray(body["composed_of"]) ? (body["composed_of"] as unknown[]).map(String) : [];
    const parts = names.map((component) => this.#components.get(component)).filter((part) => part !== undefined);
    const own = isObject(body["template"]) ? body["template"] : {};
    const missing = names.filter((component) => !this.#components.has(component));
    return designOf(`index template "${name}"`, [...parts, own], body["data_stream"] !== undefined, missing);
  }
}

/** What mappings and settings give together; later ones go before earlier ones. */
export function designOf(
  origin: string,
  parts: readonly Json[],
  isDataStream: boolean,
  missing: readonly string[],
): IndexDesign {
  // Elasticsearch maps the time of data streams by itself.
  const start: Json = isDataStream ? { properties: { "@timestamp": { type: "date" } } } : {};
  const mappings = parts.reduce<Json>((all, part) => merged(all, mappingsOf(part)), start);
  const setting = (name: string): unknown =>
    parts.reduce<unknown>((value, part) => settingOf(part["settings"], name) ?? value, undefined);
  const mapping = readMapping(mappings);
  const limit = Number(setting("mapping.total_fields.limit") ?? FIELD_LIMIT);
  const isSoft = String(setting("mapping.total_fields.ignore_dynamic_beyond_limit")) === "true";
  return {
    origin,
    mapping,
    fieldCount: countFields(mapping),
    fieldLimit: isSoft || Number.isNaN(limit) ? undefined : limit,
    isDataStream,
    missing,
  };
}

function isTemplateOrIndex(part: Json): boolean {
  return isObject(part["mappings"]) || part["index_patterns"] !== undefined;
}

/** Templates of the old kind can have a type's name around their mappings. */
function mappingsOf(part: Json): Json {
  const mappings = isObject(part["mappings"]) ? part["mappings"] : {};
  return isObject(mappings["_doc"]) ? mappings["_doc"] : mappings;
}

/** Merges objects by their members; a field with a type takes the place of one before it, as when templates are composed. */
function merged(below: Json, above: Json): Json {
  const result: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const before = result[name];
    if (Array.isArray(value) && Array.isArray(before)) result[name] = [...before, ...value];
    else if (isObject(value) && isObject(before) && !isLeaf(value) && !isLeaf(before))
      result[name] = merged(before, value);
    else result[name] = value;
  }
  return result;
}

function isLeaf(value: Json): boolean {
  return typeof value["type"] === "string" && value["properties"] === undefined && value["type"] !== "object";
}

/** A setting of an index, however deep its name is taken apart: `index.mapping.x`, `{"index":{"mapping.x":…}}`. */
function settingOf(settings: unknown, name: string): unknown {
  if (!isObject(settings)) return undefined;
  for (const [key, value] of Object.entries(settings)) {
    const own = key.startsWith("index.") ? key.slice(6) : key;
    if (own === name) return value;
    const inner =
      own === "index"
        ? settingOf(value, name)
        : name.startsWith(`${own}.`)
          ? settingOf(value, name.slice(own.length + 1))
          : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
