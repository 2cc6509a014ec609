import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";
import { readShipConfigFile } from "../ship/read-config.ts";

export interface ShipCheckOptions {
  readonly config: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** `antler ship check`: everything that is wrong with a shipper's configuration. The exit code. */
export function runShipCheck(options: ShipCheckOptions): number {
  const found = new DiagnosticCollector();
  const config = readShipConfigFile(options.config, found);
  const findings = found.sorted();
  if (options.json === true) process.stdout.write(`${JSON.stringify(found.toJSON(), null, 2)}\n`);
  else if (findings.length > 0) process.stdout.write(renderDiagnostics(findings));
  if (found.errors > 0 || config === undefined) return EXIT_CONFIGURATION;
  if (options.json !== true) {
    const inputs = config.inputs.map(({ type, id }) => `${type} ${id}`).join(", ");
    process.stdout.write(`${options.config}: inputs: ${inputs || "none"}; output: ${config.output.kind}\n`);
  }
  return options.strict === true && found.warnings > 0 ? 1 : 0;
}
