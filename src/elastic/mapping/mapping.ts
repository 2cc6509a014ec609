/** `mappings` of an index as far as documents can run into it. Source: Elasticsearch, "Explicit mapping" and "Dynamic". */

export type Dynamic = "true" | "false" | "strict" | "runtime";

export interface FieldMapping {
  /** `object` for one with properties and no type. */
  readonly type: string;
  /** By name, without dots where `subobjects` is true. */
  readonly properties: ReadonlyMap<string, FieldMapping>;
  /** Inherited where it is not said. */
  readonly dynamic: Dynamic | undefined;
  /** false: what lies in it is not looked at. */
  readonly enabled: boolean;
  /** false: names with dots lie in it as they are. */
  readonly subobjects: boolean;
  /** The same value for other types. */
  readonly fields: readonly FieldMapping[];
  /** What else the field says: `coerce`, `format`, `value`, `path`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface DynamicTemplate {
  readonly name: string;
  readonly rule: Readonly<Record<string, unknown>>;
}

export interface IndexMapping {
  readonly root: FieldMapping;
  readonly dynamicTemplates: readonly DynamicTemplate[];
  readonly runtime: ReadonlySet<string>;
  /** Texts that look like dates become dates. */
  readonly dateDetection: boolean;
}

type Json = Readonly<Record<string, unknown>>;

/** Objects deeper than this are no mapping. */
const DEEPEST = 100;

/** @throws RangeError for what is no mapping */
export function readMapping(mappings: unknown): IndexMapping {
  const given = isObject(mappings) ? mappings : {};
  const templates = Array.isArray(given["dynamic_templates"]) ? (given["dynamic_templates"] as unknown[]) : [];
  return {
    root: readField({ ...given, type: "object" }, 0),
    dynamicTemplates: templates
      .filter(isObject)
      .flatMap((template) =>
        Object.entries(template).flatMap(([name, rule]) => (isObject(rule) ? [{ name, rule }] : [])),
      ),
    dateDetection: String(given["date_detection"] ?? "true") !== "false",
    runtime: new Set(Object.keys(isObject(given["runtime"]) ? given["runtime"] : {})),
  };
}

/** One field's definition, as it stands in `properties`. */
export function readField(given: Json, depth = 0): FieldMapping {
  if (depth > DEEPEST) throw new RangeError(`objects lie more than ${DEEPEST} deep in each other`);
  const properties = new Map<string, FieldMapping>();
  const subobjects = String(given["subobjects"] ?? "true") !== "false";
  for (const [name, own] of entriesOf(given["properties"]))
    enter(properties, subobjects ? name.split(".") : [name], own, depth);
  const dynamic = given["dynamic"];
  const type = given["type"];
  return {
    type: typeof type === "string" ? type : "object",
    properties,
    dynamic: dynamic === undefined ? undefined : (String(dynamic) as Dynamic),
    enabled: String(given["enabled"] ?? "true") !== "false",
    subobjects,
    fields: entriesOf(given["fields"]).map(([, own]) => readField(own, depth + 1)),
    settings: given,
  };
}

/** `a.b` as a name is `b` in `a`. */
function enter(properties: Map<string, FieldMapping>, path: readonly string[], own: Json, depth: number): void {
  const [name = "", ...rest] = path;
  const known = properties.get(name);
  if (rest.length === 0) {
    const made = readField(own, depth + 1);
    const inner = known === undefined || !isObjectType(made.type) ? [] : known.properties;
    properties.set(name, { ...made, properties: new Map([...inner, ...made.properties]) });
    return;
  }
  const before = known ?? readField({}, depth + 1);
  const inner = new Map(before.properties);
  enter(inner, rest, own, depth + 1);
  properties.set(name, { ...before, properties: inner });
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function entriesOf(value: unknown): [string, Json][] {
  return isObject(value)
    ? Object.entries(value).flatMap(([name, own]): [string, Json][] => (isObject(own) ? [[name, own]] : []))
    : [];
}

/** Fields that hold objects with mapped fields in them. */
export function isObjectType(type: string): boolean {
  return type === "object" || type === "nested" || type === "passthrough";
}

/** Where a path of a document leads in a mapping. */
export type Place =
  /** The field is mapped, by the properties or by a dynamic template. */
  | { readonly kind: "field"; readonly field: FieldMapping; readonly path: string; readonly template?: string }
  /** A part of the path is mapped as something that is no object. */
  | { readonly kind: "scalar"; readonly field: FieldMapping; readonly path: string }
  /** Not mapped. `dynamic`: what becomes of it. */
  | { readonly kind: "unmapped"; readonly dynamic: Dynamic; readonly above: string }
  /** In an object that is stored as it is, or in a field that takes any object. */
  | { readonly kind: "ignored" };

/** Follows the names of a document's field; a name with dots is a path of its own, as Elasticsearch takes it. */
export function placeIn(mapping: IndexMapping, names: readonly string[]): Place {
  const path = names.flatMap((name) => name.split("."));
  let node = mapping.root;
  let dynamic: Dynamic = node.dynamic ?? "true";
  for (let i = 0; i < path.length; i++) {
    if (!node.enabled) return { kind: "ignored" };
    const rest = path.slice(i).join(".");
    const next = node.subobjects ? node.properties.get(path[i] as string) : node.properties.get(rest);
    const above = path.slice(0, i).join(".");
    if (next === undefined) return { kind: "unmapped", dynamic, above };
    if (!node.subobjects || i === path.length - 1) return { kind: "field", field: next, path: path.join(".") };
    if (!isObjectType(next.type))
      return TAKES_OBJECTS.has(next.type) || !KNOWN_SCALARS.has(next.type)
        ? { kind: "ignored" }
        : { kind: "scalar", field: next, path: path.slice(0, i + 1).join(".") };
    node = next;
    dynamic = next.dynamic ?? dynamic;
  }
  return { kind: "ignored" };
}

/** Types whose values can be objects. */
const TAKES_OBJECTS: ReadonlySet<string> = new Set([
  ...["flattened", "geo_point", "geo_shape", "point", "shape", "histogram", "aggregate_metric_double", "percolator"],
  ...["integer_range", "float_range", "long_range", "double_range", "date_range", "ip_range"],
  ...["rank_features", "sparse_vector", "completion", "join"],
]);

/** Types whose values cannot be objects. */
const KNOWN_SCALARS: ReadonlySet<string> = new Set([
  ...["keyword", "text", "match_only_text", "wildcard", "constant_keyword", "version", "search_as_you_type", "binary"],
  ...["long", "integer", "short", "byte", "double", "float", "half_float", "scaled_float", "unsigned_long"],
  ...["boolean", "date", "date_nanos", "ip", "token_count", "murmur3", "alias", "counted_keyword"],
]);

/** Whether a field of this type refuses objects; false also for types that are not known here. */
export function refusesObjects(type: string): boolean {
  return KNOWN_SCALARS.has(type);
}
