import { Command, CommanderError } from "commander";
import type { CheckOptions } from "./commands/check.ts";
import type { SetupOptions } from "./commands/setup.ts";
import { addDlqCommand } from "./dlq/define.ts";
import { EXIT_INTERNAL, EXIT_USAGE } from "./exit-codes.ts";
import { QUEUE_HELP, QUEUE_VERBS, type QueueOptions, type QueueVerb } from "./queue/help.ts";
import { SEARCH_HELP } from "./search/help.ts";
import { SETUP_HELP } from "./setup/help.ts";
import { addShipCommand } from "./ship/define.ts";
import { TEST_HELP } from "./test/help.ts";
import { version } from "./version.ts";

/** Runs the command line. Commands are imported when they are used, so that `--help` and `check` stay quick. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command("antler")
    .description(
      "Ships logs, runs Logstash's pipelines, and indexes into Elasticsearch: nothing lost, nothing doubled.",
    )
    .version(version(), "-V, --version")
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError("(antler --help tells more)");

  program
    .command("up")
    .description("read this host's logs, or those given, into a store on this machine that `antler search` searches")
    .argument(
      "[file...]",
      "files, folders, globs in quotes, - for standard input (default: the well-known logs of this host)",
    )
    .option("--data <folder>", "where the store and the positions are kept")
    .option("--once", "read what there is, then end")
    .option("--sample", "replay sample logs as if they were written now")
    .option(
      "--pipelines <folder>",
      "pipelines in place of those that come with Antler: <name>/pipeline.conf, entered at the address classify",
    )
    .addHelpText(
      "after",
      `
Examples:
  antler up
  antler up /var/log/nginx/access.log '/srv/app/logs/*.log'
  antler up --once --data /tmp/incident ./logs-of-the-incident/
  zcat old.log.gz | antler up -`,
    )
    .action(
      async (files: string[], options: { data?: string; once?: boolean; sample?: boolean; pipelines?: string }) => {
        const { runUpCommand } = await import("./commands/up.ts");
        process.exitCode = await runUpCommand(files, options);
      },
    );

  program
    .command("search")
    .description("search what `antler up` has stored, in Kibana's query language (KQL)")
    .argument("[query]", "KQL; without it everything", "")
    .option("--since <time>", "from then on: 15m, 2h, 1d, today, or 2026-11-23T10:00")
    .option("--until <time>", "before then")
    .option("--columns <fields>", "fields to show, with commas between them")
    .option("--limit <n>", "most events, the newest first; 0: all (default: 100, with --json all)")
    .option("--json", "one document a line")
    .option("--follow", "what comes in from now on, until Ctrl-C")
    .option("--histogram", "counts over time by level")
    .option("--data <folder>", "folder of the store, as given to `antler up`")
    .addHelpText("after", SEARCH_HELP)
    .action(async (query: string, options: Record<string, never>) => {
      const { runSearchCommand } = await import("./commands/search.ts");
      process.exitCode = await runSearchCommand(query, options);
    });

  program
    .command("pipeline")
    .description("run pipelines: Logstash's .conf files, and its pipelines.yml")
    .option("-f, --path.config <path...>", "configuration file, folder or glob")
    .option("-e, --config.string <text>", "configuration as text")
    .option("--path.settings <folder>", "folder with pipelines.yml, logstash.yml: run all its pipelines")
    .option("-w, --pipeline.workers <n>", "worker threads (default: one a core)")
    .option("-b, --pipeline.batch.size <n>", "most events in a batch (default: 4096)")
    .option(
      "--pipeline.id <name>",
      "name of what runs, and of its data folder (default: main; with pipelines.yml its folder's name)",
    )
    .option(
      "--pipeline.ordered <mode>",
      "keep the order of events: auto (with one worker), true, false (default: auto)",
    )
    .option("--pipeline.ecs_compatibility <mode>", "v8, v1 or disabled (default: v8)")
    .option("--config.support_escapes", "read \\n, \\t and the like in strings")
    .option("--path.data <folder>", "where positions, ledger, dead letters and queues are kept")
    .option(
      "--pipeline.output_isolation",
      "an output that does not take its events holds up nobody else: they wait on disk, in a queue of its own",
    )
    .option("--queue.type <type>", "memory, or persisted: a queue on disk between inputs and filters (default: memory)")
    .option("--api.enabled <true|false>", "metrics and health over HTTP (default: true)")
    .option("--api.http.host <address>", "where they listen (default: 127.0.0.1)")
    .option("--api.http.port <port>", "a port, or a range of which the first that is free (default: 9600-9700)")
    .option("--shutdown.timeout <seconds>", "how long to wait for deliveries when stopping", "10")
    .addHelpText(
      "after",
      `
Examples:
  antler pipeline -f /etc/logstash/conf.d/
  antler pipeline -e 'input { stdin { } } output { stdout { } }' < /var/log/syslog
  antler pipeline -f web.conf -w 4 --path.data /var/lib/antler/web
  antler pipeline --path.settings /etc/logstash
  ANTLER_ELASTICSEARCH=http://es1:9200 antler pipeline --path.settings pipelines

In pipelines.yml paths are relative to its own folder. What is given here goes before pipelines.yml, and that before logstash.yml.
With -f or -e, pipelines.yml is not read.`,
    )
    .action(async (options: Record<string, string | string[] | boolean>) => {
      const { runPipelineCommand } = await import("./commands/pipeline.ts");
      process.exitCode = await runPipelineCommand(options);
    });

  const queue = program
    .command("queue")
    .description("look at the queues on disk of `antler pipeline`, check them, repair them")
    .addHelpText("after", QUEUE_HELP);
  for (const [verb, description] of Object.entries(QUEUE_VERBS)) {
    const command = queue
      .command(verb)
      .description(description)
      .argument("[pipeline...]", "ids of pipelines (default: all that have a queue)")
      .option("--path.data <folder>", "as given to `antler pipeline`")
      .option("--path.queue <folder>", "as in logstash.yml, if it is set there")
      .option("--json", "the report as JSON");
    if (verb === "repair") command.option("--yes", "do not ask");
    command.action(async (pipelines: string[], options: QueueOptions) => {
      const { runQueueCommand } = await import("./commands/queue.ts");
      process.exitCode = await runQueueCommand(verb as QueueVerb, pipelines, options);
    });
  }

  addShipCommand(program);

  program
    .command("setup")
    .description("make what the pipelines' data streams need in Elasticsearch: show the plan, then apply it")
    .option(
      "-f, --path.config <path...>",
      "configuration file, folder or glob (default: the pipelines that come along)",
    )
    .option("--path.settings <folder>", "folder with pipelines.yml, logstash.yml")
    .option("--hosts <url...>", "clusters' addresses, in place of those of the outputs")
    .option("--ca <file>", "CA certificates to trust, in place of those of the outputs")
    .option("--namespace <name>", "data streams of this namespace only (default: of any)")
    .option("--retention <time>", "how long documents are kept: 30d, 12h, none", "30d")
    .option("--ilm", "keep it by a lifecycle policy, also where there are data stream lifecycles")
    .option("--force <name...>", "write these although they are someone else's or were changed")
    .option("--yes", "apply without asking")
    .option("--export <folder>", "write what would be made as JSON files, and apply nothing")
    .option("--json", "plan and result as JSON")
    .addHelpText("after", SETUP_HELP)
    .action(async (options: SetupOptions) => {
      const { runSetupCommand } = await import("./commands/setup.ts");
      process.exitCode = await runSetupCommand(options);
    });

  program
    .command("test")
    .description("run pipelines over sample logs and compare the documents with those expected")
    .argument("<path...>", "dataset folders, folders of them, or .log files")
    .option("--update", "write what came out as what is expected")
    .option("--json", "results as JSON")
    .addHelpText("after", TEST_HELP)
    .action(async (paths: string[], options: { update?: boolean; json?: boolean }) => {
      const { runTestCommand } = await import("./commands/test.ts");
      process.exitCode = await runTestCommand(paths, options);
    });

  program
    .command("ledger")
    .description("show what was counted, by pipeline, input and output; with --prove hold it against Elasticsearch")
    .option("--path.data <folder>", "data folder, as given to `antler pipeline`, `up` or `ship`")
    .option("--json", "as JSON")
    .option("--prove", "ask Elasticsearch for its counts, by data stream and day")
    .option("--only-writer", "with --prove: more documents than counted are a finding too")
    .option("-f, --path.config <path...>", "with --prove: the configuration that runs")
    .option("-e, --config.string <text>", "with --prove: the configuration as text")
    .option("--path.settings <folder>", "with --prove: folder with pipelines.yml, logstash.yml")
    .option("--pipeline.id <name>", "with --prove: name of what runs (default: main)")
    .addHelpText(
      "after",
      `
Examples:
  antler ledger
  antler ledger --path.data /var/lib/antler/web --json
  antler ledger --prove -f /etc/logstash/conf.d/
  antler ledger --prove --path.settings /etc/logstash

read + created = delivered + filtered out + dead letters + absorbed + unrouted. What is on its way is not counted yet.
Exit code 1 when it does not balance, or when documents are missing.`,
    )
    .action(async (options: Record<string, string | string[] | boolean>) => {
      const { runLedgerCommand } = await import("./commands/ledger.ts");
      process.exitCode = await runLedgerCommand(options);
    });

  program
    .command("check")
    .description("check configuration files without running them")
    .argument("<path...>", "files, folders or globs of .conf files; folders with pipelines.yml or <name>/pipeline.conf")
    .option("--strict", "warnings count as errors")
    .option("--json", "findings as JSON")
    .option("--connect", "ask the clusters of the elasticsearch outputs for their mappings")
    .option("--templates <path...>", "hold documents against index templates: JSON files, or folders of them")
    .addHelpText(
      "after",
      `
Examples:
  antler check /etc/logstash/conf.d/
  antler check /etc/logstash/
  antler check --strict pipelines/
  antler check --json 'web/*.conf'
  antler check pipelines/ --templates elasticsearch/templates/
  antler check --connect /etc/logstash/

Plain .conf files are one pipeline together, as for Logstash. Folders with pipelines.yml and folders of <name>/pipeline.conf are checked
as the pipelines that they are.`,
    )
    .action(async (paths: string[], options: CheckOptions) => {
      const { runCheckCommand } = await import("./commands/check.ts");
      process.exitCode = await runCheckCommand(paths, options);
    });

  addDlqCommand(program);

  program
    .command("docs")
    .description("show the reference page of a plugin, or what an error code means")
    .argument("[topic]", "filter/grok, kv, CONF012; without it the list of all pages")
    .addHelpText(
      "after",
      "\nExamples:\n  antler docs\n  antler docs filter/grok\n  antler docs CONF012\n  antler docs output/elasticsearch | less",
    )
    .action(async (topic: string | undefined) => {
      const { runDocsCommand } = await import("./commands/docs.ts");
      process.exitCode = runDocsCommand(topic);
    });

  try {
    await program.parseAsync([...args], { from: "user" });
    if (args.length === 0) program.outputHelp();
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    process.stderr.write(`antler: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT_INTERNAL;
  }
}
