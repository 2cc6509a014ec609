import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { checkFieldKinds } from "../../pipeline/compile/check-field-kinds.ts";
import { checkMappings, type FindDesign } from "../../pipeline/compile/check-mappings.ts";
import { type DocumentShape, documentShapes } from "../../pipeline/compile/produced-fields.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { stateOf } from "../../pipeline/compile/state.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";
import { readLiveMappings } from "../live-mappings.ts";
import { findPipelines } from "../pipeline-folder.ts";
import { designsIn, readTemplates } from "../template-files.ts";

export interface CheckOptions {
  readonly strict?: boolean;
  readonly json?: boolean;
  /** Folders and files with index templates. */
  readonly templates?: readonly string[];
  /** Ask the clusters of the elasticsearch outputs. */
  readonly connect?: boolean;
}

/** How long the clusters have to answer, all together, in milliseconds. */
const ANSWER_MS = 10_000;

/** `antler check`: everything that is wrong with a configuration, in one run. The exit code. */
export async function runCheckCommand(paths: readonly string[], options: CheckOptions): Promise<number> {
  const found = new DiagnosticCollector();
  const groups = findPipelines(paths, found);
  const find: FindDesign =
    options.templates === undefined ? () => undefined : designsIn(readTemplates(options.templates, found));
  const now = Date.now();
  const stateful: string[] = [];
  for (const { definitions } of groups) {
    const errors = found.errors;
    const group = resolveGroup(definitions, found, "check");
    if (found.errors > errors) continue;
    stateful.push(...stateOf(group).filters);
    const shapes = documentShapes(group);
    const live = options.connect === true ? await connected(shapes, found, now) : undefined;
    const both: FindDesign = (target, output) => live?.(target, output) ?? find(target, output);
    checkFieldKinds(shapes, both, found, now);
    checkMappings(shapes, both, found, now);
  }
  const findings = found.sorted();
  const files = groups.reduce((sum, group) => sum + group.files, 0);
  if (options.json === true) process.stdout.write(`${JSON.stringify(found.toJSON(), null, 2)}\n`);
  else if (findings.length > 0) process.stdout.write(renderDiagnostics(findings));
  else process.stdout.write(`${files} file${files === 1 ? "" : "s"}: nothing found\n`);
  if (options.json !== true && stateful.length > 0)
    process.stdout.write(
      `note: ${stateful.join(", ")}: state is kept, so their events go through one worker, in order\n`,
    );
  if (found.errors > 0) return EXIT_CONFIGURATION;
  return options.strict === true && found.warnings > 0 ? 1 : 0;
}

async function connected(
  shapes: readonly DocumentShape[],
  found: DiagnosticCollector,
  now: number,
): Promise<FindDesign> {
  const { find, silent } = await readLiveMappings(shapes, now, ANSWER_MS, new AbortController().signal);
  for (const { output, reason } of silent)
    found.warning("MAP006", `the cluster does not say what it has: ${reason}`, output.node.nameSpan, {
      help: "its address and credentials are those of the output; reading needs the privileges view_index_metadata and manage_index_templates",
    });
  return find;
}
