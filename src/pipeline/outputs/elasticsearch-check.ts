import { suggest } from "../../diagnostics/suggest.ts";
import type { OptionProblem } from "../../plugin/definitions.ts";
import type { Hash, Secret } from "../../plugin/options.ts";
import { ACTIONS, type ActionSettings, VERSION_TYPES } from "./bulk-action.ts";
import { bulkPathPrefix } from "./bulk-path.ts";
import {
  DATA_STREAM_DEFAULTS,
  DATA_STREAM_PARTS,
  type DataStreamSettings,
  dataStreamPart,
  INDEX_OPTIONS,
} from "./data-stream.ts";
import { parseUpsert, type UpdateSettings } from "./update-body.ts";

export type CheckedSettings = DataStreamSettings &
  ActionSettings &
  UpdateSettings & {
    readonly data_stream_type: string;
    readonly data_stream_dataset: string;
    readonly data_stream_namespace: string;
    readonly time_series: boolean;
    readonly join_field: string | undefined;
    readonly bulk_path: string | undefined;
    readonly path: string | undefined;
    readonly parameters: Hash;
    readonly hosts: readonly string[];
    readonly cloud_id: string | undefined;
    readonly cloud_auth: Secret | undefined;
    readonly user: string | undefined;
    readonly api_key: Secret | undefined;
  };

export const DEFAULT_HOSTS: readonly string[] = ["//127.0.0.1"];

/** Options of one output that do not go together. */
export function elasticsearchProblems(settings: CheckedSettings, isDataStream: boolean): OptionProblem[] {
  return [
    ...(isDataStream ? dataStreamProblems(settings) : indexProblems(settings)),
    ...actionProblems(settings),
    ...versionProblems(settings),
    ...updateProblems(settings),
    ...connectionProblems(settings),
  ];
}

function dataStreamProblems(settings: CheckedSettings): OptionProblem[] {
  const problems: OptionProblem[] = INDEX_OPTIONS.filter((option) => settings[option] !== undefined).map((option) => ({
    option,
    message: `"${option}" cannot be used with data_stream => true`,
    help: "leave out one of the two",
  }));
  if (settings.action !== undefined && settings.action !== "create") {
    problems.push({ option: "action", message: "a data stream takes the action create only" });
  }
  for (const part of DATA_STREAM_PARTS) {
    const name = settings[`data_stream_${part}`];
    const safe = dataStreamPart(name, part);
    // Resolved at start.
    if (safe === name || name.includes("${")) continue;
    const option = `data_stream_${part}`;
    if (name.replaceAll("-", "_") === safe) {
      const message = `a "-" in the ${part} makes the stream's name ambiguous`;
      problems.push({ option, message, help: `better: "${safe}"`, severity: "warning" });
    } else {
      const message = `Elasticsearch takes no data stream with the ${part} "${name}"`;
      problems.push({ option, message, help: `"${safe}" would do` });
    }
  }
  return problems;
}

function indexProblems(settings: CheckedSettings): OptionProblem[] {
  const problems: OptionProblem[] = DATA_STREAM_PARTS.filter(
    (part) => settings[`data_stream_${part}`] !== DATA_STREAM_DEFAULTS[part],
  ).map((part) => ({
    option: `data_stream_${part}`,
    message: "this output writes to an index and not to a data stream",
    help: "leave it out, or set data_stream => true and leave out what is for indices: index, document_id, other actions than create …",
  }));
  if (settings.time_series) {
    problems.push({ option: "time_series", message: "this output writes to an index and not to a data stream" });
  }
  return problems;
}

function actionProblems({ action, document_id, parent, join_field }: CheckedSettings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (action !== undefined && !action.includes("%{") && !action.includes("${") && !ACTIONS.includes(action)) {
    const near = suggest(action, ACTIONS);
    const help = near === undefined ? "index, create, update or delete" : `did you mean "${near}"?`;
    problems.push({ option: "action", message: `there is no action "${action}"`, help });
  }
  if ((action === "update" || action === "delete") && document_id === undefined) {
    problems.push({ option: "action", message: `${action} needs document_id` });
  }
  if (parent !== undefined && join_field === undefined) {
    problems.push({
      option: "parent",
      message: "parent needs join_field: Elasticsearch has no other parents since version 7",
    });
  }
  return problems;
}

