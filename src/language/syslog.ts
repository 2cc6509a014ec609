import { structuredDataEnd } from "./syslog-structured-data.ts";

/** What a line of syslog says; undefined for what it does not. */
export interface SyslogMessage {
  readonly format: "rfc3164" | "rfc5424";
  /** Facility times 8 plus severity. */
  readonly priority: number | undefined;
  /** RFC 5424 only. */
  readonly version: number | undefined;
  /** As it stands there, if it can be one: `Oct 11 22:14:15` or ISO 8601. */
  readonly timestamp: string | undefined;
  readonly hostname: string | undefined;
  readonly program: string | undefined;
  /** Digits with RFC 3164; any text with RFC 5424 (PROCID). */
  readonly pid: string | undefined;
  readonly messageId: string | undefined;
  /** As it stands there, with its brackets. */
  readonly structuredData: string | undefined;
  readonly message: string;
  /** What keeps it from being the syslog of either RFC. */
  readonly fault: "no-priority" | "bad-priority" | "no-timestamp" | "bad-timestamp" | "cut" | undefined;
}

type Parts = Partial<Omit<SyslogMessage, "message" | "format">>;

const PRIORITY = /<([^<>\s]{0,16})>/y;
const VERSION = /([1-9]\d{0,2}) /y;
/** Months in English, and as German systems abbreviate them. */
const MONTH =
  "(?:[Jj]an(?:uar|uary)?|[Ff]eb(?:ruar|ruary)?|[Mm](?:arch|\u00e4rz|arz|ar|\u00e4r|rz)|[Aa]pr(?:il)?|[Mm]a[yi]|[Jj]un[ei]?|[Jj]ul[yi]?|[Aa]ug(?:ust)?|[Ss]ep(?:t|tember)?|[Oo][ck]t(?:ober)?|[Nn]ov(?:ember)?|[Dd]e[cz](?:ember)?)";
