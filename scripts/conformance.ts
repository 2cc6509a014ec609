import { corpusCases } from "./conformance-corpus.ts";
import { logstashCases } from "./conformance-logstash.ts";
import { moduleCases } from "./conformance-modules.ts";
import { dissectCases, multilineCases } from "./conformance-parsers.ts";
import { CASES, type CaseOutcome } from "./conformance-root.ts";
import { ZONE } from "./conformance-run.ts";
import { syslogCases } from "./conformance-syslog.ts";

const USAGE = `npm run conformance -- [set or part ...] [--verbose]

Runs the cases in ${CASES}
(another folder with the same file names: ANTLER_CONFORMANCE=FOLDER).

  logstash-specs     the cases of Logstash's filters and patterns; parts: filter-grok, filter-date, patterns-core ...
  dissect-cases      lines and tokenizers of Beats, Logstash and the dissect specification
  multiline-cases    texts and options of Filebeat's reader and Logstash's codec
  syslog-cases       lines of RFC 3164 and 5424 of Beats' readers and processor
  conf-corpus        real configurations: passed is accepted by antler check
  filebeat-modules   log files of Filebeat's modules; parts: nginx, system.auth ... A file passes with 90 % of the expected field
                     values equal and 1 % of its events unparsed at most

Passed, failed and skipped for each part; --verbose names the cases that fail and that are skipped. The last line sums up.
`;

const SETS = ["logstash-specs", "dissect-cases", "multiline-cases", "syslog-cases", "conf-corpus", "filebeat-modules"];

/** 0, or 2 for a wrong argument: cases that fail are a report, `npm test` holds them against those known. */
async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = args.find((arg) => arg.startsWith("-") && arg !== "--verbose");
  if (unknown !== undefined) {
    process.stderr.write(`conformance: there is no option ${unknown}\n\n${USAGE}`);
    return 2;
  }
  const verbose = args.includes("--verbose");
  const words = args.filter((arg) => !arg.startsWith("-"));
  const sets = words.filter((word) => SETS.includes(word));
  const parts = new Set(words.filter((word) => !SETS.includes(word)));
  const isPlugin = (part: string): boolean => part.startsWith("filter-") || part === "patterns-core";
  const plugins = new Set([...parts].filter(isPlugin));
  const modules = new Set([...parts].filter((part) => !isPlugin(part)));
  const runs = (set: string, own: ReadonlySet<string> = new Set()): boolean =>
    words.length === 0 || sets.includes(set) || own.size > 0;

  const outcomes: CaseOutcome[] = [];
  const add = (set: string, found: readonly CaseOutcome[] | undefined): void => {
    if (found === undefined) process.stdout.write(`${set}: not in ${CASES}\n`);
    else {
      outcomes.push(...found);
      process.stdout.write(report(set, found, verbose));
    }
  };
  process.env["TZ"] = "UTC";
  if (runs("logstash-specs", plugins)) add("logstash-specs", await logstashCases(plugins));
  if (runs("dissect-cases")) add("dissect-cases", dissectCases());
  if (runs("multiline-cases")) add("multiline-cases", multilineCases());
  if (runs("syslog-cases")) add("syslog-cases", syslogCases());
  if (runs("conf-corpus")) add("conf-corpus", corpusCases());
  if (runs("filebeat-modules", modules)) {
    process.env["TZ"] = ZONE;
    const found = moduleCases(modules, verbose);
    if (found !== undefined) process.stdout.write(found.text);
    add("filebeat-modules", found?.outcomes);
  }
  process.stdout.write(`${counts(outcomes)}\n`);
  return 0;
}

function report(set: string, outcomes: readonly CaseOutcome[], verbose: boolean): string {
  const parts = [...new Set(outcomes.map(({ part }) => part))].sort();
  const lines = [`${set}: ${counts(outcomes)}`];
  for (const part of parts) {
    const own = outcomes.filter((outcome) => outcome.part === part);
    lines.push(`  ${part}: ${counts(own)}`);
    if (!verbose) continue;
    for (const { id, name, outcome, reason } of own)
      if (outcome !== "passed") lines.push(`    ${outcome} ${id} ${name === id ? "" : name}\n      ${reason}`);
  }
  return `${lines.join("\n")}\n`;
}

function counts(outcomes: readonly CaseOutcome[]): string {
  const of = (wanted: CaseOutcome["outcome"]): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
  return `${of("passed")} passed, ${of("failed")} failed, ${of("skipped")} skipped`;
}

process.exitCode = await main(process.argv.slice(2));
