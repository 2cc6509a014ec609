import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { readShipperConfig } from "../../shipper/config.ts";
import { Shipper } from "../../shipper/shipper.ts";
import { imbalance } from "../../telemetry/ledger.ts";
import { createLogger } from "../../telemetry/logger.ts";
import { dataFolder, FolderInUse, lockFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_INTERNAL, EXIT_USAGE } from "../exit-codes.ts";
import { onStopSignal } from "../signals.ts";
import { version } from "../version.ts";

interface ShipOptions {
  readonly config: string;
  readonly "path.data"?: string;
  readonly "shutdown.timeout"?: string;
}

/** `antler ship`. The exit code. */
export async function runShipCommand(options: ShipOptions): Promise<number> {
  const found = new DiagnosticCollector();
  let text: string;
  try {
    text = readFileSync(options.config, "utf8");
  } catch (error) {
    found.error("CONF020", `${options.config}: ${(error as Error).message}`);
    text = "";
  }
  const config = found.errors > 0 ? undefined : readShipperConfig({ name: options.config, text }, found);
  process.stderr.write(renderDiagnostics(found.sorted()));
  if (config === undefined || found.errors > 0) return EXIT_CONFIGURATION;
  const timeout = Number(options["shutdown.timeout"] ?? 10);
  if (!(timeout >= 0)) {
    process.stderr.write("antler: --shutdown.timeout is a number of seconds\n");
    return EXIT_USAGE;
  }
  const folder = dataFolder(
    options["path.data"] ?? config.dataFolder,
    "ship",
    basename(options.config).replace(/\.ya?ml$/, ""),
  );
  const log = createLogger();
  const shipper = new Shipper(
    { config, dataFolder: folder, shutdownTimeoutMs: timeout * 1000, version: version() },
    log,
  );
  try {
    await lockFolder(folder);
    await shipper.start();
  } catch (error) {
    process.stderr.write(`antler: ${(error as Error).message}\n`);
    if (!(error instanceof FolderInUse)) await shipper.stop();
    return EXIT_INTERNAL;
  }
  log.info("shipper is ready", { inputs: config.inputs.length, milliseconds: Math.round(performance.now()) });
  await new Promise<void>((resolve) => {
    onStopSignal((signal) => {
      log.info("stopping", { signal });
      resolve();
    });
    // Timers of the tail are all that keeps the process running otherwise.
    setInterval(() => undefined, 2 ** 30);
  });
  await shipper.stop();
  const ledger = shipper.ledger();
  log.info("shipper has ended", { ...ledger, imbalance: imbalance(ledger) });
  process.exit(0);
}
