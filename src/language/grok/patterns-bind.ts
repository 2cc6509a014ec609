import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Queries as ISC's BIND 9 logs them. Source: BIND 9 Administrator Reference Manual, "The query-log". */
export function bindPatterns(ecs: boolean): PatternTable {
  return { ...PARTICLES, ...withNames(LINES, ecs ? ECS : LEGACY) };
}

const PARTICLES: PatternTable = {
  BIND9_TIMESTAMP: "%{MONTHDAY}[-]%{MONTH}[-]%{YEAR} %{TIME}",
  BIND9_DNSTYPE:
    "(?:A|AAAA|CAA|CDNSKEY|CDS|CERT|CNAME|CSYNC|DLV|DNAME|DNSKEY|DS|HINFO|LOC|MX|NAPTR|NS|NSEC|NSEC3|OPENPGPKEY|PTR|RRSIG|RP|SIG|SMIMEA|SOA|SRV|TSIG|TXT|URI|ANY)",
  BIND9_CATEGORY: "(?:queries)",
};

const LINES: PatternTable = {
  BIND9_QUERYLOGBASE: [
    "client(?: @0x[0-9A-Fa-f]+)? %{IP:client}#%{POSINT:client_port} \\(%{GREEDYDATA:question}\\): query: %{GREEDYDATA:query}",
    " (?:%{WORD:class}) %{BIND9_DNSTYPE:type}(?: %{DATA:flags})? \\(%{IP:server}\\)",
  ].join(""),
  BIND9_QUERYLOG: "%{BIND9_TIMESTAMP:timestamp} %{BIND9_CATEGORY:category}: %{LOGLEVEL:level}: %{BIND9_QUERYLOGBASE}",
  BIND9: "%{BIND9_QUERYLOG}",
};

const LEGACY: CaptureNames = {
  client: "clientip",
  client_port: "clientport",
  question: "",
  class: "",
  type: "querytype",
  flags: "",
  server: "dns",
  level: "loglevel",
  category: "",
};

const ECS: CaptureNames = {
  client: "[client][ip]",
  client_port: "[client][port]:int",
  question: "[bind][log][question][name]",
  query: "[dns][question][name]",
  class: "[dns][question][class]",
  type: "[dns][question][type]",
  flags: "[bind][log][question][flags]",
  server: "[server][ip]",
  category: "[bind][log][category]",
  level: "[log][level]",
};
