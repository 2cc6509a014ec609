import type { ByteWriter } from "../../event/byte-writer.ts";
import type { Event } from "../../event/event.ts";
import type { JsonWriter } from "../../event/json-writer.ts";
import { compileFilled } from "./filled-sprintf.ts";

export interface UpdateSettings {
  readonly upsert: string | undefined;
  readonly doc_as_upsert: boolean | undefined;
  readonly script: string | undefined;
  readonly script_type: string;
  readonly script_lang: string;
  readonly script_var_name: string;
  readonly scripted_upsert: boolean | undefined;
}

/**
 * Writes the second line of an update: the event as `doc`, or as the script's parameter, and what is made where no document is. Source of
 * the members: Elasticsearch, "Update API"; of the options' meaning: Logstash's elasticsearch output.
 */
export function compileUpdateBody(settings: UpdateSettings): (event: Event, json: JsonWriter, out: ByteWriter) => void {
  const upsert = compileUpsert(settings.upsert);
  if (settings.script === undefined || settings.script === "") {
    return (event, json, out) => {
      const made = settings.doc_as_upsert === true ? ',"doc_as_upsert":true' : member("upsert", upsert?.(event));
      out.text('{"doc":');
      json.object(out, event.fields);
      out.text(`${made}}`);
    };
  }
  const script = compileFilled(settings.script, "script");
  const params = `"params":{${JSON.stringify(settings.script_var_name)}:`;
  const stored = settings.script_type === "indexed";
  // A stored script has its language, and Elasticsearch refuses another.
  const lang = stored || settings.script_lang === "" ? "" : `"lang":${JSON.stringify(settings.script_lang)},`;
  return (event, json, out) => {
    out.text(`{"script":{"${stored ? "id" : "source"}":${JSON.stringify(script(event))},${lang}${params}`);
    json.object(out, event.fields);
    out.text("}}");
    if (settings.scripted_upsert === true) out.text(',"scripted_upsert":true,"upsert":{}');
    else if (settings.doc_as_upsert === true) {
      out.text(',"upsert":');
      json.object(out, event.fields);
    } else out.text(member("upsert", upsert?.(event)));
    out.text("}");
  };
}

function member(name: string, json: string | undefined): string {
  return json === undefined ? "" : `,"${name}":${json}`;
}

/** JSON of an object, on one line. Throws for other text: Elasticsearch would refuse the whole request. */
function compileUpsert(template: string | undefined): ((event: Event) => string) | undefined {
  if (template === undefined || template === "") return undefined;
  const write = compileFilled(template, "upsert");
  return (event) => JSON.stringify(parseUpsert(write(event)));
}

/** Throws an Error for what is no JSON object. */
export function parseUpsert(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`upsert is no JSON: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("upsert is no JSON object");
  return value;
}
