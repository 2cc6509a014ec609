import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** The log of Nagios. Source: Nagios Core's documentation, "Log file contents" and "External commands". */
export function nagiosPatterns(ecs: boolean): PatternTable {
  const types = Object.fromEntries(TYPES.map((name) => [`NAGIOS_TYPE_${name.replaceAll(" ", "_")}`, name]));
  const commands = Object.fromEntries(Object.keys(COMMANDS).map((name) => [`NAGIOS_EC_${name}`, name]));
  const lines = {
    NAGIOSTIME: "\\[%{NUMBER:epoch}\\]",
    NAGIOS_WARNING: "Warning:%{SPACE}%{GREEDYDATA:message}",
    ...lineTable(),
    ...commandTable(),
  };
  const choice = Object.keys(lines)
    .filter((name) => name !== "NAGIOSTIME")
    .map((name) => `%{${name}}`)
    .join("|");
  return {
    ...types,
    ...commands,
    ...withNames(lines, ecs ? ECS : LEGACY),
    NAGIOSLOGLINE: `%{NAGIOSTIME} (?:${choice})`,
  };
}

const TYPES = [
  "CURRENT SERVICE STATE",
  "CURRENT HOST STATE",
  "SERVICE NOTIFICATION",
  "HOST NOTIFICATION",
  "SERVICE ALERT",
  "HOST ALERT",
  "SERVICE FLAPPING ALERT",
  "HOST FLAPPING ALERT",
  "SERVICE DOWNTIME ALERT",
  "HOST DOWNTIME ALERT",
  "PASSIVE SERVICE CHECK",
  "PASSIVE HOST CHECK",
  "SERVICE EVENT HANDLER",
  "HOST EVENT HANDLER",
  "TIMEPERIOD TRANSITION",
  "EXTERNAL COMMAND",
];

/** What stands behind the type, between semicolons; `{service}` only in lines about services. */
const FIELDS: Readonly<Record<string, string>> = {
  CURRENT: "%{DATA:host};{service}%{DATA:state};%{DATA:state_type};%{INT:state_code};%{GREEDYDATA:message}",
  NOTIFICATION: "%{DATA:notify};%{DATA:host};{service}%{DATA:state};%{DATA:contact};%{GREEDYDATA:message}",
  ALERT: "%{DATA:host};{service}%{DATA:state};%{DATA:level};%{INT:attempt};%{GREEDYDATA:message}",
  FLAPPING: "%{DATA:host};{service}%{DATA:state};%{GREEDYDATA:message}",
  DOWNTIME: "%{DATA:host};{service}%{DATA:state};%{GREEDYDATA:comment}",
  CHECK: "%{DATA:host};{service}%{DATA:state};%{GREEDYDATA:comment}",
  HANDLER: "%{DATA:host};{service}%{DATA:state};%{DATA:level};%{DATA:handler}",
  TRANSITION: "%{DATA:service};%{NUMBER:from};%{NUMBER:to}",
};

function lineTable(): PatternTable {
  const table: Record<string, string> = {};
  for (const type of TYPES) {
    if (type === "EXTERNAL COMMAND") continue;
    const kind = ["CURRENT", "FLAPPING", "DOWNTIME", "NOTIFICATION", "ALERT", "CHECK", "HANDLER", "TRANSITION"].find(
      (word) => type.includes(word),
    );
    const fields = (FIELDS[kind as string] as string).replace(
      "{service}",
      type.includes("SERVICE") ? "%{DATA:service};" : "",
    );
    const name = type.replaceAll(" ", "_");
    table[`NAGIOS_${name}`] = `%{NAGIOS_TYPE_${name}:type}: ${fields}`;
  }
  return table;
}

