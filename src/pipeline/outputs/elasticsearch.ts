import type { ByteWriter } from "../../event/byte-writer.ts";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { JsonWriter } from "../../event/json-writer.ts";
import { SharedTree } from "../../event/shared-tree.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineOutput, type Encoder, type EncoderHost, type OutputPlugin } from "../../plugin/definitions.ts";
import {
  boolean,
  hash,
  list,
  number,
  type OptionValues,
  password,
  path,
  text,
  uri,
  uris,
} from "../../plugin/options.ts";
import { ACTIONS, compileActionParts, compileId } from "./bulk-action.ts";
import {
  DATA_STREAM_DEFAULTS,
  DATA_STREAM_PARTS,
  type DataStreamPart,
  dataStreamPart,
  indexTemplate,
  usesDataStream,
  usesRolloverAlias,
} from "./data-stream.ts";
import { DEFAULT_HOSTS, elasticsearchProblems } from "./elasticsearch-check.ts";
import { DOCUMENT_OPTIONS } from "./elasticsearch-document-options.ts";
import { LATER_OPTIONS } from "./elasticsearch-options.ts";
import { compileFilled } from "./filled-sprintf.ts";
import { compileUpdateBody } from "./update-body.ts";

const options = {
  hosts: uris({ description: "Servers, tried in turn", default: DEFAULT_HOSTS }),
  cloud_id: text({ description: "Elastic Cloud's id of the deployment, instead of `hosts`" }),
  user: text({ description: "Name for basic authentication" }),
  password: password({ description: "Password of `user`" }),
  cloud_auth: password({ description: "`user:password` for Elastic Cloud" }),
  api_key: password({ description: "API key, as `id:key` or encoded" }),
  ssl_enabled: boolean({ description: "Use TLS where a host has no scheme" }),
  ssl_certificate_authorities: list({ description: "Files of CA certificates to trust", default: [] }),
  ca_trusted_fingerprint: text({ description: "SHA-256 of a CA certificate to trust, in hex" }),
  ssl_certificate: path({ description: "Client certificate" }),
  ssl_key: path({ description: "Key of the client certificate" }),
  ssl_verification_mode: text({
    description: "How far to check the server",
    default: "full",
    choices: ["full", "none"],
  }),
  proxy: uri({ description: "HTTP proxy" }),
  custom_headers: hash({ description: "Headers for every request", default: {} }),
  path: text({ description: "Path before the API's own, for servers behind a proxy" }),
  timeout: number({ description: "Seconds to wait for an answer", default: 60 }),
  compression_level: number({
    description: "gzip level of requests; 0: none. Default: 1, and none for servers on this machine",
    range: [0, 9],
  }),

  data_stream: text({
    description: "Write to a data stream; auto: unless options for indices are set",
    default: "auto",
    choices: ["true", "false", "auto"],
  }),
  data_stream_type: text({ description: "Type of the data stream", default: DATA_STREAM_DEFAULTS.type }),
  data_stream_dataset: text({ description: "Dataset of the data stream", default: DATA_STREAM_DEFAULTS.dataset }),
  data_stream_namespace: text({ description: "Namespace of the data stream", default: DATA_STREAM_DEFAULTS.namespace }),
  data_stream_auto_routing: boolean({ description: "Let an event's `data_stream.*` fields choose", default: true }),
  data_stream_sync_fields: boolean({
    description: "Write the stream chosen into the event's `data_stream.*` fields",
    default: true,
  }),

  index: text({ description: "Index to write to; may hold `%{field}` and dates" }),
  document_id: text({ description: "Id of the document; may hold `%{field}`. Without it: the event's identity" }),
  pipeline: text({ description: "Ingest pipeline for the documents; may hold `%{field}`" }),
  routing: text({ description: "Routing of the documents; may hold `%{field}`" }),
  action: text({
    description: "index, create, update, delete, or `%{field}`; default: create for data streams, index otherwise",
  }),
  time_series: boolean({
    description:
      "The data stream is a time series: documents get no ids, which it refuses, and its 409 counts as a conflict",
    default: false,
  }),
  parameters: hash({ description: "Parameters of the URL of every bulk request", default: {} }),
  bulk_path: text({ description: "Path of the bulk API, such as `/proxy/_bulk`" }),

  ...DOCUMENT_OPTIONS,

  ...LATER_OPTIONS,
};