const CLOCK = "(?:2[0-3]|[01]?\\d):[0-5]\\d(?::(?:60|[0-5]?\\d)(?:[.,:]\\d+)?)?(?!\\d)";
const BSD_TIME: RegExp = new RegExp(`${MONTH} +(?:0[1-9]|[12]\\d|3[01]|[1-9]) ${CLOCK}(?= |$)`, "y");
const ISO_TIME =
  /(\d{4}-(?:1[0-2]|0?[1-9])-(?:0[1-9]|[12]\d|3[01]|[1-9])[T ](?:2[0-3]|[01]?\d):?[0-5]\d(?::?(?:60|[0-5]?\d)(?:[.,:]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)(?:(?<=Z)[+-]\d\d(?::?\d\d)?)?(?= |$)/y;
/** Looks like one of the two, though it is none. */
const SOME_TIME = /(?:[A-Za-z]{3} [ \d]?\d \d\d:\d\d:\d\d|\d[^ ]*)(?= |$)/y;
/** Names and addresses, those of IPv6 too. */
const HOST = /(?:[0-9A-Za-z][0-9A-Za-z._-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?)(?= )/y;
const TAG = /([!-Z\\^-~]+?)(?:\[([1-9]\d*)\])?: /y;

/** Facility 23, severity 7. */
const LAST_PRIORITY = 191;

/** Whether a text says that it is of RFC 5424: a version follows its priority. */
export function isRfc5424(text: string): boolean {
  const priority = at(PRIORITY, text, start(text));
  return priority !== null && at(VERSION, text, PRIORITY.lastIndex) !== null;
}

/**
 * Reads a line of syslog, of RFC 3164 as it is found in the wild or of RFC 5424. Never throws; what is missing is undefined, and `fault`
 * says what is wrong. Nothing of the text is lost but what is neither a field nor the message: separators, and times that are none.
 */
export function parseSyslog(text: string): SyslogMessage {
  const priority = at(PRIORITY, text, start(text));
  if (priority === null) return rfc3164(text, start(text), { fault: "no-priority" });
  const number = /^(?:0|[1-9]\d{0,2})$/.test(priority[1] as string) ? Number(priority[1]) : Number.NaN;
  const parts: Parts = number <= LAST_PRIORITY ? { priority: number } : { fault: "bad-priority" };
  const behind = PRIORITY.lastIndex;
  const version = at(VERSION, text, behind);
  return version === null
    ? rfc3164(text, behind, parts)
    : rfc5424(text, VERSION.lastIndex, { ...parts, version: Number(version[1]) });
}

/** A byte order mark is no part of it. */
function start(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}

function at(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

function rfc3164(text: string, from: number, parts: Parts): SyslogMessage {
  let here = from;
  let timestamp: string | undefined;
  let fault = parts.fault;
  const bsd = at(BSD_TIME, text, here);
  const iso = bsd === null ? at(ISO_TIME, text, here) : null;
  if (bsd !== null) {
    timestamp = bsd[0];
    here = BSD_TIME.lastIndex;
  } else if (iso !== null) {
    timestamp = iso[1];
    here = ISO_TIME.lastIndex;
  } else if (at(SOME_TIME, text, here) !== null) {
    here = SOME_TIME.lastIndex;
    fault ??= "bad-timestamp";
  } else {
    return made("rfc3164", { ...parts, fault: fault ?? "no-timestamp" }, text.slice(here));
  }
  if (here === text.length) return made("rfc3164", { ...parts, timestamp, fault: fault ?? "cut" }, "");
  here++;
  let hostname: string | undefined;
  if (at(HOST, text, here) !== null) {
    const end = HOST.lastIndex;
    // A colon ends a program's name, but it may also end an address.
    const isHost = text.charCodeAt(end - 1) !== 58 || text.charCodeAt(end - 2) === 58;
    if (isHost) {
      hostname = text.slice(here, end);
      here = end + 1;
    }
  }
  const tag = at(TAG, text, here);
  const program = tag?.[1];
  const pid = tag?.[2];
  if (tag !== null) here = TAG.lastIndex;
  return made("rfc3164", { ...parts, timestamp, hostname, program, pid, fault }, text.slice(here));
}

/** HEADER SP STRUCTURED-DATA [SP MSG]; `-` stands for what is not known. */
function rfc5424(text: string, from: number, parts: Parts): SyslogMessage {
  const header: (string | undefined)[] = [];
  let here = from;
  for (let i = 0; i < 5; i++) {
    const end = text.indexOf(" ", here);
    if (end < 0) break;
    const value = text.slice(here, end);
    header.push(value === "-" || value === "" ? undefined : value);
    here = end + 1;
  }
  const [time, hostname, program, pid, messageId] = header;
  const known = time !== undefined && at(ISO_TIME, time, 0)?.[1] === time;
  const all: Parts = {
    ...parts,
    timestamp: known ? time : undefined,
    hostname,
    program,
    pid,
    messageId,
    fault: parts.fault ?? (time === undefined || known ? undefined : "bad-timestamp"),
  };
  if (header.length < 5) return made("rfc5424", { ...all, fault: "cut" }, text.slice(here));
  const end = text[here] === "-" ? here + 1 : structuredDataEnd(text, here);
  if (end === undefined || (end < text.length && text[end] !== " "))
    return made("rfc5424", { ...all, fault: "cut" }, text.slice(here));
  const structuredData = text[here] === "-" ? undefined : text.slice(here, end);
  const message = text.slice(text.charCodeAt(end + 1) === 0xfeff ? end + 2 : end + 1);
  return made("rfc5424", { ...all, structuredData }, message);
}

function made(format: SyslogMessage["format"], parts: Parts, message: string): SyslogMessage {
  return {
    format,
    priority: parts.priority,
    version: parts.version,
    timestamp: parts.timestamp,
    hostname: parts.hostname,
    program: parts.program,
    pid: parts.pid,
    messageId: parts.messageId,
    structuredData: parts.structuredData,
    message,
    fault: parts.fault,
  };
}
