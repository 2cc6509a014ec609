import { hostname } from "node:os";
import { defineInput, type InputPlugin, type OptionProblem } from "../../plugin/definitions.ts";
import { boolean, codec, list, number, path, text } from "../../plugin/options.ts";
import { positionDecoder } from "./record-position.ts";

const options = {
  path: list({ description: "Files to read, absolute, with * ? ** and {a,b}", default: [] }),
  exclude: list({ description: "File names to leave out, as globs", default: [] }),
  start_position: text({
    description: "Where files begin that are there at the first start",
    default: "end",
    choices: ["beginning", "end"],
  }),
  codec: codec({ description: "How lines become events", default: { name: "plain", options: {} } }),
  delimiter: text({ description: "Line end", default: "\n" }),
  ignore_older: text({ description: "Seconds (or `2 days`) since the last change after which files are not begun" }),
  close_older: text({
    description: "Seconds (or `1 hour`) without change after which a file is closed until it changes",
    default: "1 hour",
  }),
  max_open_files: number({ description: "Files open at a time", default: 4095 }),
  stat_interval: text({ description: "Seconds between looks at open files", default: "1 second" }),
  discover_interval: number({ description: "Looks between searches for new files", default: 15 }),
  last_line_timeout: text({
    description:
      "Seconds after which a last line without its end is taken as it is; not known to Logstash, where it waits",
    default: "0",
  }),
  record_position: boolean({
    description:
      "Sets `[log][offset]` and, for joined, cut or repaired lines, `[log][flags]`, as Filebeat does; not known to Logstash",
    default: false,
  }),
  mode: text({ description: "tail follows files; read reads them once", default: "tail", choices: ["tail", "read"] }),
  sincedb_path: path({ description: "File of positions", ignored: "positions are kept in the pipeline's data folder" }),
  sincedb_write_interval: text({
    description: "Time between writes of positions",
    ignored: "positions are written when events have arrived",
  }),
  sincedb_clean_after: text({
    description: "Time after which the position of a vanished file is forgotten",
    default: "2 weeks",
  }),
  file_chunk_size: number({ description: "Bytes of one read", ignored: "chosen by measurement" }),
  file_chunk_count: number({
    description: "Chunks before the next file has its turn",
    ignored: "files take turns by bytes",
  }),
  file_sort_by: text({ description: "Order of files", ignored: "files take turns" }),
  file_sort_direction: text({ description: "Order of files", ignored: "files take turns" }),
  file_completed_action: text({
    description: "What happens to files read to their end in read mode",
    ignored: "Antler leaves files alone",
  }),
  file_completed_log_path: path({ description: "List of completed files", ignored: "the registry has them" }),
  exit_after_read: text({ description: "Stop after reading", ignored: "use antler ship --once" }),
  check_archive_validity: text({
    description: "Check gzip files first",
    ignored: "checksums are checked while reading",
  }),
};

/** Units as the original takes them; a number alone is seconds. */
const UNIT_MILLIS: Readonly<Record<string, number>> = {
  w: 604_800_000,
  week: 604_800_000,
  weeks: 604_800_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  s: 1000,
  sec: 1000,
  second: 1000,
  seconds: 1000,
  ms: 1,
  msec: 1,
  msecs: 1,
};

function millis(value: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value);
  const unit = match?.[2] === "" ? 1000 : UNIT_MILLIS[(match?.[2] ?? "").toLowerCase()];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

const DURATIONS = ["ignore_older", "close_older", "last_line_timeout", "stat_interval", "sincedb_clean_after"] as const;

export const file: InputPlugin = defineInput({
  name: "file",
  summary: "Follows files through rotation, truncation and restarts; every line has an identity and is read once.",
  options,
  examples: [
    { title: "From the beginning", config: 'file { path => "/var/log/nginx/*.log" start_position => "beginning" }' },
    {
      title: "Stack traces as one event",
      config: 'file { path => "/var/log/app/*.log" codec => multiline { pattern => "^\\s" what => "previous" } }',
    },
  ],
  defaultCodec: "plain",
  keepsLedger: true,

  check(settings) {
    const problems: OptionProblem[] = [];
    if (settings.path.length === 0) problems.push({ option: "path", message: "no path is given" });
    for (const one of settings.path) {
      if (!one.startsWith("/"))
        problems.push({ option: "path", message: `${JSON.stringify(one)} is not an absolute path` });
    }
    if (settings.delimiter !== "\n") problems.push({ option: "delimiter", message: "lines end with a line feed here" });
    for (const option of DURATIONS) {
      const value = settings[option];
      if (value !== undefined && millis(value) === undefined) {
        problems.push({
          option,
          message: `${JSON.stringify(value)} is not a time`,
          help: 'seconds, or "1 hour", "2 days"',
        });
      }
    }
    const { name, options: own } = settings.codec;
    if (
      name === "csv" &&
      own["autodetect_column_names"] === true &&
      (own["columns"] as readonly string[]).length === 0
    ) {
      const message = "lines of files are read by themselves: the csv codec cannot know their header";
      problems.push({ option: "codec", message, help: "give the codec `columns`" });
    }
    return problems;
  },

  decoder(settings, _host, codec) {
    return settings.record_position ? positionDecoder(codec) : codec;
  },

  sets: () => ["message", "[event][original]", "log", "host", "path"],

  async start(settings, host) {
    // Loaded here, since workers and `check` need only the options.
    const [{ defaultEnvironment }, { readRegistryExtra }, { Tail }] = await Promise.all([
      import("../../tail/real-environment.ts"),
      import("../../tail/registry.ts"),
      import("../../tail/tail.ts"),
    ]);
    const legacy = host.ecs === "disabled";
    const name = hostname();
    const join = host.joinLines();
    host.ledger.restore(await readRegistryExtra(host.dataFolder, defaultEnvironment(host.log)));
    const tail = new Tail(
      {
        inputs: [
          {
            number: host.number,
            name: host.pluginId,
            paths: settings.path,
            exclude: settings.exclude.map((glob) => `**/${glob}`),
            readFrom: settings.start_position as "beginning" | "end",
            ignoreOlderMs: millis(settings.ignore_older ?? "0") ?? 0,
            closeInactiveMs: millis(settings.close_older) ?? 0,
            lineTimeoutMs: millis(settings.last_line_timeout) ?? 0,
            describe: (found) =>
              legacy
                ? [
                    ["path", found.path],
                    ["host", name],
                    ["[@metadata][path]", found.path],
                  ]
                : [
                    ["[log][file][path]", found.path],
                    ["[host][name]", name],
                    ["[@metadata][path]", found.path],
                  ],
            ...(join === undefined ? {} : { multiline: { type: "pattern" as const, ...join } }),
          },
        ],
        registryFolder: host.dataFolder,
        harvesterLimit: settings.max_open_files,
        pollMs: millis(settings.stat_interval) ?? 1000,
        scanMs: (millis(settings.stat_interval) ?? 1000) * settings.discover_interval,
        forgetAfterMs: millis(settings.sincedb_clean_after) ?? 0,
        extra: () => host.ledger.snapshot(),
      },
      host.sink,
      defaultEnvironment(host.log),
    );
    await tail.start();
    return {
      ended: new Promise<void>(() => {}),
      stop: (timeoutMs: number) => tail.stop({ drain: true, timeoutMs }),
      lag: () => tail.status().reduce((sum, file) => sum + Math.max(0, file.size - file.acknowledged), 0),
    };
  },
});