type Settings = OptionValues<typeof options>;

export const elasticsearch: OutputPlugin = defineOutput({
  name: "elasticsearch",
  summary: "Indexes events in Elasticsearch, exactly once: into data streams, or into indices by name.",
  options,
  examples: [
    { title: "Data stream logs-generic-default on this machine", config: "elasticsearch { }" },
    {
      title: "A data stream, with an API key from the environment",
      config:
        'elasticsearch { hosts => ["https://es1.example.com:9200"] api_key => "${ES_API_KEY:none}" data_stream_dataset => "nginx.access" }',
    },
    { title: "An index a day", config: 'elasticsearch { index => "web-%{+YYYY.MM.dd}" }' },
  ],
  defaultCodec: undefined,

  differs: [
    "Events without document_id are created under an identity of their own, so that what is sent twice is there once.",
    "An event for which a field of index, document_id, version, script or upsert is missing becomes a dead letter that names the field; Logstash writes `%{field}` into an index's name unless told otherwise, and into an id always.",
    "Templates are made by `antler setup` and not by the output; a rollover alias must be there, and until it is, events are held. With `ilm_enabled => auto` and no ilm_rollover_alias it writes to the index of the day.",
    "Every document that is refused for good is a dead letter, whatever `dlq_custom_codes` says; 401 and 403 are held and tried again.",
  ],

  check: (settings, ecs) => elasticsearchProblems(settings, usesDataStream(settings, ecs)),

  encoder(settings, host) {
    return usesDataStream(settings, host.ecs) ? dataStreamEncoder(settings, host) : indexEncoder(settings, host);
  },

  async deliverer(settings, host) {
    const { bulkDeliverer } = await import("./elasticsearch-delivery.ts");
    return bulkDeliverer(settings, usesDataStream(settings, host.ecs), host);
  },
});

const NEWLINE = 0x0a;
/** Prepared `{"create":{"_index":"…"` fragments; more names than this are written anew each time. */
const PREFIX_LIMIT = 2000;

/** Bytes of `{"action":{"_index":"name","_id":"`, made once a name. */
interface ActionPrefix {
  readonly index: string;
  readonly bytes: Uint8Array;
}

class ActionPrefixes {
  readonly #made = new Map<string, ActionPrefix>();
  readonly #action: string;
  readonly #withId: boolean;

  constructor(action: string, withId = true) {
    this.#action = action;
    this.#withId = withId;
  }

