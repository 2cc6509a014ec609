import assert from "node:assert/strict";
import type { ObjectValue } from "../src/event/value.ts";
import { isRfc5424, parseSyslog, type SyslogMessage } from "../src/language/syslog.ts";
import { parseStructuredData } from "../src/language/syslog-structured-data.ts";
import { syslogTimeReader } from "../src/language/syslog-time.ts";
import { outcomes } from "./conformance-parsers.ts";
import { type CaseOutcome, readCases } from "./conformance-root.ts";

interface TimeText {
  readonly text: string;
}

interface SyslogCase {
  readonly source: string;
  readonly name: string;
  readonly format: "rfc3164" | "rfc5424" | "detect" | "processor";
  readonly line?: string;
  readonly event?: { readonly message: string };
  readonly time?: TimeText;
  readonly expect: Readonly<Record<string, unknown>>;
  readonly error: string | null;
}

export function syslogCases(): CaseOutcome[] | undefined {
  const cases = readCases<SyslogCase>("syslog-cases.jsonl");
  if (cases === undefined) return undefined;
  return outcomes(
    "syslog-cases",
    cases.map((one) => ({ given: one, part: one.format, name: one.name, run: () => assertSyslog(one) })),
  );
}

function assertSyslog(one: SyslogCase): void {
  const line = one.line ?? one.event?.message ?? "";
  if (one.format === "detect") {
    assert.equal(isRfc5424(line), one.expect["is_rfc5424"]);
    return;
  }
  const found = parseSyslog(line);
  if (one.format === "processor") {
    assert.deepEqual(processed(found), one.expect);
    assert.equal(found.timestamp, one.time?.text);
    return;
  }
  if (one.error === null) assert.ok(["no-priority", "no-timestamp", undefined].includes(found.fault), found.fault);
  else assert.notEqual(found.fault, undefined, `nothing is wrong with it; Beats: ${one.error}`);
  const known = one.source.includes("/filebeat/input/") ? inputFields(found) : readerFields(found);
  for (const [name, value] of Object.entries(one.expect)) assert.deepEqual(known[name], value, name);
}

/** As Filebeat's former input names them: -1 and "" for what there is not. */
function inputFields(found: SyslogMessage): Record<string, unknown> {
  const { priority, hostname, program, pid, message, timestamp } = found;
  return {
    priority: priority ?? -1,
    hostname: hostname ?? "",
    program: program ?? "",
    pid: Number(pid ?? -1),
    message,
    ...(timestamp === undefined ? NO_TIME : partsOfTime(timestamp)),
  };
}

/** As the reader in libbeat names them. */
function readerFields(found: SyslogMessage): Record<string, unknown> {
  const { priority, timestamp } = found;
  return {
    priority: priority ?? -1,
    ...(priority === undefined ? {} : { facility: priority >> 3, severity: priority & 7 }),
    timestamp: { layout: /^\d/.test(timestamp ?? "") ? "time.RFC3339Nano" : "time.Stamp", text: timestamp },
    version: found.version,
    hostname: found.hostname,
    process: found.program,
    pid: found.pid,
    msgID: found.messageId,
    rawSDValue: found.structuredData,
    msg: found.message,
  };
}

const NO_TIME = { day: -1, month: -1, hour: -1, minute: -1, second: -1 };
/** A leap year, so that every day can be one. */
const CLOCK = Date.UTC(2024, 11, 31);

/** The parts of a time on its own clock, by way of the reader that the input has. */
function partsOfTime(text: string): Record<string, unknown> {
  const found = syslogTimeReader({ timezone: "UTC", locale: "en", now: () => CLOCK })(text);
  assert.ok(found !== undefined, `${text} is not read`);
  const [, sign, hours, minutes] = /([+-])(\d\d):?(\d\d)$/.exec(text.slice(10)) ?? [];
  const offset = sign === undefined ? 0 : (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60);
  const own = new Date(found.epochMs + offset * 1000);
  return {
    year: own.getUTCFullYear(),
    month: own.getUTCMonth() + 1,
    day: own.getUTCDate(),
    hour: own.getUTCHours(),
    minute: own.getUTCMinutes(),
    second: own.getUTCSeconds(),
    nanosecond: own.getUTCMilliseconds() * 1e6 + found.nanos,
    loc: text.endsWith("Z") ? "UTC" : { utc_offset_seconds: offset },
  };
}

const SEVERITIES = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"];

/** The event that Beats' processor makes, of facilities that the cases have. */
function processed(found: SyslogMessage): ObjectValue {
  const priority = found.priority ?? 0;
  const facility = priority >> 3;
  const known = {
    appname: found.program,
    hostname: found.hostname,
    msgid: found.messageId,
    priority,
    procid: found.pid,
    structured_data: found.structuredData === undefined ? undefined : parseStructuredData(found.structuredData),
    version: found.version === undefined ? undefined : String(found.version),
    facility: { code: facility, name: facility >= 16 ? `local${facility - 16}` : ["kernel", "user-level"][facility] },
    severity: { code: priority & 7, name: SEVERITIES[priority & 7] },
  };
  const there = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
  return { log: { syslog: there as ObjectValue }, message: found.message };
}
