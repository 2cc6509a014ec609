import type { PatternTable } from "./pattern-table.ts";

/**
 * Logs of the network monitor Bro, now Zeek: columns between tabs, `-` for nothing, `(empty)` for an empty list.
 * Source: Zeek's documentation, "Log Files".
 */
export function broPatterns(ecs: boolean): PatternTable {
  return ecs ? { ...PARTICLES, ...BRO_ECS, ...ZEEK } : { ...PARTICLES, ...BRO };
}

const PARTICLES: PatternTable = { BRO_BOOL: "[TF]", BRO_DATA: "[^\\t]+" };

/** Columns, of which some may be missing: `?` before the pattern. */
function columns(...list: readonly string[]): string {
  return list
    .map((column) => {
      const optional = column.startsWith("?") ? "-" : column.startsWith("!") ? "\\(empty\\)" : undefined;
      const capture = `%{${optional === undefined ? column : column.slice(1)}}`;
      return optional === undefined ? capture : `(?:${optional}|${capture})`;
    })
    .join("\\t");
}

const ENDS = ["IP:orig_h", "INT:orig_p", "IP:resp_h", "INT:resp_p"];
const data = (...names: readonly string[]): string[] => names.map((name) => `BRO_DATA:${name}`);

const BRO: PatternTable = {
  BRO_HTTP: columns(
    "NUMBER:ts",
    "NOTSPACE:uid",
    ...ENDS,
    "INT:trans_depth",
    ...["GREEDYDATA:method", "GREEDYDATA:domain", "GREEDYDATA:uri", "GREEDYDATA:referrer", "GREEDYDATA:user_agent"].map(
      (one) => one.replace("GREEDYDATA", "BRO_DATA"),
    ),
    "NUMBER:request_body_len",
    "NUMBER:response_body_len",
    ...data(
      "status_code",
      "status_msg",
      "info_code",
      "info_msg",
      "filename",
      "bro_tags",
      "username",
      "password",
      "proxied",
      "orig_fuids",
      "orig_mime_types",
      "resp_fuids",
      "resp_mime_types",
    ),
  ),
  BRO_DNS: columns(
    "NUMBER:ts",
    "NOTSPACE:uid",
    ...ENDS,
    "WORD:proto",
    "INT:trans_id",
    ...data(
      "query",
      "qclass",
      "qclass_name",
      "qtype",
      "qtype_name",
      "rcode",
      "rcode_name",
      "AA",
      "TC",
      "RD",
      "RA",
      "Z",
      "answers",
      "TTLs",
      "rejected",
    ),
  ),
  BRO_CONN: columns(
    "NUMBER:ts",
    "NOTSPACE:uid",
    ...ENDS,
    "WORD:proto",
    "BRO_DATA:service",
    "NUMBER:duration",
    "NUMBER:orig_bytes",
    "NUMBER:resp_bytes",
    ...data(
      "conn_state",
      "local_orig",
      "missed_bytes",
      "history",
      "orig_pkts",
      "orig_ip_bytes",
      "resp_pkts",
      "resp_ip_bytes",
      "tunnel_parents",
    ),
  ),
  BRO_FILES: columns(
    "NUMBER:ts",
    "NOTSPACE:fuid",
    "IP:tx_hosts",
    "IP:rx_hosts",
    "NOTSPACE:conn_uids",
    // Anything, tabs too: lines of later versions with more columns are still found.
    ...[
      "source",
      "depth",
      "analyzers",
      "mime_type",
      "filename",
      "duration",
      "local_orig",
      "is_orig",
      "seen_bytes",
      "total_bytes",
      "missing_bytes",
      "overflow_bytes",
      "timedout",
      "parent_fuid",
      "md5",
      "sha1",
      "sha256",
      "extracted",
    ].map((name) => `GREEDYDATA:${name}`),
  ),
};

const FLOW = [
  "NUMBER:timestamp",
  "NOTSPACE:[zeek][session_id]",
  "IP:[source][ip]",
  "INT:[source][port]:int",
  "IP:[destination][ip]",
  "INT:[destination][port]:int",
];

/** http.log: what came with version 1 only stands in `old`, what later versions have in `now`. */
function http(word: "BRO" | "ZEEK"): string {
  const D = `?${word}_DATA`;
  const zeek = word === "ZEEK";
  return columns(
    ...FLOW,
    "INT:[zeek][http][trans_depth]:int",
    "?WORD:[http][request][method]",
    `${D}:[url][domain]`,
    `${D}:[url][original]`,
    `${D}:[http][request][referrer]`,
    ...(zeek ? ["?NUMBER:[http][version]"] : []),
    `${D}:[user_agent][original]`,
    ...(zeek ? [`${D}:[zeek][http][origin]`] : []),
    "?NUMBER:[http][request][body][bytes]:int",
    "?NUMBER:[http][response][body][bytes]:int",
    "?POSINT:[http][response][status_code]:int",
    "?DATA:[zeek][http][status_msg]",
    "?POSINT:[zeek][http][info_code]:int",
    "?DATA:[zeek][http][info_msg]",
    ...(zeek ? [] : [`${D}:[zeek][http][filename]`]),
    `!${word}_DATA:[zeek][http][tags]`,
    `${D}:[url][username]`,
    `${D}:[url][password]`,
    `${D}:[zeek][http][proxied]`,
    `${D}:[zeek][http][orig_fuids]`,
    ...(zeek ? [`${D}:[zeek][http][orig_filenames]`] : []),
    `${D}:[http][request][mime_type]`,
    `${D}:[zeek][http][resp_fuids]`,
    ...(zeek ? [`${D}:[zeek][http][resp_filenames]`] : []),
    `${D}:[http][response][mime_type]`,
  );
}

