import { FieldReference } from "../../event/field-reference.ts";
import type { Value } from "../../event/value.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, fieldReference, list } from "../../plugin/options.ts";
import { INTEGER, TEXT } from "../../plugin/value-shape.ts";

const options = {
  syslog_pri_field_name: fieldReference({
    description: "Field with the priority; default: `[log][syslog][priority]`, without ECS `syslog_pri`",
  }),
  use_labels: boolean({ description: "Add the names of facility and severity", default: true }),
  facility_labels: list({
    description: "Names of the facilities from 0 on",
    default: [
      "kernel",
      "user-level",
      "mail",
      "daemon",
      "security/authorization",
      "syslogd",
      "line printer",
      "network news",
      "uucp",
      "clock",
      "security/authorization",
      "ftp",
      "ntp",
      "log audit",
      "log alert",
      "clock",
      ...Array.from({ length: 8 }, (_, i) => `local${i}`),
    ],
  }),
  severity_labels: list({
    description: "Names of the severities from 0 on",
    default: ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"],
  }),
};

/** Where the results go with ECS and without. */
const FIELDS = {
  ecs: {
    priority: "[log][syslog][priority]",
    facilityCode: "[log][syslog][facility][code]",
    facility: "[log][syslog][facility][name]",
    severityCode: "[log][syslog][severity][code]",
    severity: "[log][syslog][severity][name]",
  },
  disabled: {
    priority: "syslog_pri",
    facilityCode: "syslog_facility_code",
    facility: "syslog_facility",
    severityCode: "syslog_severity_code",
    severity: "syslog_severity",
  },
};

/** The priority of an event that has none: facility user-level, severity notice. Source: RFC 3164, 4.3.3. */
const DEFAULT_PRIORITY = 13;
const FAILURE_TAG = "_syslogpriparsefailure";

export const syslogPri: FilterPlugin = defineFilter({
  name: "syslog_pri",
  summary: "Splits a syslog priority into facility and severity; an event without one counts as 13.",
  options,
  examples: [
    {
      title: "Codes and names",
      config: "syslog_pri { }",
      given: { log: { syslog: { priority: "34" } } },
      expect: {
        "[log][syslog][facility][code]": 4,
        "[log][syslog][facility][name]": "security/authorization",
        "[log][syslog][severity][code]": 2,
        "[log][syslog][severity][name]": "critical",
      },
    },
    {
      title: "Names without ECS",
      config: 'syslog_pri { ecs_compatibility => "disabled" syslog_pri_field_name => "pri" }',
      given: { pri: 165 },
      expect: {
        syslog_facility: "local4",
        syslog_facility_code: 20,
        syslog_severity: "notice",
        syslog_severity_code: 5,
      },
    },
    {
      title: "A facility that there is not",
      config: "syslog_pri { }",
      given: { log: { syslog: { priority: 193 } } },
      expect: {
        "[log][syslog][facility][code]": 24,
        "[log][syslog][facility][name]": null,
        "[log][syslog][severity][code]": 1,
        tags: ["_syslogpriparsefailure"],
      },
    },
  ],
  shape(settings, event, ecs) {
    const names = ecs === "disabled" ? FIELDS.disabled : FIELDS.ecs;
    for (const name of [names.severityCode, names.facilityCode]) event.set(name, INTEGER, "syslog_pri_field_name");
    if (!settings.use_labels) return;
    for (const name of [names.severity, names.facility]) event.set(name, TEXT, "use_labels");
  },
  create(settings, host) {
    const names = host.ecs === "disabled" ? FIELDS.disabled : FIELDS.ecs;
    const source = new FieldReference(settings.syslog_pri_field_name ?? names.priority);
    const facilityCode = new FieldReference(names.facilityCode);
    const facility = new FieldReference(names.facility);
    const severityCode = new FieldReference(names.severityCode);
    const severity = new FieldReference(names.severity);
    return {
      apply(event) {
        const priority = priorityOf(source.get(event));
        const facilityNumber = Math.floor(priority / 8);
        const severityNumber = priority - facilityNumber * 8;
        severityCode.set(event, severityNumber);
        facilityCode.set(event, facilityNumber);
        if (!settings.use_labels) return true;
        const facilityLabel = settings.facility_labels[facilityNumber];
        if (facilityLabel === undefined) {
          event.tag(FAILURE_TAG);
          return true;
        }
        facility.set(event, facilityLabel);
        const severityLabel = settings.severity_labels[severityNumber];
        if (severityLabel !== undefined) severity.set(event, severityLabel);
        return true;
      },
    };
  },
});

/** As Ruby's `to_i` reads it: the number that a text begins with, else 0; the first of a list. */
function priorityOf(value: Value | undefined): number {
  const one: unknown = Array.isArray(value) ? (value[0] ?? 0) : value;
  if (one === undefined || one === null || one === false) return DEFAULT_PRIORITY;
  if (typeof one === "number") return Math.trunc(one);
  return typeof one === "string" ? Number(/^\s*([+-]?\d+)/.exec(one)?.[1] ?? 0) : 0;
}