  of(index: string): ActionPrefix {
    let prefix = this.#made.get(index);
    if (prefix === undefined) {
      const name = `{${JSON.stringify(this.#action)}:{"_index":${JSON.stringify(index)}`;
      const text = this.#withId ? `${name},"_id":"` : name.slice(0, -1);
      prefix = { index, bytes: new Uint8Array(Buffer.from(text)) };
      if (this.#made.size < PREFIX_LIMIT) this.#made.set(index, prefix);
    }
    return prefix;
  }
}

const ACTION_END: Uint8Array = new Uint8Array(Buffer.from('"}}\n'));

/** Writes what closes an action behind its id. */
function actionEnd(settings: Settings, more = ""): (event: Event, verb: string, out: ByteWriter) => void {
  const parts = compileActionParts(settings);
  if (parts === undefined && more === "") return (_event, _verb, out) => out.put(ACTION_END);
  return (event, verb, out) => out.text(`"${parts?.(event, verb) ?? ""}${more}}}\n`);
}

function dataStreamEncoder(settings: Settings, host: EncoderHost): Encoder {
  const json = new JsonWriter();
  const end = actionEnd(settings);
  // A time series refuses ids of others: the name stands last then, and its closing quote is the id's.
  const ids = !settings.time_series;
  const prefixes = new ActionPrefixes("create", ids);
  const references = DATA_STREAM_PARTS.map((name) => new FieldReference(`[data_stream][${name}]`));
  const defaults = DATA_STREAM_PARTS.map((name) => settings[`data_stream_${name}`]);
  const whole = new FieldReference("[data_stream]");

  const usual = prefixes.of(defaults.join("-"));
  const usualFields = new SharedTree({
    type: defaults[0] as string,
    dataset: defaults[1] as string,
    namespace: defaults[2] as string,
  });

  /** The prefix for an event that names its own stream, in part or whole. */
  function routed(event: Event): ActionPrefix {
    const chosen = references.map((reference, i) => {
      const own = settings.data_stream_auto_routing ? reference.get(event) : undefined;
      const name =
        typeof own === "string" && own !== ""
          ? dataStreamPart(own, DATA_STREAM_PARTS[i] as DataStreamPart)
          : (defaults[i] as string);
      if (settings.data_stream_sync_fields && own !== name) reference.set(event, name);
      return name;
    });
    return prefixes.of(chosen.join("-"));
  }

  let prefix = usual;
  return {
    get destination() {
      return prefix.index;
    },

    encode(event, out) {
      prefix = usual;
      if (whole.has(event)) prefix = routed(event);
      else if (settings.data_stream_sync_fields) whole.set(event, usualFields);
      json.begin();
      out.put(prefix.bytes);
      if (ids) host.writeIdentity(event, out);
      end(event, "create", out);
      json.object(out, event.fields);
      out.byte(NEWLINE);
    },
  };
}

function indexEncoder(settings: Settings, host: EncoderHost): Encoder {
  const json = new JsonWriter();
  const end = actionEnd(settings, usesRolloverAlias(settings) ? ',"require_alias":true' : "");
  const index = compileFilled(indexTemplate(settings, host.ecs), "index");
  const id = settings.document_id === undefined ? undefined : compileId(settings.document_id);
  const action = compileSprintf(settings.action ?? "index");
  const creates = new ActionPrefixes("create");
  const join = compileJoin(settings);
  const writeUpdate = compileUpdateBody(settings);

  let destination: string | undefined;
  return {
    get destination() {
      return destination;
    },

    encode(event, out) {
      const verb = action(event);
      if (!ACTIONS.includes(verb)) throw new Error(`there is no action "${verb}"`);
      join?.(event);
      json.begin();
      if (id === undefined) {
        // An index operation without an id of the user's is a create under the event's identity, so that a resend is seen.
        if (verb !== "index" && verb !== "create") throw new Error(`action ${verb} needs document_id`);
        const prefix = creates.of(index(event));
        destination = prefix.index;
        out.put(prefix.bytes);
        host.writeIdentity(event, out);
        end(event, "create", out);
      } else {
        destination = undefined;
        out.text(JSON.stringify({ [verb]: { _index: index(event), _id: id(event) } }).slice(0, -3));
        end(event, verb, out);
      }
      if (verb === "delete") return;
      if (verb === "update") writeUpdate(event, json, out);
      else json.object(out, event.fields);
      out.byte(NEWLINE);
    },
  };
}

/** Makes the join field of a child `{name, parent}`, as Logstash does. Source: Elasticsearch, "Join field type". */
function compileJoin({ join_field, parent }: Settings): ((event: Event) => void) | undefined {
  if (join_field === undefined || parent === undefined) return undefined;
  const field = new FieldReference(join_field.startsWith("[") ? join_field : `[${join_field}]`);
  const parentId = compileFilled(parent, "parent");
  return (event) => {
    const name = field.get(event);
    if (typeof name !== "string") throw new Error(`the join field ${join_field} has no name of a relation`);
    field.set(event, { name, parent: parentId(event) });
  };
}
