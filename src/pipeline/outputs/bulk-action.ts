import type { Event } from "../../event/event.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { compileFilled } from "./filled-sprintf.ts";

export const ACTIONS: readonly string[] = ["index", "create", "update", "delete"];
/** Those with which Elasticsearch compares a number of the user's; `internal` takes none, `force` went with version 6. */
export const VERSION_TYPES: readonly string[] = ["external", "external_gt", "external_gte"];
/** Longest `_id`, in bytes. Elasticsearch, "_id field". */
const ID_LIMIT = 512;

export interface ActionSettings {
  readonly pipeline: string | undefined;
  readonly routing: string | undefined;
  readonly parent: string | undefined;
  readonly version: string | undefined;
  readonly version_type: string | undefined;
  readonly retry_on_conflict: number | undefined;
}

/** An id that Elasticsearch takes. One that it does not would fail the whole request, every other document with it. */
export function compileId(template: string): (event: Event) => string {
  const write = compileFilled(template, "document_id");
  return (event) => {
    const bytes = Buffer.from(write(event));
    if (bytes.length > ID_LIMIT) {
      throw new Error(`document_id "${template}" is ${bytes.length} bytes long; Elasticsearch takes ${ID_LIMIT}`);
    }
    return bytes.toString();
  };
}

/**
 * What stands behind an action's id, each part with its comma before it: `,"routing":"a"`; undefined when no option asks for any. Throws for
 * values that Elasticsearch would refuse the whole request for. Source: Elasticsearch, "Bulk API".
 */
export function compileActionParts(settings: ActionSettings): ((event: Event, verb: string) => string) | undefined {
  const writers = [
    optionalText("pipeline", settings.pipeline),
    optionalText("routing", settings.parent ?? settings.routing),
    versionPart(settings),
    retriesPart(settings.retry_on_conflict),
  ].filter((writer) => writer !== undefined);
  if (writers.length === 0) return undefined;
  return (event, verb) => {
    let text = "";
    for (const write of writers) text += write(event, verb);
    return text;
  };
}

type PartWriter = (event: Event, verb: string) => string;

function optionalText(name: string, template: string | undefined): PartWriter | undefined {
  if (template === undefined) return undefined;
  const write = compileSprintf(template);
  return (event) => {
    const value = write(event);
    // A place that is not filled means none.
    return value === "" || value.includes("%{") ? "" : `,"${name}":${JSON.stringify(value)}`;
  };
}

function versionPart({ version, version_type }: ActionSettings): PartWriter | undefined {
  if (version === undefined) return undefined;
  const writeVersion = compileFilled(version, "version");
  const writeType = compileFilled(version_type ?? "internal", "version_type");
  return (event, verb) => {
    if (verb !== "index" && verb !== "delete")
      throw new Error(`Elasticsearch takes no version with the action ${verb}`);
    const number = writeVersion(event);
    // Text, since a number of JavaScript holds 53 bits; Elasticsearch's holds 63.
    if (!/^\d{1,18}$/.test(number))
      throw new Error(`version "${number.slice(0, 40)}" is no whole number of 0 and more`);
    const type = writeType(event);
    if (!VERSION_TYPES.includes(type)) {
      throw new Error(`version_type "${type.slice(0, 40)}" is none of ${VERSION_TYPES.join(", ")}`);
    }
    return `,"version":${BigInt(number)},"version_type":"${type}"`;
  };
}

function retriesPart(retries: number | undefined): PartWriter | undefined {
  if (retries === undefined) return undefined;
  return (_event, verb) => (verb === "update" ? `,"retry_on_conflict":${retries}` : "");
}
