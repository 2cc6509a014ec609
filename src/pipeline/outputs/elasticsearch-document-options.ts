import { boolean, number, type Option, text } from "../../plugin/options.ts";

/** Options of the elasticsearch output that say how a document is written or updated. */
export const DOCUMENT_OPTIONS: {
  readonly [name in
    | "version"
    | "version_type"
    | "upsert"
    | "script"
    | "join_field"
    | "parent"
    | "ilm_enabled"
    | "ilm_rollover_alias"]: Option<string | undefined>;
} & { readonly [name in "script_type" | "script_lang" | "script_var_name"]: Option<string> } & {
  readonly [name in "doc_as_upsert" | "scripted_upsert"]: Option<boolean | undefined>;
} & { readonly retry_on_conflict: Option<number | undefined> } = {
  version: text({ description: "Version of the document, a whole number; may hold `%{field}`. Needs version_type" }),
  version_type: text({
    description: "How versions are compared: external, external_gt, external_gte; may hold `%{field}`",
  }),
  retry_on_conflict: number({
    description: "How often Elasticsearch tries an update again that met another",
    range: [0, 1000],
  }),
  doc_as_upsert: boolean({ description: "Update: the event is the document where there is none" }),
  upsert: text({ description: "Update: JSON of the document where there is none; may hold `%{field}`" }),
  script: text({ description: "Update: the script, or the id of a stored one; may hold `%{field}`" }),
  script_type: text({
    description: "Where the script is: here, or stored in Elasticsearch",
    default: "inline",
    choices: ["inline", "indexed", "file"],
  }),
  script_lang: text({ description: "Language of the script", default: "painless" }),
  script_var_name: text({ description: "Name of the event in the script's `params`", default: "event" }),
  scripted_upsert: boolean({ description: "Update: run the script also where there is no document" }),
  join_field: text({ description: "Field that joins parents and children; see `parent`" }),
  parent: text({ description: "Id of the parent, written into join_field and used as routing; may hold `%{field}`" }),
  ilm_enabled: text({
    description: "Write to ilm_rollover_alias, which must be there; auto: when it is named",
    choices: ["true", "false", "auto"],
  }),
  ilm_rollover_alias: text({
    description: "Alias that is written to; it must be there. Default: `ecs-logstash`, without ECS `logstash`",
  }),
};
