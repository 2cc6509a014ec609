import type { PatternTable } from "./pattern-table.ts";

/** Months as English and German logs write them, in full and abbreviated; the longer first. */
const MONTHS = [
  "[Jj]anuar(?:y)?|[Jj]an",
  "[Ff]ebruar(?:y)?|[Ff]eb",
  "[Mm]arch|[Mm](?:a|\u00e4)rz|[Mm](?:a|\u00e4)r|[Mm]rz",
  "[Aa]pr(?:il)?",
  "[Mm]a[yi]",
  "[Jj]un[ei]?",
  "[Jj]ul[yi]?",
  "[Aa]ug(?:ust)?",
  "[Ss]ept(?:ember)?|[Ss]ep",
  "[Oo][ck]t(?:ober)?",
  "[Nn]ov(?:ember)?",
  "[Dd]e[cz](?:ember)?",
];

/** Dates and times; names of the parts and of whole stamps. */
export const TIME_PATTERNS: PatternTable = {
  MONTH: `\\b(?:${MONTHS.join("|")})\\b`,
  MONTHNUM: "(?:1[0-2]|0?[1-9])",
  MONTHNUM2: "(?:1[0-2]|0[1-9])",
  MONTHDAY: "(?:0[1-9]|[12]\\d|3[01]|[1-9])",
  DAY: "(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)",
  YEAR: "\\d\\d(?:\\d\\d)?",
  HOUR: "(?:2[0-3]|[01]?\\d)",
  MINUTE: "[0-5]\\d",
  // 60 is a leap second.
  SECOND: "(?:60|[0-5]?\\d)(?:[.,:]\\d+)?",
  TIME: "%{HOUR}:%{MINUTE}:%{SECOND}(?!\\d)",
  DATE_US: "%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}",
  DATE_EU: "%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}",
  ISO8601_TIMEZONE: "(?:Z|[+-]%{HOUR}(?::?%{MINUTE}))",
  ISO8601_SECOND: "%{SECOND}",
  TIMESTAMP_ISO8601: "%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?",
  DATE: "(?:%{DATE_US}|%{DATE_EU})",
  DATESTAMP: "%{DATE}[- ]%{TIME}",
  TZ: "(?:[APMCE][SD]T|UTC)",
  DATESTAMP_RFC822: "%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}",
  DATESTAMP_RFC2822: "%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}",
  DATESTAMP_OTHER: "%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}",
  DATESTAMP_EVENTLOG: "%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}",
  SYSLOGTIMESTAMP: "%{MONTH} +%{MONTHDAY} %{TIME}",
  HTTPDATE: "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}",
};
