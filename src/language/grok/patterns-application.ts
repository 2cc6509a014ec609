import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Logs of Ruby's logger, Ruby on Rails, MCollective, Squid, and versions of Maven. */
export function applicationPatterns(ecs: boolean): PatternTable {
  const lines = withNames({ ...LINES, ...(ecs ? ECS_LINES : LEGACY_LINES) }, ecs ? ECS : {});
  const groups = ecs ? GROUPS_ECS : GROUPS;
  const named = Object.entries(lines).map(([name, pattern]) => [
    name,
    pattern.replace(
      /\(\?<(CONTROLLER|ACTION|FORMAT|CONTEXT)>/g,
      (_, group: keyof typeof GROUPS) => `(?<${groups[group]}>`,
    ),
  ]);
  return { ...PARTICLES, ...Object.fromEntries(named) };
}

const GROUPS = { CONTROLLER: "controller", ACTION: "action", FORMAT: "format", CONTEXT: "context" };
const GROUPS_ECS = {
  CONTROLLER: "[rails][controller][class]",
  ACTION: "[rails][controller][action]",
  FORMAT: "[rails][request][format]",
  CONTEXT: "[rails][request][explain][original]",
};

const PARTICLES: PatternTable = {
  MAVEN_VERSION: "\\d+\\.\\d+\\.\\d+(?:[.-](?:RELEASE|SNAPSHOT))?",
  RUBY_LOGLEVEL: "(?:DEBUG|FATAL|ERROR|WARN|INFO)",
  RUUID: "[0-9a-fA-F]{32}",
};

const LINES: PatternTable = {
  RUBY_LOGGER:
    "[DFEWI], \\[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\\] *%{RUBY_LOGLEVEL:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message}",
  // A controller and its action.
  RCONTROLLER: "(?<CONTROLLER>[^#]+)#(?<ACTION>\\w+)",
  RAILS3HEAD:
    'Started %{WORD:verb} "%{URIPATHPARAM:request}" for %{IPORHOST:clientip} at (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND} %{ISO8601_TIMEZONE})',
  RPROCESSING: "\\W*Processing by %{RCONTROLLER} as (?<FORMAT>\\S+)(?:\\W*Parameters: \\{%{DATA:params}\\}\\W*)?",
  RAILS3FOOT: "Completed %{POSINT:response}%{DATA} in %{NUMBER:totalms}ms %{RAILS3PROFILE}%{GREEDYDATA}",
  RAILS3PROFILE:
    "(?:\\(Views: %{NUMBER:viewms}ms \\| ActiveRecord: %{NUMBER:activerecordms}ms|\\(ActiveRecord: %{NUMBER:activerecordms}ms)?",
  // All lines up to the last end of a line: to repeat single ones could take exponential time.
  RAILS3: "%{RAILS3HEAD}(?:%{RPROCESSING})?(?<CONTEXT>(?:%{GREEDYDATA}\\n)?)(?:%{RAILS3FOOT})?",
  MCOLLECTIVE: "., \\[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\\]%{SPACE}%{LOGLEVEL:event_level}",
  MCOLLECTIVEAUDIT: "%{TIMESTAMP_ISO8601:timestamp}:",
};

const LEGACY_LINES: PatternTable = {
  SQUID3: [
    "%{NUMBER:timestamp}\\s+%{NUMBER:duration}\\s%{IP:client_address}\\s%{WORD:cache_result}/%{NONNEGINT:status_code}\\s%{NUMBER:bytes}",
    "%{WORD:request_method}\\s%{NOTSPACE:url}\\s(?:%{NOTSPACE:user}|-)\\s%{WORD:hierarchy_code}/(?:%{IPORHOST:server}|-)\\s%{NOTSPACE:content_type}",
  ].join("\\s"),
};

const ECS_LINES: PatternTable = {
  SQUID3_STATUS: "(?:%{POSINT:[http][response][status_code]:int}|0|000)",
  SQUID3: [
    "%{NUMBER:timestamp}\\s+%{NUMBER:[squid][request][duration]:int}\\s%{IP:[source][ip]}\\s%{WORD:[event][action]}/%{SQUID3_STATUS}",
    "%{INT:[http][response][bytes]:int}\\s%{WORD:[http][request][method]}\\s%{NOTSPACE:[url][original]}\\s(?:-|%{NOTSPACE:[user][name]})",
    "%{WORD:[squid][hierarchy_code]}/(?:-|%{IPORHOST:[destination][address]})\\s(?:-|%{NOTSPACE:[http][response][mime_type]})",
  ].join("\\s"),
};

const ECS: CaptureNames = {
  pid: "[process][pid]:int",
  loglevel: "[log][level]",
  event_level: "[log][level]",
  progname: "[process][name]",
  verb: "[http][request][method]",
  request: "[url][original]",
  clientip: "[source][address]",
  params: "[rails][request][params]",
  response: "[http][response][status_code]:int",
  totalms: "[rails][request][duration][total]:float",
  viewms: "[rails][request][duration][view]:float",
  activerecordms: "[rails][request][duration][active_record]:float",
};
