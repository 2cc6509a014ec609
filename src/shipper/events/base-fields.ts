import { hostname } from "node:os";
import type { ObjectValue, Value } from "../../event/value.ts";
import type { CommonInput } from "../config/config.ts";

/** The ECS version that the shipper's fields follow. */
const ECS_VERSION = "8.17.0";

/** Fields of every event. */
export function baseFields(configuredName: string | undefined): ObjectValue {
  const name = configuredName ?? hostname();
  return { host: { name }, agent: { name, type: "filebeat" }, ecs: { version: ECS_VERSION } };
}

/** Top-level fields that an input adds to its events; values are complete objects. */
export function inputFields(input: CommonInput): (readonly [string, Value])[] {
  const fields: (readonly [string, Value])[] = [["input", { type: input.type }]];
  if (input.tags.length > 0) fields.push(["tags", input.tags]);
  if (input.dataStream !== undefined) fields.push(["data_stream", input.dataStream]);
  if (Object.keys(input.fields).length === 0) return fields;
  if (!input.fieldsUnderRoot) fields.push(["fields", input.fields]);
  else for (const [name, value] of Object.entries(input.fields)) fields.push([name, value as Value]);
  return fields;
}
