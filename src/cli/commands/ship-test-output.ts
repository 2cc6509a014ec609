import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import type { OutputConfig } from "../../shipper/config/config.ts";
import { probeOutput } from "../../shipper/outputs/probe-output.ts";
import type { ProbeStep } from "../../shipper/outputs/probe-step.ts";
import { EXIT_CONFIGURATION } from "../exit-codes.ts";
import { readShipConfigFile } from "../ship/read-config.ts";

export interface ShipTestOutputOptions {
  /** The configuration's file. */
  readonly config: string;
  readonly json?: boolean;
}

/** `antler ship test-output`: tries every host of the output without sending an event. The exit code: 0 when all can be reached, else 1. */
export async function runShipTestOutput(options: ShipTestOutputOptions): Promise<number> {
  const found = new DiagnosticCollector();
  const output = readShipConfigFile(options.config, found)?.output;
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (output === undefined || found.errors > 0) return EXIT_CONFIGURATION;
  return testOutput(output, options.json === true, (text) => process.stdout.write(text));
}

/** The same for an output that has been read. */
export async function testOutput(output: OutputConfig, json: boolean, write: (text: string) => void): Promise<number> {
  const steps: ProbeStep[] = [];
  const ok = await probeOutput(
    output,
    (step) => {
      steps.push(step);
      if (!json) write(line(step));
    },
    Date.now,
  );
  if (json) write(`${JSON.stringify({ output: output.kind, ok, steps }, null, 2)}\n`);
  else write(ok ? `output.${output.kind} can be used\n` : `output.${output.kind} cannot be used as it is\n`);
  return ok ? 0 : 1;
}

function line({ where, step, ok, what, help }: ProbeStep): string {
  const text = `${ok ? "ok    " : "error "} ${where}  ${step.padEnd(11)}  ${what}\n`;
  return help === undefined ? text : `${text}       ${help}\n`;
}
