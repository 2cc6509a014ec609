import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { readConfiguration } from "../configuration-files.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";

/** `antler check`: everything that is wrong with a configuration, in one run. The exit code. */
export function runCheckCommand(
  paths: readonly string[],
  options: { readonly strict?: boolean; readonly json?: boolean },
): number {
  const found = new DiagnosticCollector();
  const sources = readConfiguration(paths, found);
  resolveGroup([{ id: "main", sources, ecs: "v8", supportEscapes: false }], found, "check");
  const findings = found.sorted();
  if (options.json === true) process.stdout.write(`${JSON.stringify(found.toJSON(), null, 2)}\n`);
  else if (findings.length > 0) process.stdout.write(renderDiagnostics(findings));
  else process.stdout.write(`${sources.length} file${sources.length === 1 ? "" : "s"}: nothing found\n`);
  if (found.errors > 0) return EXIT_CONFIGURATION;
  return options.strict === true && found.warnings > 0 ? 1 : 0;
}
