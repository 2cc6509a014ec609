import { hostname } from "node:os";
import { TextSlice } from "../../event/lazy-value.ts";
import { isTree } from "../../event/value.ts";
import {
  type Decoder,
  defineInput,
  type EcsMode,
  type InputPlugin,
  type OptionProblem,
} from "../../plugin/definitions.ts";
import { boolean, codec, list, type OptionValues, text } from "../../plugin/options.ts";
import { atMost } from "../../sources/batch-filler.ts";
import { isJournalFile, sinceTime } from "../../sources/journal-command.ts";
import { adoptJournalEntry } from "../../sources/journal-fields.ts";
import { parseJson } from "../../transform/parse-json.ts";
import { keepOriginal } from "../codecs/plain.ts";

const options = {
  paths: list({ description: "Journal folders or journal files, absolute; default: this host's journal", default: [] }),
  units: list({ description: "Only entries of these systemd units, and about them", default: [] }),
  syslog_identifiers: list({ description: "Only entries of these syslog identifiers", default: [] }),
  transports: list({
    description: "Only entries that came this way",
    default: [],
    choices: ["audit", "driver", "syslog", "journal", "stdout", "kernel"],
  }),
  facilities: list({ description: "Only entries of these syslog facilities, by name or number", default: [] }),
  priority: text({ description: "Only entries as urgent as this, or of a range: `warning`, `emerg..err`" }),
  include_matches: list({
    description:
      "Only entries with `FIELD=value`: values of one field are alternatives, `+` stands between alternatives",
    default: [],
  }),
  merge: boolean({ description: "Entries of all journals that can be read, of other machines too", default: false }),
  seek: text({
    description: "Where the first start begins",
    default: "head",
    choices: ["head", "tail", "since"],
  }),
  since: text({ description: "With seek => since: how long ago (`24h`), or a date as journalctl takes it" }),
  command: text({ description: "The program that reads the journal", default: "journalctl" }),
  codec: codec({ description: "How an entry's message becomes events", default: { name: "plain", options: {} } }),
};

type Settings = OptionValues<typeof options>;

export const journald: InputPlugin = defineInput({
  name: "journald",
  summary: "Follows the systemd journal through journalctl; every entry has an identity and is read once.",
  options,
  antlerOnly: true,
  examples: [
    { title: "This host's journal from its beginning", config: "journald { }" },
    {
      title: "Warnings and worse of two units, from now on",
      config: 'journald { units => ["nginx.service", "postgresql.service"] priority => "warning" seek => "tail" }',
    },
    {
      title: "Journals that other machines sent here",
      config: 'journald { paths => ["/var/log/journal/remote"] merge => true }',
    },
  ],
  defaultCodec: "plain",
  keepsLedger: true,

  check: checkSettings,
  decoder: (_settings, host, codecDecoder) => journalDecoder(host.ecs, codecDecoder),

  async start(settings, host) {
    // Loaded here, since workers and `check` need only the options.
    const [{ JournalIntake }, { openJournalState }] = await Promise.all([
      import("../../sources/journal-intake.ts"),
      import("../../sources/journal-state.ts"),
    ]);
    const sourceOf = (): ReturnType<typeof host.source> =>
      host.source(host.ecs === "disabled" ? [] : [["[host][name]", hostname()]]);
    const state = await openJournalState(host.dataFolder, host.ledger, host.log, () => ({
      id: sourceOf().fileId,
      // A first start at the end stays there, also when it is stopped before the first entry.
      since: settings.seek === "tail" ? `@${(host.now() / 1000).toFixed(6)}` : undefined,
    }));
    const since = settings.seek === "since" ? sinceTime(settings.since ?? "") : state.since;
    const intake = new JournalIntake({
      command: settings.command,
      selection: {
        paths: settings.paths,
        units: settings.units,
        identifiers: settings.syslog_identifiers,
        transports: settings.transports,
        facilities: settings.facilities,
        priority: settings.priority,
        matches: settings.include_matches,
        merge: settings.merge,
      },
      start: { since },
      state,
      sourceOf,
      host,
    });
    intake.start();
    return {
      ended: new Promise<void>(() => {}),
      stop: (timeoutMs: number) => atMost(timeoutMs, intake.stop()),
    };
  },
});

const LEVEL = "(?:emerg|alert|crit|err|warning|notice|info|debug|[0-7])";
const PRIORITY = new RegExp(`^${LEVEL}(?:\\.\\.${LEVEL})?$`);

function checkSettings(settings: Settings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const quoted = (value: string): string => JSON.stringify(value);
  for (const path of settings.paths) {
    if (!path.startsWith("/")) problems.push({ option: "paths", message: `${quoted(path)} is not an absolute path` });
  }
  if (settings.paths.some(isJournalFile) && !settings.paths.every(isJournalFile)) {
    problems.push({
      option: "paths",
      message: "folders and journal files cannot be read together",
      help: "use two inputs",
    });
  } else if (settings.paths.filter((path) => !isJournalFile(path)).length > 1) {
    problems.push({ option: "paths", message: "journalctl reads one folder at a time", help: "use an input for each" });
  }
  if (settings.priority !== undefined && !PRIORITY.test(settings.priority)) {
    problems.push({
      option: "priority",
      message: `${quoted(settings.priority)} is no priority`,
      help: "emerg, alert, crit, err, warning, notice, info, debug, or a range as emerg..err",
    });
  }
  for (const match of settings.include_matches) {
    if (match !== "+" && !/^[A-Z0-9_]+=/.test(match)) {
      problems.push({ option: "include_matches", message: `${quoted(match)} is not FIELD=value`, help: "_COMM=sshd" });
    }
  }
  if (settings.include_matches.includes("+") && settings.transports.length > 0) {
    problems.push({
      option: "transports",
      message: "journalctl would take it for the last alternative of include_matches only",
      help: "write _TRANSPORT=… into each alternative",
    });
  }
  if (settings.seek === "since" && sinceTime(settings.since ?? "") === undefined) {
    problems.push({
      option: "since",
      message: settings.since === undefined ? "seek => since needs a time" : `${quoted(settings.since)} is no time`,
      help: '"24h", "2026-01-31 12:00:00", "yesterday"',
    });
  }
  return problems;
}

/** Entries come as journalctl prints them, one JSON object each; the codec decodes their text. */
function journalDecoder(ecs: EcsMode, codecDecoder: Decoder): Decoder {
  const plain = codecDecoder.isPlain === true;
  return {
    decode(record, event, more) {
      let entry: unknown;
      try {
        entry = parseJson(record.bytes.toString("utf8", record.start, record.end));
      } catch {
        entry = undefined;
      }
      if (!isTree(entry)) {
        event.fields["message"] = new TextSlice(record.bytes, record.start, record.end);
        event.tag("_jsonparsefailure");
        return;
      }
      const message = adoptJournalEntry(entry, event);
      if (message === undefined) return;
      if (plain) {
        event.fields["message"] = message;
        if (ecs !== "disabled") keepOriginal(event, message);
        return;
      }
      const bytes = Buffer.from(message);
      codecDecoder.decode({ ...record, bytes, start: 0, end: bytes.length }, event, more);
    },
  };
}
