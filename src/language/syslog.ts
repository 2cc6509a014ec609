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

const PRIORITY = /<([^<>\s]{0,16})>/y;
const VERSION = /([1-9]\d{0,2}) /y;
/** Months in English, and as German systems abbreviate them. */
const MONTH =
  "(?:[Jj]an(?:uar|uary)?|[Ff]eb(?:ruar|ruary)?|[Mm](?:arch|\u00e4rz|arz|ar|\u00e4r|rz)|[Aa]pr(?:il)?|[Mm]a[yi]|[Jj]un[ei]?|[Jj]ul[yi]?|[Aa]ug(?:ust)?|[Ss]ep(?:t|tember)?|[Oo][ck]t(?:ober)?|[Nn]ov(?:ember)?|[Dd]e[cz](?:ember)?)";
const CLOCK = "(?:2[0-3]|[01]?\\d):[0-5]\\d(?::(?:60|[0-5]?\\d)(?:[.,:]\\d+)?)?(?!\\d)";
const BSD_TIME: RegExp = new RegExp(`(${MONTH} +(?:0[1-9]|[12]\\d|3[01]|[1-9]) ${CLOCK})(?= |$)`, "y");
const ISO_TIME =
  /(\d{4}-(?:1[0-2]|0?[1-9])-(?:0[1-9]|[12]\d|3[01]|[1-9])[T ](?:2[0-3]|[01]?\d):?[0-5]\d(?::?(?:60|[0-5]?\d)(?:[.,:]\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)(?:(?<=Z)[+-]\d\d(?::?\d\d)?)?(?= |$)/y;
/** Looks like one of the two, though it is none. */
const SOME_TIME = /(?:[A-Za-z]{3} [ \d]?\d \d\d:\d\d:\d\d|\d[^ ]*)(?= |$)/y;
/** Names and addresses, those of IPv6 too. */
const HOST = /(?:[0-9A-Za-z][0-9A-Za-z._-]*|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\w+)?)(?= )/y;
const TAG = /([!-Z\\^-~]+?)(?:\[([1-9]\d*)\])?: /y;

const [BLANK, DASH, DIGIT_9, COLON] = [0x20, 0x2d, 0x39, 0x3a];
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
  const found = nothing();
  const from = start(text);
  const priority = at(PRIORITY, text, from);
  if (priority === null) {
    found.fault = "no-priority";
    rfc3164(text, from, found);
    return found;
  }
  const number = priorityOf(priority[1] as string);
  if (number === undefined) found.fault = "bad-priority";
  found.priority = number;
  const behind = PRIORITY.lastIndex;
  // RFC 3164 has a name or a digit and a dash there.
  const version = text.charCodeAt(behind) <= DIGIT_9 ? at(VERSION, text, behind) : null;
  if (version === null) rfc3164(text, behind, found);
  else {
    found.version = Number(version[1]);
    rfc5424(text, VERSION.lastIndex, found);
  }
  return found;
}

type Found = { -readonly [K in keyof SyslogMessage]: SyslogMessage[K] };

function nothing(): Found {
  return {
    format: "rfc3164",
    priority: undefined,
    version: undefined,
    timestamp: undefined,
    hostname: undefined,
    program: undefined,
    pid: undefined,
    messageId: undefined,
    structuredData: undefined,
    message: "",
    fault: undefined,
  };
}

function priorityOf(text: string): number | undefined {
  const number = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : Number.NaN;
  return number <= LAST_PRIORITY ? number : undefined;
}

/** A byte order mark is no part of it. */
function start(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}

function at(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

function rfc3164(text: string, from: number, found: Found): void {
  let here = timeEnd(text, from, found);
  if (here === undefined) {
    found.fault ??= "no-timestamp";
    found.message = text.slice(from);
    return;
  }
  if (here === text.length) {
    found.fault ??= "cut";
    return;
  }
  here++;
  HOST.lastIndex = here;
  if (HOST.test(text)) {
    const end = HOST.lastIndex;
    // A colon ends a program's name, but it may also end an address.
    if (text.charCodeAt(end - 1) !== COLON || text.charCodeAt(end - 2) === COLON) {
      found.hostname = text.slice(here, end);
      here = end + 1;
    }
  }
  const tag = at(TAG, text, here);
  if (tag !== null) {
    found.program = tag[1];
    found.pid = tag[2];
    here = TAG.lastIndex;
  }
  found.message = text.slice(here);
}

/** Where the time ends; undefined where there is nothing like one. */
function timeEnd(text: string, from: number, found: Found): number | undefined {
  const isDigit = text.charCodeAt(from) <= DIGIT_9;
  const pattern = isDigit ? ISO_TIME : BSD_TIME;
  const time = at(pattern, text, from);
  if (time !== null) {
    found.timestamp = time[1];
    return pattern.lastIndex;
  }
  if (at(SOME_TIME, text, from) === null) return undefined;
  found.fault ??= "bad-timestamp";
  return SOME_TIME.lastIndex;
}

/** HEADER SP STRUCTURED-DATA [SP MSG]; `-` stands for what is not known. */
function rfc5424(text: string, from: number, found: Found): void {
  found.format = "rfc5424";
  const header: (string | undefined)[] = [];
  let here = from;
  while (header.length < 5) {
    const end = text.indexOf(" ", here);
    if (end < 0) break;
    const value = text.slice(here, end);
    header.push(value === "-" || value === "" ? undefined : value);
    here = end + 1;
  }
  const time = header[0];
  found.hostname = header[1];
  found.program = header[2];
  found.pid = header[3];
  found.messageId = header[4];
  if (time !== undefined && at(ISO_TIME, time, 0)?.[1] === time) found.timestamp = time;
  else if (time !== undefined) found.fault ??= "bad-timestamp";
  const isNil = text.charCodeAt(here) === DASH;
  const end = header.length < 5 ? undefined : isNil ? here + 1 : structuredDataEnd(text, here);
  if (end === undefined || (end < text.length && text.charCodeAt(end) !== BLANK)) {
    found.fault = "cut";
    found.message = text.slice(here);
    return;
  }
  if (!isNil) found.structuredData = text.slice(here, end);
  found.message = text.slice(text.charCodeAt(end + 1) === 0xfeff ? end + 2 : end + 1);
}
