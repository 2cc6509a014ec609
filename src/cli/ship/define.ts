import type { Command } from "commander";
import type { ShipRegistryOptions } from "../commands/ship-registry.ts";
import { EXIT_USAGE } from "../exit-codes.ts";

const HELP = `
Examples:
  antler ship -c shipper.yml
  antler ship -c /etc/filebeat/filebeat.yml --path.data /var/lib/antler/ship
  antler ship -c collect.yml --once --timeout 60     what is there now, then end
  antler ship -c shipper.yml --since 3d              at the first start, what is not older, from rotated and .gz files too
  antler ship check -c filebeat.yml
  antler ship test-output -c filebeat.yml
  antler ship registry -c filebeat.yml               files, positions, lag

Settings have Filebeat's names: docs/shipper.md. With --once the exit code is 1, and what is missing is said, when not everything is acknowledged within --timeout.`;

/** Adds `antler ship` and its subcommands. */
export function addShipCommand(program: Command): void {
  const ship = program
    .command("ship")
    .description("ship log files, the journal, syslog and this host's figures: filebeat.yml's names")
    .enablePositionalOptions()
    .option("-c, --config <file>", "configuration in YAML")
    .option("--path.data <folder>", "where registry, spool and dead letters are kept")
    .option("--once", "read what there is to its end, wait until it is acknowledged, then end")
    .option(
      "--since <time>",
      "first start only: lines from then on (2025-01-31T08:00, 90m, 2h, 3d), rotated and .gz files too",
    )
    .option("--timeout <seconds>", "with --once: how long that may take (default: no bound)")
    .option("--shutdown.timeout <seconds>", "how long to wait for acknowledgements when stopping (default: 10)")
    .addHelpText("after", HELP)
    .action(async (options: { config?: string } & Record<string, string>) => {
      if (options.config === undefined) {
        process.stderr.write(
          "antler: -c <file> is missing: the shipper's configuration (antler ship --help tells more)\n",
        );
        process.exitCode = EXIT_USAGE;
        return;
      }
      const { runShipCommand } = await import("../commands/ship.ts");
      process.exitCode = await runShipCommand({ ...options, config: options.config });
    });
  ship
    .command("check")
    .description("check a configuration without running it")
    .requiredOption("-c, --config <file>", "configuration in YAML")
    .option("--strict", "warnings count as errors")
    .option("--json", "findings as JSON")
    .action(async (options: { config: string }) => {
      const { runShipCheck } = await import("../commands/ship-check.ts");
      process.exitCode = runShipCheck(options);
    });
  ship
    .command("test-output")
    .description("try every host of the output, without sending an event")
    .requiredOption("-c, --config <file>", "configuration in YAML")
    .option("--json", "the steps as JSON")
    .action(async (options: { config: string }) => {
      const { runShipTestOutput } = await import("../commands/ship-test-output.ts");
      process.exitCode = await runShipTestOutput(options);
    });
  ship
    .command("registry")
    .description("list the files that are known, with positions and lag, whether the shipper runs or not")
    .option("-c, --config <file>", "configuration in YAML: its registry")
    .option("--path.data <folder>", "data folder, as given to `antler ship`: all registries there")
    .option("--json", "the files as JSON")
    .action(async (options: ShipRegistryOptions) => {
      const { runShipRegistry } = await import("../commands/ship-registry.ts");
      process.exitCode = await runShipRegistry(options);
    });
}
