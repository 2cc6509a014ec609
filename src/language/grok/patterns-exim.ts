import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Arrivals of messages as the mail server Exim logs them. Source: Exim's specification, chapter "Log files". */
export function eximPatterns(ecs: boolean): PatternTable {
  const date = ecs
    ? "%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{TIME}"
    : "%{YEAR:exim_year}-%{MONTHNUM:exim_month}-%{MONTHDAY:exim_day} %{TIME:exim_time}";
  const [flags, status] = ecs ? ["[exim][log][flags]", "[exim][log][status]"] : ["exim_flags", "exim_status"];
  const lines = withNames(LINES, ecs ? ECS : LEGACY);
  const arrival = (lines["EXIM_MESSAGE_ARRIVAL"] as string)
    .replace("FLAGS", flags as string)
    .replace("STATUS", status as string);
  return { ...PARTICLES, EXIM_DATE: date, ...lines, EXIM_MESSAGE_ARRIVAL: arrival };
}

const PARTICLES: PatternTable = {
  EXIM_MSGID: "[0-9A-Za-z]{6}-[0-9A-Za-z]{6}-[0-9A-Za-z]{2}",
  EXIM_FLAGS: "(?:<=|=>|->|\\*>|\\*\\*|==|<>|>>)",
  EXIM_PID: "\\[%{POSINT}\\]",
  EXIM_QT: "(?:(?:\\d+y)?(?:\\d+w)?(?:\\d+d)?(?:\\d+h)?(?:\\d+m)?(?:\\d+s)?)",
  EXIM_EXCLUDE_TERMS:
    "(?:Message is frozen|(?:Start|End) queue run| Warning: | retry time not reached | no (?:IP address|host name) found for (?:IP address|host) | unexpected disconnection while reading SMTP command | no immediate delivery: |another process is handling this message)",
};

const LINES: PatternTable = {
  EXIM_REMOTE_HOST:
    "H=(?:%{NOTSPACE:remote_hostname} )?(?:\\(%{NOTSPACE:remote_heloname}\\) )?\\[%{IP:remote_host}\\](?::%{POSINT:remote_port})?",
  EXIM_INTERFACE: "I=\\[%{IP:interface}\\](?::%{NUMBER:interface_port})?",
  EXIM_PROTOCOL: "P=%{NOTSPACE:protocol}",
  EXIM_MSG_SIZE: "S=%{NUMBER:size}",
  EXIM_HEADER_ID: "id=%{NOTSPACE:header_id}",
  EXIM_QUOTED_CONTENT: '(?:\\\\.|[^\\\\"])*',
  EXIM_SUBJECT: "T=%{QS:subject}",
  EXIM_UNKNOWN_FIELD: "(?!(?:[HIPST]|id)=)[A-Za-z0-9]{1,4}=(?:%{QS}|%{NOTSPACE})",
  // In the order in which Exim writes them; what a repeated group captured would be lost with its next round.
  EXIM_NAMED_FIELDS: ["REMOTE_HOST", "INTERFACE", "PROTOCOL", "MSG_SIZE", "HEADER_ID", "SUBJECT"]
    .map((field) => `(?: %{EXIM_${field}})?(?: %{EXIM_UNKNOWN_FIELD})*`)
    .join(""),
  EXIM_MESSAGE_ARRIVAL: [
    "%{EXIM_DATE:timestamp} (?:\\[%{POSINT:pid}\\] )?%{EXIM_MSGID:message_id} (?<FLAGS><=) (?<STATUS>[a-z:] )?",
    "%{EMAILADDRESS:sender}%{EXIM_NAMED_FIELDS}(?:(?: from <?%{DATA:original_sender}>?)? for %{EMAILADDRESS:recipient})?",
  ].join(""),
  EXIM: "%{EXIM_MESSAGE_ARRIVAL}",
};

const LEGACY: CaptureNames = {
  remote_port: "remote_port",
  interface: "exim_interface",
  interface_port: "exim_interface_port",
  size: "exim_msg_size",
  header_id: "exim_header_id",
  subject: "exim_subject",
  message_id: "exim_msgid",
  sender: "exim_sender_email",
  original_sender: "",
  recipient: "exim_recipient_email",
};

const ECS: CaptureNames = {
  remote_hostname: "[source][address]",
  remote_heloname: "[exim][log][remote_address]",
  remote_host: "[source][ip]",
  remote_port: "[source][port]:int",
  interface: "[destination][ip]",
  interface_port: "[destination][port]:int",
  protocol: "[network][protocol]",
  size: "[exim][log][message][size]:int",
  header_id: "[exim][log][header_id]",
  subject: "[exim][log][message][subject]",
  pid: "[process][pid]:int",
  message_id: "[exim][log][message][id]",
  sender: "[exim][log][sender][email]",
  original_sender: "[exim][log][sender][original]",
  recipient: "[exim][log][recipient][email]",
};
