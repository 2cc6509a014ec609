import type { Command } from "commander";
import type { DlqAction, DlqOptions } from "../commands/dlq.ts";
import { DLQ_HELP } from "./help.ts";

/** Adds `dlq` and its actions to the command line. */
export function addDlqCommand(program: Command): void {
  const dlq = program
    .command("dlq")
    .description("dead letters: look at what could not be delivered, run it again, or give it up")
    .addHelpText("after", DLQ_HELP);
  const action = (name: DlqAction, description: string): Command =>
    dlq
      .command(name)
      .description(description)
      .option("-f, --path.config <path...>", "configuration file, folder or glob of the pipeline")
      .option("-e, --config.string <text>", "configuration as text")
      .option("--path.settings <folder>", "folder with pipelines.yml, logstash.yml")
      .option("--path.data <folder>", "where the pipeline keeps its data")
      .option("--pipeline.id <name>", "name of the pipeline (default: main; with --path.settings its folder's name)")
      .option("--letters <folder>", "the folder of the letters itself, as messages name it; for those of `antler up`")
      .option("--json", "the result as JSON");
  const filtered = (command: Command): Command =>
    command.option("--filter <kql>", "only letters that this query finds (antler dlq --help tells more)");
  const run =
    (name: DlqAction) =>
    async (options: DlqOptions): Promise<void> => {
      const { runDlqCommand } = await import("../commands/dlq.ts");
      process.exitCode = await runDlqCommand(name, options);
    };

  filtered(action("ls", "letters by reason")).option("--each", "one line a letter").action(run("ls"));
  action("show", "one letter: its record, its event, and why")
    .argument("<letter>", "its name, as ls --each shows it")
    .action(async (letter: string, options: DlqOptions) => {
      const { runDlqCommand } = await import("../commands/dlq.ts");
      process.exitCode = await runDlqCommand("show", options, letter);
    });
  filtered(action("explain", "what went wrong and what can be done, in plain words")).action(run("explain"));
  filtered(action("replay", "run the records again and deliver what was dead-lettered"))
    .option(
      "--with <path...>",
      "run them through this configuration (file, folder, glob; folder with pipelines.yml) instead",
    )
    .action(run("replay"));
  filtered(action("purge", "give letters up without delivering them"))
    .option("--older-than <time>", "only letters older than this: 7d, 12h, or 2026-11-23T10:00")
    .option("--yes", "do not ask")
    .action(run("purge"));
}