/** External commands and their arguments. */
const COMMANDS: Readonly<Record<string, string>> = {
  DISABLE_SVC_CHECK: "%{DATA:host};%{DATA:service}",
  ENABLE_SVC_CHECK: "%{DATA:host};%{DATA:service}",
  DISABLE_HOST_CHECK: "%{DATA:host}",
  ENABLE_HOST_CHECK: "%{DATA:host}",
  PROCESS_SERVICE_CHECK_RESULT: "%{DATA:host};%{DATA:service};%{DATA:state};%{GREEDYDATA:result}",
  PROCESS_HOST_CHECK_RESULT: "%{DATA:host};%{DATA:state};%{GREEDYDATA:result}",
  SCHEDULE_SERVICE_DOWNTIME:
    "%{DATA:host};%{DATA:service};%{NUMBER:start};%{NUMBER:end};%{NUMBER:fixed};%{NUMBER:trigger};%{NUMBER:duration};%{DATA:author};%{DATA:reason}",
  SCHEDULE_HOST_DOWNTIME:
    "%{DATA:host};%{NUMBER:start};%{NUMBER:end};%{NUMBER:fixed};%{NUMBER:trigger};%{NUMBER:duration};%{DATA:author};%{DATA:reason}",
  DISABLE_HOST_SVC_NOTIFICATIONS: "%{GREEDYDATA:host}",
  ENABLE_HOST_SVC_NOTIFICATIONS: "%{GREEDYDATA:host}",
  DISABLE_HOST_NOTIFICATIONS: "%{GREEDYDATA:host}",
  ENABLE_HOST_NOTIFICATIONS: "%{GREEDYDATA:host}",
  DISABLE_SVC_NOTIFICATIONS: "%{DATA:host};%{GREEDYDATA:service}",
  ENABLE_SVC_NOTIFICATIONS: "%{DATA:host};%{GREEDYDATA:service}",
};

function commandTable(): PatternTable {
  return Object.fromEntries(
    Object.entries(COMMANDS).map(([name, fields]) => [
      `NAGIOS_EC_LINE_${name}`,
      `%{NAGIOS_TYPE_EXTERNAL_COMMAND:type}: %{NAGIOS_EC_${name}:command};${fields}`,
    ]),
  );
}

const LEGACY: CaptureNames = {
  epoch: "nagios_epoch",
  type: "nagios_type",
  host: "nagios_hostname",
  service: "nagios_service",
  state: "nagios_state",
  state_type: "nagios_statetype",
  state_code: "nagios_statecode",
  level: "nagios_statelevel",
  attempt: "nagios_attempt",
  message: "nagios_message",
  notify: "nagios_notifyname",
  contact: "nagios_contact",
  comment: "nagios_comment",
  handler: "nagios_event_handler_name",
  from: "nagios_unknown1",
  to: "nagios_unknown2",
  command: "nagios_command",
  result: "nagios_check_result",
  start: "nagios_start_time",
  end: "nagios_end_time",
  fixed: "nagios_fixed",
  trigger: "nagios_trigger_id",
  duration: "nagios_duration",
  reason: "comment",
};

const ECS: CaptureNames = {
  epoch: "timestamp",
  type: "[nagios][log][type]",
  host: "[host][hostname]",
  service: "[service][name]",
  state: "[service][state]",
  state_type: "[nagios][log][state_type]",
  level: "[nagios][log][state_type]",
  state_code: "[nagios][log][attempt]:int",
  attempt: "[nagios][log][attempt]:int",
  notify: "[user][name]",
  contact: "[nagios][log][notification_command]",
  comment: "[nagios][log][comment]",
  handler: "[nagios][log][event_handler_name]",
  from: "[nagios][log][period_from]:int",
  to: "[nagios][log][period_to]:int",
  command: "[nagios][log][command]",
  result: "[nagios][log][check_result]",
  start: "[nagios][log][start_time]",
  end: "[nagios][log][end_time]",
  fixed: "[nagios][log][fixed]",
  trigger: "[nagios][log][trigger_id]",
  duration: "[nagios][log][duration]:int",
  author: "[user][name]",
  reason: "[nagios][log][comment]",
};
