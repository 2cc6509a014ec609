import type { PatternTable } from "./pattern-table.ts";

const GROUP = "[0-9A-Fa-f]{1,4}";

/** Words, numbers, quoted text, addresses: the names that everything else is made of. */
export const BASE_PATTERNS: PatternTable = {
  USERNAME: "[\\w.-]+",
  USER: "%{USERNAME}",
  // RFC 5321: a dot-atom of 64 characters at most.
  EMAILLOCALPART: "(?![\\w!#$%&'*+/=?^`{|}~.-]{65})[\\w!#$%&'*+/=?^`{|}~-]+(?:\\.[\\w!#$%&'*+/=?^`{|}~-]+)*",
  EMAILADDRESS: "%{EMAILLOCALPART}@%{HOSTNAME}",

  INT: "[+-]?\\d+",
  // Not the rest of another number, and all of this one: the fraction belongs to it wherever there is one.
  BASE10NUM: "(?<![\\d.+-])[+-]?(?:\\d+(?:\\.\\d+(?!\\d)|(?!\\.?\\d))|\\.\\d+(?!\\d))",
  NUMBER: "%{BASE10NUM}",
  BASE16NUM: "(?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+",
  BASE16FLOAT: "\\b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\\.[0-9A-Fa-f]*)?|\\.[0-9A-Fa-f]+)\\b",
  POSINT: "\\b[1-9]\\d*\\b",
  NONNEGINT: "\\b\\d+\\b",

  WORD: "\\b\\w+\\b",
  NOTSPACE: "\\S+",
  SPACE: "\\s*",
  DATA: ".*?",
  GREEDYDATA: ".*",
  QUOTEDSTRING: `(?<!\\\\)(?:${['"', "'", "`"].map(quoted).join("|")})`,
  QS: "%{QUOTEDSTRING}",
  UUID: "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
  // RFC 8141: a namespace of up to 32 letters, digits and hyphens, and its string.
  URN: "urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:[\\w()+,.:=@;$!*'/?#-]|%[0-9A-Fa-f]{2})+",

  MAC: "(?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC})",
  CISCOMAC: "[0-9A-Fa-f]{4}(?:\\.[0-9A-Fa-f]{4}){2}",
  WINDOWSMAC: "[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}",
  COMMONMAC: "[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}",
  IPV6: ipv6(),
  IPV4: "(?<!\\d)(?:(?:2(?:5[0-5]|[0-4]\\d)|[01]?\\d?\\d)\\.){3}(?:2(?:5[0-5]|[0-4]\\d)|[01]?\\d?\\d)(?!\\d)",
  IP: "(?:%{IPV6}|%{IPV4})",
  // RFC 1123 labels, and no more than 253 characters have room for; a final dot belongs to the name.
  HOSTNAME: "\\b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\\.[0-9A-Za-z][0-9A-Za-z-]{0,62}){0,126}\\.?",
  IPORHOST: "(?:%{IP}|%{HOSTNAME})",
  HOSTPORT: "%{IPORHOST}:%{POSINT}",
  LOGLEVEL: logLevels(),
};

/** Text in quotes of one kind, in which a backslash takes the next character along. */
function quoted(quote: string): string {
  return `${quote}[^${quote}\\\\]*(?:\\\\.[^${quote}\\\\]*)*${quote}`;
}

/**
 * RFC 4291 section 2.2: eight groups, or fewer around one `::`; the last two may be an IPv4 address. RFC 4007: a zone behind `%`.
 * One alternative for each number of groups before the `::`, most first, so that the longest address is found.
 */
function ipv6(): string {
  const octet = "(?:2(?:5[0-5]|[0-4]\\d)|1\\d\\d|[1-9]?\\d)";
  const v4 = `(?:${octet}\\.){3}${octet}(?!\\d)`;
  const forms = [`(?:${GROUP}:){7}${GROUP}`, `(?:${GROUP}:){6}${v4}`];
  for (let before = 7; before >= 0; before--) {
    const head = before === 0 ? ":" : `(?:${GROUP}:){${before}}`;
    const after = 7 - before;
    const tails: string[] = [];
    if (after >= 2) tails.push(`(?::${GROUP}){0,${after - 2}}:${v4}`);
    if (after >= 1) tails.push(`(?::${GROUP}){1,${after}}`);
    tails.push(":");
    forms.push(`${head}(?:${tails.join("|")})`);
  }
  // Few texts have a colon behind four digits at most; the others need not try each form.
  return `(?=[0-9A-Fa-f]{0,4}:)(?:${forms.join("|")})(?:%[0-9A-Za-z]+)?`;
}

/** Each level as `level`, `Level` and `LEVEL`, the longer of two that begin alike first. */
function logLevels(): string {
  const levels = [
    "alert|trace|debug|notice|information|info|warning|warn|error|err|critical|crit|fatal|severe",
    "emergency|emerg|eerror|eerr",
    // Cut to three letters or two.
    "inf|war|cri|er",
  ];
  return `(?:${levels
    .join("|")
    .split("|")
    .map((level) => `[${level.charAt(0).toUpperCase()}${level.charAt(0)}]${level.slice(1)}|${level.toUpperCase()}`)
    .join("|")})`;
}