function versionProblems({ action, document_id, version, version_type }: CheckedSettings): OptionProblem[] {
  if (version === undefined) {
    if (version_type === undefined) return [];
    return [{ option: "version_type", message: "version_type says nothing without version", severity: "warning" }];
  }
  const problems: OptionProblem[] = [];
  if (document_id === undefined) problems.push({ option: "version", message: "version needs document_id" });
  if (action === "create" || action === "update") {
    problems.push({
      option: "version",
      message: `Elasticsearch takes no version with the action ${action}`,
      help: "use index",
    });
  }
  const type = version_type ?? "internal";
  if (!type.includes("%{") && !type.includes("${") && !VERSION_TYPES.includes(type)) {
    const near = suggest(type, VERSION_TYPES);
    problems.push({
      option: version_type === undefined ? "version" : "version_type",
      message: `Elasticsearch compares no version of yours with version_type ${JSON.stringify(type)}`,
      help: near === undefined ? 'use version_type => "external" or "external_gte"' : `did you mean "${near}"?`,
    });
  }
  return problems;
}

/** Options that only an update reads. */
const UPDATE_OPTIONS = ["upsert", "doc_as_upsert", "script", "scripted_upsert", "retry_on_conflict"] as const;

function updateProblems(settings: CheckedSettings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const { action, upsert, script } = settings;
  const given = UPDATE_OPTIONS.filter((option) => settings[option] !== undefined && settings[option] !== false);
  if (action !== "update" && action?.includes("%{") !== true) {
    for (const option of given) {
      const message = `"${option}" says nothing without action => "update"`;
      problems.push({ option, message, severity: "warning" });
    }
  }
  if (settings.doc_as_upsert === true && settings.scripted_upsert === true) {
    problems.push({ option: "scripted_upsert", message: "doc_as_upsert and scripted_upsert exclude each other" });
  }
  if (settings.scripted_upsert === true && (script ?? "") === "") {
    problems.push({ option: "scripted_upsert", message: "scripted_upsert needs script" });
  }
  if (settings.script_type === "file") {
    const help = 'store it in Elasticsearch and use script_type => "indexed", or put it here as it is';
    problems.push({ option: "script_type", message: "Elasticsearch has no scripts in files since version 6", help });
  }
  if (action === "update" && settings.pipeline !== undefined) {
    const message = "Elasticsearch runs no ingest pipeline for updates";
    problems.push({ option: "pipeline", message, severity: "warning" });
  }
  if ((upsert ?? "") !== "" && !/[%$]\{/.test(upsert as string)) {
    try {
      parseUpsert(upsert as string);
    } catch (error) {
      problems.push({ option: "upsert", message: (error as Error).message, help: "such as '{\"count\": 1}'" });
    }
  }
  return problems;
}

function connectionProblems(settings: CheckedSettings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const ways = (["user", "cloud_auth", "api_key"] as const).filter((option) => settings[option] !== undefined);
  for (const option of ways.slice(1)) {
    problems.push({ option, message: `${ways[0]} and ${option} exclude each other` });
  }
  if (settings.cloud_id !== undefined && settings.hosts.join() !== DEFAULT_HOSTS.join()) {
    problems.push({ option: "cloud_id", message: "cloud_id and hosts exclude each other" });
  }
  const { bulk_path } = settings;
  if (bulk_path !== undefined && bulkPathPrefix(bulk_path) === undefined && !bulk_path.includes("${")) {
    const message = "bulk_path must end with /_bulk";
    problems.push({
      option: "bulk_path",
      message,
      help: "for what stands before it use path, for a query use parameters",
    });
  }
  if (bulk_path !== undefined && settings.path !== undefined) {
    problems.push({ option: "bulk_path", message: "path and bulk_path exclude each other" });
  }
  for (const name of ["filter_path", "require_data_stream"]) {
    if (name in settings.parameters) {
      const message = `the parameter ${name} is Antler's own: it must read the answers, and know where documents go`;
      problems.push({ option: "parameters", message });
    }
  }
  return problems;
}
