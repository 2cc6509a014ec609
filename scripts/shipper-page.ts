import { EXPLAINED } from "../src/shipper/config/explained.ts";
import {
  COMMON_SETTINGS,
  FILE_SETTINGS,
  JOURNALD_SETTINGS,
  LISTEN_SETTINGS,
  MULTILINE_SETTINGS,
  PARSER_SETTINGS,
  STDIN_SETTINGS,
  SYSLOG_SETTINGS,
  SYSTEM_SETTINGS,
} from "../src/shipper/config/input-settings.ts";
import { OUTPUT_TABLES } from "../src/shipper/config/output-settings.ts";
import type { SettingTable } from "../src/shipper/config/settings.ts";
import { TOP_SETTINGS } from "../src/shipper/config/top-settings.ts";

/** docs/shipper.md: what the shipper does, and its settings. */
export function shipperPage(): string {
  const syslog = Object.fromEntries(
    Object.entries(SYSLOG_SETTINGS).filter(([name]) => !name.startsWith("protocol.udp.") || name.endsWith(".host")),
  );
  return [
    HEAD,
    section("All inputs", COMMON_SETTINGS),
    section("filestream, log, container", FILE_SETTINGS, COMMON_SETTINGS, MULTILINE_SETTINGS),
    section("parsers of filestream", PARSER_SETTINGS),
    section("journald", JOURNALD_SETTINGS, COMMON_SETTINGS),
    section("tcp, udp", LISTEN_SETTINGS, COMMON_SETTINGS),
    section("syslog", syslog, COMMON_SETTINGS),
    section("stdin", STDIN_SETTINGS, COMMON_SETTINGS),
    section("system", SYSTEM_SETTINGS, COMMON_SETTINGS),
    ...Object.entries(OUTPUT_TABLES).map(([name, table]) => section(`output.${name}`, table)),
    section("The rest", TOP_SETTINGS),
    explanations(
      "Read, without effect",
      "Names of Filebeat's that do nothing here, and what begins with them: a warning with its line.",
      false,
    ),
    explanations("Refused", "To go on without these would not be what was meant: an error with its line.", true),
  ].join("\n");
}

/** A table of settings, without those of `others`. */
function section(title: string, table: SettingTable, ...others: readonly SettingTable[]): string {
  const rows = Object.entries(table)
    .filter(([name]) => others.every((other) => !Object.hasOwn(other, name)))
    .map(([name, { fallback, text }]) => {
      const standard = fallback === undefined || fallback === "" || fallback === "\n" ? "" : `\`${fallback}\``;
      return `| \`${name}\` | ${standard} | ${text.replaceAll("|", "\\|")} |`;
    });
  return `## ${title}\n\n| setting | default | |\n|---|---|---|\n${rows.join("\n")}\n`;
}

/** A table of the settings of Filebeat's that are not taken over. */
function explanations(title: string, lead: string, refused: boolean): string {
  const rows = EXPLAINED.filter(([, , kind]) => (kind === "refused") === refused).map(
    ([prefix, help]) => `| \`${prefix}\` | ${help.replaceAll("|", "\\|")} |`,
  );
  return `## ${title}\n\n${lead}\n\n| setting | why, or what instead |\n|---|---|\n${rows.join("\n")}\n`;
}

const HEAD = `# The shipper

Generated from src/shipper/config. \`antler ship -c FILE\` reads a filebeat.yml: Filebeat's names, nested or with dots, Filebeat's defaults unless a table below says otherwise. What comes with Filebeat 7, 8 and
9 starts as it is. A setting that has no effect here is explained at the start, an unknown one is an error with its line.

    antler ship check -c FILE           everything wrong with it, with the place and the way out; --strict, --json
    antler ship test-output -c FILE     tries every host of the output, without sending an event
    antler ship -c FILE                 runs it
    antler ship -c FILE --once --timeout 60     what there is now; ends with 0 when all is acknowledged, else with 1 and what is missing
    antler ship -c FILE --since 3d      at a first start, from then on, also in rotated and compressed files
    antler ship registry -c FILE        files, positions, how far behind

**Files** are found by patterns, and seen at once where the system reports changes of folders, else by a scan each \`check_interval\`. A file is known by a random id, and found again by inode, birth time and content:
renamed, copied and truncated, compressed, or with an inode that another had before. [rotated-files.md](rotated-files.md) has the details. A new file is read from its start.

**Back-pressure**: what is read and not acknowledged is bounded (8 MiB); then reading waits, while files are still followed: what is renamed, cut or copied meanwhile is known when reading goes on. With
\`queue.disk\` what cannot be sent goes to disk. [sending.md](sending.md)

**Stack traces**: \`multiline.type: stacktrace\` joins those of Java, Python, Go, Node, .NET, Ruby and PHP without a pattern; lines that are none stay events of their own.

**Containers' lines** (\`parsers: [container]\`, or inputs of type container): parts of one line are joined. Where stdout and stderr lie between each other, a line in parts ends where the other stream begins: an event is one
range of the file.

**Holes**: a file that was cut while its writer went on at its old place begins with zero bytes. 4,096 and more of them at the beginning of a line are passed over, and said, once something follows.

**Different from Filebeat**: \`file_identity\` and fingerprints need no settings. \`clean_removed\`: a removed file leaves the registry after 7 days, since its compressed copy may come later; 200,000 entries are kept at most.
Settings of time that differ between inputs (\`check_interval\`, \`backoff\`): the shortest holds for all. \`.gz\` files are read unless \`compression: none\`. The HTTP endpoint is on, on loopback.
A syslog or tcp input without \`ssl\` takes anyone who can reach its address. Expressions are Go's.

`;
