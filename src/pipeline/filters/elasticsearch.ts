import { readFileSync } from "node:fs";
import { copyValue, type Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import { defineFilter, type FilterPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, hash, list, number, password, path, text, uri, uris } from "../../plugin/options.ts";
import { javaStore } from "../outputs/elasticsearch-options.ts";
import { ElasticsearchLookup, valueAt } from "./elasticsearch-lookup.ts";

const options = {
  hosts: uris({ description: "Servers, tried in turn", default: ["localhost:9200"] }),
  cloud_id: text({ description: "Elastic Cloud's id of the deployment, instead of `hosts`" }),
  cloud_auth: password({ description: "`user:password` for Elastic Cloud" }),
  user: text({ description: "Name for basic authentication" }),
  password: password({ description: "Password of `user`" }),
  api_key: password({ description: "API key, as `id:key` or encoded" }),
  custom_headers: hash({ description: "Headers for every request", default: {} }),
  proxy: uri({ description: "HTTP proxy" }),
  path: text({ description: "Path before the API's own, for servers behind a proxy; not known to Logstash" }),
  timeout: number({
    description: "Seconds to wait for an answer; not known to Logstash",
    default: 60,
    range: [0.1, 3600],
  }),

  query: text({ description: "Lucene query with `%{…}` places, such as `user:%{[user][name]}`" }),
  query_template: path({ description: "File with a search as Elasticsearch's API takes it, with `%{…}` places" }),
  query_type: text({ description: "Language of the query", default: "dsl", choices: ["dsl"] }),
  query_params: hash({
    description: "Parameters of an ES|QL query",
    default: {},
    obsolete: "ES|QL is not written yet: use query or query_template",
  }),
  index: text({ description: "Indices to search, with `%{…}` places; none: all", default: "" }),
  result_size: number({ description: "Documents asked for with query", default: 1, range: [1, 10_000] }),
  enable_sort: boolean({ description: "Sort what query finds", default: true }),
  sort: text({ description: "`field:direction`, several with commas", default: "@timestamp:desc" }),
  fields: hash({ description: "Fields of what is found, and the event's field for each", default: {} }),
  docinfo_fields: hash({ description: "The same for `_id`, `_index`, `_source` and the like", default: {} }),
  aggregation_fields: hash({ description: "The same for aggregations by their names", default: {} }),
  target: text({ description: "Field below which all of these are put; default: the event itself" }),
  tag_on_failure: list({ description: "Tags when the search failed", default: ["_elasticsearch_lookup_failure"] }),
  retry_on_failure: number({ description: "Times that a search is made again", default: 0, range: [0, 100] }),
  retry_on_status: list({ description: "Statuses after which it is", default: ["500", "502", "503", "504"] }),

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
  ssl_cipher_suites: list({ description: "Ciphers", default: [], ignored: "those that Node.js holds secure are used" }),
  ssl_supported_protocols: list({
    description: "Versions of TLS",
    default: [],
    ignored: "those that Node.js holds secure are used",
  }),
  ssl: boolean({ description: "Use TLS", obsolete: "use ssl_enabled" }),
  ca_file: path({ description: "CA certificate", obsolete: "use ssl_certificate_authorities" }),
  ...javaStore("keystore", "ssl_certificate and ssl_key"),
  ...javaStore("truststore", "ssl_certificate_authorities"),
};

const totalHits = new FieldReference("[@metadata][total_hits]");

export const elasticsearch: FilterPlugin = defineFilter({
  name: "elasticsearch",
  summary: "Searches Elasticsearch for each event and copies fields of what it finds; all events of a chunk at once.",
  options,
  differs: [
    "At most 32 searches are under way in a worker; the same search at the same time is made once.",
    "A search without an answer in 60 s (`timeout`) has failed; Logstash waits as long.",
    "ES|QL is not written yet.",
    "Documents without a field leave no gap in a list of several, and no null where it is the only one.",
  ],
  examples: [
    {
      title: "When an operation began",
      config:
        'elasticsearch { hosts => ["https://es1.example.com:9200"] index => "logs-app-*" query => "event.action:start AND trace.id:%{[trace][id]}" fields => { "@timestamp" => "started" } }',
    },
  ],
  sets: (settings) =>
    settings.target !== undefined
      ? [settings.target]
      : [settings.fields, settings.docinfo_fields, settings.aggregation_fields].flatMap((names) =>
          Object.values(names).map(String),
        ),
  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.query !== undefined && settings.query_template !== undefined)
      problems.push({ option: "query_template", message: "query and query_template exclude each other" });
    if (settings.query === undefined && settings.query_template === undefined)
      problems.push({ option: "query", message: "there is neither a query nor a query_template" });
    if (settings.query_template !== undefined) {
      try {
        readFileSync(settings.query_template);
      } catch (error) {
        problems.push({ option: "query_template", message: (error as Error).message, severity: "host" });
      }
    }
    if (settings.user !== undefined && settings.api_key !== undefined)
      problems.push({ option: "api_key", message: "user and api_key exclude each other" });
    return problems;
  },
  create(settings, host) {
    const lookup = new ElasticsearchLookup({ ...settings, compression_level: 0 }, host.log);
    const template = settings.query_template === undefined ? undefined : readFileSync(settings.query_template, "utf8");
    const index = compileSprintf(settings.index, host.now);
    const write = compileSprintf(template ?? settings.query ?? "", host.now);
    const sort = settings.enable_sort ? { sort: settings.sort.split(",").map(sortOrder) } : {};
    const prefix = settings.target === undefined ? "" : bracketed(settings.target);
    const copies = (names: object): { from: readonly string[]; to: FieldReference }[] =>
      Object.entries(names).map(([from, to]) => ({
        from: new FieldReference(from).path,
        to: new FieldReference(prefix === "" ? String(to) : `${prefix}${bracketed(String(to))}`),
      }));
    const fields = copies(settings.fields);
    const docinfo = copies(settings.docinfo_fields);
    const aggregations = copies(settings.aggregation_fields);

    function searchOf(event: Event): string {
      const query = write(event);
      if (template !== undefined) return query;
      return JSON.stringify({ size: settings.result_size, query: { query_string: { query } }, ...sort });
    }

    return {
      apply: () => false,
      async wait(event) {
        const found = await lookup.search(index(event), searchOf(event));
        if (found === undefined) {
          for (const tag of settings.tag_on_failure) event.tag(tag);
          return false;
        }
        const { hits, aggregations: sums, total } = found;
        if (total !== undefined) totalHits.set(event, total);
        for (const { from, to } of fields)
          put(
            event,
            to,
            hits.map((hit) => valueAt(hit["_source"], from)),
          );
        for (const { from, to } of docinfo)
          put(
            event,
            to,
            hits.map((hit) => valueAt(hit, from)),
          );
        for (const { from, to } of aggregations) put(event, to, [valueAt(sums, from)]);
        return hits.length > 0 || (aggregations.length > 0 && sums !== undefined);
      },
    };
  },
});

/** One value as it is, several as a list; a copy, since events that made the same search share its answer. */
function put(event: Event, field: FieldReference, values: readonly (Value | undefined)[]): void {
  const present = values.filter((value): value is Value => value !== undefined && value !== null);
  if (present.length > 0) field.set(event, copyValue(present.length === 1 ? (present[0] as Value) : present) as Value);
}

function sortOrder(part: string): object {
  const [field = "", order = "asc"] = part.trim().split(/:(?=[^:]*$)/);
  return { [field]: { order, unmapped_type: "long" } };
}

function bracketed(name: string): string {
  return name.startsWith("[") ? name : `[${name}]`;
}
