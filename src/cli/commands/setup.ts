import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { ORDINARY } from "../../elastic/assets/abilities.ts";
import { ElasticApiError } from "../../elastic/assets/elastic-api.ts";
import { type TemplateWishes, templateAssets } from "../../elastic/assets/template-assets.ts";
import { BulkConnectionError } from "../../elastic/connection-error.ts";
import { type ResolvedGroup, resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { dataStreamPart } from "../../pipeline/outputs/data-stream.ts";
import { EXIT_CONFIGURATION, EXIT_USAGE } from "../exit-codes.ts";
import { findPipelines, SHIPPED_PIPELINES } from "../pipeline-folder.ts";
import { readSettingsFolder } from "../pipelines-yml.ts";
import { askCluster, exportAssets } from "../setup/export.ts";
import { setUpClusters } from "../setup/set-up.ts";
import { credentialsOf, type SetupTarget, setupTargets, united } from "../setup/targets.ts";

const LEFT_TO_DO = 1;
/** An ordinary server has a template for all logs of its own. */
const UNASKED = { abilities: ORDINARY, foreignCatchAll: true };

export interface SetupOptions {
  readonly "path.config"?: readonly string[];
  readonly "path.settings"?: string;
  readonly hosts?: readonly string[];
  readonly ca?: string;
  readonly namespace?: string;
  readonly retention: string;
  readonly ilm?: boolean;
  readonly force?: readonly string[];
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly export?: string;
}

/** `antler setup`: makes what the pipelines' data streams need in Elasticsearch. The exit code. */
export async function runSetupCommand(options: SetupOptions): Promise<number> {
  const mistake = mistakeIn(options);
  if (mistake !== undefined) return fail(mistake, EXIT_USAGE);
  const found = new DiagnosticCollector();
  const groups = pipelinesOf(options, found);
  if (found.errors > 0) {
    process.stderr.write(renderDiagnostics(found.sorted()));
    return EXIT_CONFIGURATION;
  }
  try {
    const overrides = { ...credentialsOf(process.env), hosts: options.hosts, ca: options.ca };
    const targets = setupTargets(groups, overrides);
    if (targets.length === 0)
      return fail("no pipeline writes to data streams of Elasticsearch: there is nothing to set up", LEFT_TO_DO);
    if (options.export !== undefined) return await writeExport(options.export, options, targets);
    return await setUpClusters(targets, {
      wishesOf: (target) => wishesOf(options, target),
      forced: new Set(options.force),
      yes: options.yes === true,
      json: options.json === true,
    });
  } catch (error) {
    if (error instanceof ElasticApiError) return fail(error.message, LEFT_TO_DO);
    if (error instanceof BulkConnectionError) {
      const isUntrusted = options.ca === undefined && /certificate|self.signed/i.test(error.message);
      return fail(`${error.message}${isUntrusted ? ": --ca FILE names the certificates to trust" : ""}`, LEFT_TO_DO);
    }
    throw error;
  }
}

function mistakeIn({ retention, namespace, ...options }: SetupOptions): string | undefined {
  if (options["path.config"] !== undefined && options["path.settings"] !== undefined)
    return "give the pipelines with -f PATH or with --path.settings FOLDER, not with both";
  if (retention !== "none" && !/^[1-9]\d{0,5}[dhm]$/.test(retention))
    return `--retention ${retention}: a number of days, hours or minutes is expected, such as 30d, or none`;
  if (namespace !== undefined && namespace !== dataStreamPart(namespace, "namespace"))
    return `--namespace ${namespace}: the name of a data stream cannot hold this; small letters, digits, - and _ can be`;
  return undefined;
}

function pipelinesOf(options: SetupOptions, found: DiagnosticCollector): ResolvedGroup[] {
  const paths = options["path.config"];
  const folder = options["path.settings"] ?? SHIPPED_PIPELINES;
  const groups = paths === undefined ? [readSettingsFolder(folder, {}, found, "check")] : findPipelines(paths, found);
  return groups.map(({ definitions }) => resolveGroup(definitions, found, "check"));
}

function wishesOf(
  options: SetupOptions,
  { datasets }: Pick<SetupTarget, "datasets">,
): Omit<TemplateWishes, "catchAll"> {
  return {
    datasets,
    namespace: options.namespace,
    retention: options.retention === "none" ? undefined : options.retention,
    ilm: options.ilm === true,
  };
}

async function writeExport(folder: string, options: SetupOptions, targets: readonly SetupTarget[]): Promise<number> {
  const known = targets.reduce<Pick<SetupTarget, "datasets" | "dynamic">>(united, { datasets: [], dynamic: [] });
  const [target] = options.hosts === undefined ? [] : targets;
  const { abilities, foreignCatchAll } = target === undefined ? UNASKED : await askCluster(target.connection);
  const { assets } = templateAssets({ ...wishesOf(options, known), catchAll: !foreignCatchAll }, abilities);
  const files = await exportAssets(folder, assets, abilities.server);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ files }, null, 2)}\n`);
  else process.stdout.write(`${files.length} files in ${folder}; README.md has the order\n`);
  return 0;
}

function fail(message: string, code: number): number {
  process.stderr.write(`antler: ${message}\n`);
  return code;
}
