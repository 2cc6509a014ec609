import type { ObjectValue } from "../../../event/value.ts";
import { parseSyslog, type SyslogMessage } from "../../../language/syslog.ts";
import { parseStructuredData } from "../../../language/syslog-structured-data.ts";
import { syslogTimeReader } from "../../../language/syslog-time.ts";
import type { ParserConfig } from "../../config/config.ts";
import { isFields, noteError } from "../fields.ts";
import type { Parser } from "./parser.ts";

/** By code. Source: Beats reference, "Syslog". */
const FACILITIES = (
  "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris-cron " +
  "local0 local1 local2 local3 local4 local5 local6 local7"
).split(" ");
const SEVERITIES = ["Emergency", "Alert", "Critical", "Error", "Warning", "Notice", "Informational", "Debug"];

/** Lines of syslog: priority, host, program and time become fields, the rest is the message. */
export function syslogParser(config: Extract<ParserConfig, { kind: "syslog" }>, now: () => number): Parser {
  const timezone = zoneName(config.timezone);
  const readTime = syslogTimeReader({ timezone, locale: "en", now });
  return (line) => {
    const { fields } = line.event;
    const parsed = parseSyslog(line.message ?? "");
    const foreign = parsed.fault !== undefined || (config.format !== "auto" && parsed.format !== config.format);
    if (foreign) {
      if (config.addErrorKey)
        noteError(fields, `the line is no syslog${parsed.fault === undefined ? "" : `: ${parsed.fault}`}`);
      return true;
    }
    line.message = parsed.message;
    const log = isFields(fields["log"]) ? fields["log"] : {};
    log["syslog"] = syslogFields(parsed);
    fields["log"] = log;
    const time = parsed.timestamp === undefined ? undefined : readTime(parsed.timestamp);
    if (time !== undefined) line.event.timestamp = time.toString();
    return true;
  };
}

function syslogFields(parsed: SyslogMessage): ObjectValue {
  const { priority, hostname, program, pid, messageId, version, structuredData } = parsed;
  const fields: ObjectValue = {};
  if (priority !== undefined) {
    const [facility, severity] = [priority >> 3, priority & 7];
    fields["priority"] = priority;
    fields["facility"] = { code: facility, name: FACILITIES[facility] ?? "unknown" };
    fields["severity"] = { code: severity, name: SEVERITIES[severity] as string };
  }
  if (hostname !== undefined) fields["hostname"] = hostname;
  if (program !== undefined) fields["appname"] = program;
  if (pid !== undefined) fields["procid"] = pid;
  if (messageId !== undefined) fields["msgid"] = messageId;
  if (version !== undefined) fields["version"] = String(version);
  if (structuredData !== undefined) {
    const data = parseStructuredData(structuredData);
    if (data !== undefined) fields["structured_data"] = data;
  }
  return fields;
}

/** `Local` is this host's zone. */
function zoneName(name: string): string {
  return name === "" || name.toLowerCase() === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : name;
}