function dns(word: "BRO" | "ZEEK"): string {
  const D = `?${word}_DATA`;
  const flag = word === "ZEEK" ? "ZEEK_BOOL" : "?BRO_BOOL";
  return columns(
    ...FLOW,
    "WORD:[network][transport]",
    "?INT:[dns][id]:int",
    ...(word === "ZEEK" ? ["?NUMBER:[zeek][dns][rtt]:float"] : []),
    `${D}:[dns][question][name]`,
    "?INT:[zeek][dns][qclass]:int",
    `${D}:[zeek][dns][qclass_name]`,
    "?INT:[zeek][dns][qtype]:int",
    `${D}:[dns][question][type]`,
    "?INT:[zeek][dns][rcode]:int",
    `${D}:[dns][response_code]`,
    ...["AA", "TC", "RD", "RA"].map((name) => `${flag}:[zeek][dns][${name}]`),
    "?NONNEGINT:[zeek][dns][Z]:int",
    `${D}:[zeek][dns][answers]`,
    "?DATA:[zeek][dns][TTLs]",
    `?${word}_BOOL:[zeek][dns][rejected]`,
  );
}

function connection(word: "BRO" | "ZEEK"): string {
  const D = `?${word}_DATA`;
  return columns(
    ...FLOW,
    "WORD:[network][transport]",
    `${D}:[network][protocol]`,
    "?NUMBER:[zeek][connection][duration]:float",
    "?INT:[zeek][connection][orig_bytes]:int",
    "?INT:[zeek][connection][resp_bytes]:int",
    `${D}:[zeek][connection][state]`,
    `?${word}_BOOL:[zeek][connection][local_orig]`,
    ...(word === "ZEEK" ? ["?ZEEK_BOOL:[zeek][connection][local_resp]"] : []),
    "?INT:[zeek][connection][missed_bytes]:int",
    `${D}:[zeek][connection][history]`,
    "?INT:[source][packets]:int",
    "?INT:[source][bytes]:int",
    "?INT:[destination][packets]:int",
    "?INT:[destination][bytes]:int",
    word === "ZEEK" ? `${D}:[zeek][connection][tunnel_parents]` : "!BRO_DATA:[zeek][connection][tunnel_parents]",
  );
}

function files(word: "BRO" | "ZEEK"): string {
  const D = `?${word}_DATA`;
  return columns(
    "NUMBER:timestamp",
    "NOTSPACE:[zeek][files][fuid]",
    ...(word === "ZEEK" ? ["ZEEK_FILES_TX_HOSTS", "ZEEK_FILES_RX_HOSTS"] : ["IP:[server][ip]", "IP:[client][ip]"]),
    `${D}:[zeek][files][session_ids]`,
    `${D}:[zeek][files][source]`,
    "?INT:[zeek][files][depth]:int",
    `${D}:[zeek][files][analyzers]`,
    `${D}:[file][mime_type]`,
    `${D}:[file][name]`,
    "?NUMBER:[zeek][files][duration]:float",
    `${D}:[zeek][files][local_orig]`,
    `?${word}_BOOL:[zeek][files][is_orig]`,
    "?INT:[zeek][files][seen_bytes]:int",
    "?INT:[file][size]:int",
    "?INT:[zeek][files][missing_bytes]:int",
    "?INT:[zeek][files][overflow_bytes]:int",
    `?${word}_BOOL:[zeek][files][timedout]`,
    `${D}:[zeek][files][parent_fuid]`,
    `${D}:[file][hash][md5]`,
    `${D}:[file][hash][sha1]`,
    `${D}:[file][hash][sha256]`,
    `${D}:[zeek][files][extracted]`,
  );
}

const BRO_ECS: PatternTable = {
  BRO_HTTP: http("BRO"),
  BRO_DNS: dns("BRO"),
  // Later versions have one more column.
  BRO_CONN: connection("BRO").replace(
    "(?:-|%{INT:[zeek][connection][missed_bytes]:int})",
    (column) => `(?:(?:-|%{BRO_BOOL:[zeek][connection][local_resp]})\\t)?${column}`,
  ),
  BRO_FILES: files("BRO"),
};

const ZEEK: PatternTable = {
  ZEEK_BOOL: "[TF]",
  ZEEK_DATA: "[^\\t]+",
  ZEEK_HTTP: http("ZEEK"),
  ZEEK_DNS: dns("ZEEK"),
  ZEEK_CONN: `${connection("ZEEK")}(?:\\t(?:-|%{COMMONMAC:[source][mac]})\\t(?:-|%{COMMONMAC:[destination][mac]}))?`,
  // One address, or several of which the first is the one.
  ZEEK_FILES_TX_HOSTS: "(?:-|%{IP:[server][ip]}(?=\\t)|(?<[zeek][files][tx_hosts]>%{IP:[server][ip]}(?:[\\s,]%{IP})+))",
  ZEEK_FILES_RX_HOSTS: "(?:-|%{IP:[client][ip]}(?=\\t)|(?<[zeek][files][rx_hosts]>%{IP:[client][ip]}(?:[\\s,]%{IP})+))",
  ZEEK_FILES: `${files("ZEEK")}(?:\\t(?:-|%{ZEEK_BOOL:[zeek][files][extracted_cutoff]})\\t(?:-|%{INT:[zeek][files][extracted_size]:int}))?`,
};
