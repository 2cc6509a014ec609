import type { PatternTable } from "./pattern-table.ts";

/** Logs of HAProxy. Source: HAProxy's configuration manual, section 8.2 "Log formats". */
export function haproxyPatterns(ecs: boolean): PatternTable {
  return ecs ? ECS : LEGACY;
}

const CONNECTIONS = ["actconn", "feconn", "beconn", "srvconn"].map((name) => `%{INT:${name}}`).join("/");
const LEGACY_START =
  "(?:%{SYSLOGTIMESTAMP:syslog_timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) %{IPORHOST:syslog_server} %{SYSLOGPROG}: ";
const LEGACY_END = `%{NOTSPACE:termination_state} ${CONNECTIONS}/%{NOTSPACE:retries} %{INT:srv_queue}/%{INT:backend_queue}`;
const LEGACY_FLOW =
  "%{IP:client_ip}:%{INT:client_port} \\[%{HAPROXYDATE:accept_date}\\] %{NOTSPACE:frontend_name} %{NOTSPACE:backend_name}/%{NOTSPACE:server_name}";

const LEGACY: PatternTable = {
  HAPROXYTIME: "(?<!\\d)%{HOUR:haproxy_hour}:%{MINUTE:haproxy_minute}(?::%{SECOND:haproxy_second})(?!\\d)",
  HAPROXYDATE:
    "%{MONTHDAY:haproxy_monthday}/%{MONTH:haproxy_month}/%{YEAR:haproxy_year}:(?<haproxy_time>%{HOUR:haproxy_hour}:%{MINUTE:haproxy_minute}:(?<haproxy_second>\\d\\d))\\.%{INT:haproxy_milliseconds}",
  HAPROXYCAPTUREDREQUESTHEADERS: "%{DATA:captured_request_headers}",
  HAPROXYCAPTUREDRESPONSEHEADERS: "%{DATA:captured_response_headers}",
  HAPROXYURI:
    "(?:%{URIPROTO:http_proto}://)?(?:%{USER:http_user}(?::[^@]*)?@)?(?:%{URIHOST:http_host})?(?:%{URIPATHPARAM:http_request})?",
  HAPROXYHTTPREQUESTLINE: "(?:<BADREQ>|(?:%{WORD:http_verb} %{HAPROXYURI}(?: HTTP/%{NUMBER:http_version})?))?",
  HAPROXYHTTPBASE: [
    LEGACY_FLOW,
    "%{INT:time_request}/%{INT:time_queue}/%{INT:time_backend_connect}/%{INT:time_backend_response}/%{NOTSPACE:time_duration}",
    "%{INT:http_status_code} %{NOTSPACE:bytes_read} %{DATA:captured_request_cookie} %{DATA:captured_response_cookie}",
    `${LEGACY_END} (?:\\{%{HAPROXYCAPTUREDREQUESTHEADERS}\\} ?)?(?:\\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\\} ?)?"%{HAPROXYHTTPREQUESTLINE}"?`,
  ].join(" "),
  HAPROXYHTTP: `${LEGACY_START}%{HAPROXYHTTPBASE}`,
  HAPROXYTCP: `${LEGACY_START}${LEGACY_FLOW} %{INT:time_queue}/%{INT:time_backend_connect}/%{NOTSPACE:time_duration} %{NOTSPACE:bytes_read} ${LEGACY_END}`,
};

const millis = (field: string): string => `(?:-1|%{INT:${field}:int})`;
const ECS_START =
  "(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp}) %{IPORHOST:[host][hostname]} %{SYSLOGPROG}: ";
const ECS_FLOW = [
  "%{IP:[source][address]}:%{INT:[source][port]:int} \\[%{HAPROXYDATE:[haproxy][request_date]}\\] %{NOTSPACE:[haproxy][frontend_name]}",
  "%{NOTSPACE:[haproxy][backend_name]}/(?:<NOSRV>|%{NOTSPACE:[haproxy][server_name]})",
].join(" ");
const ECS_END = `%{NOTSPACE:[haproxy][termination_state]} ${["active", "frontend", "backend", "server"]
  .map((name) => `%{INT:[haproxy][connections][${name}]:int}`)
  .join(
    "/",
  )}/\\+?%{INT:[haproxy][connections][retries]:int} %{INT:[haproxy][server_queue]:int}/%{INT:[haproxy][backend_queue]:int}`;

const ECS: PatternTable = {
  HAPROXYTIME: "(?<!\\d)%{HOUR}:%{MINUTE}(?::%{SECOND})(?!\\d)",
  HAPROXYDATE: "%{MONTHDAY}/%{MONTH}/%{YEAR}:%{HOUR}:%{MINUTE}:\\d\\d\\.%{INT}",
  HAPROXYCAPTUREDREQUESTHEADERS: "%{DATA:[haproxy][http][request][captured_headers]}",
  HAPROXYCAPTUREDRESPONSEHEADERS: "%{DATA:[haproxy][http][response][captured_headers]}",
  HAPROXYURI:
    "(?:%{URIPROTO:[url][scheme]}://)?(?:%{USER:[url][username]}(?::[^@]*)?@)?(?:%{IPORHOST:[url][domain]}(?::%{POSINT:[url][port]:int})?)?(?:%{URIPATH:[url][path]}(?:\\?%{URIQUERY:[url][query]})?)?",
  HAPROXYHTTPREQUESTLINE:
    "(?:<BADREQ>|(?:%{WORD:[http][request][method]} %{HAPROXYURI:[url][original]}(?: HTTP/%{NUMBER:[http][version]})?))?",
  HAPROXYHTTPBASE: [
    ECS_FLOW,
    [
      millis("[haproxy][http][request][time_wait_ms]"),
      millis("[haproxy][total_waiting_time_ms]"),
      millis("[haproxy][connection_wait_time_ms]"),
      millis("[haproxy][http][request][time_wait_without_data_ms]"),
      "\\+?%{INT:[haproxy][total_time_ms]:int}",
    ].join("/"),
    "%{INT:[http][response][status_code]:int} \\+?%{INT:[source][bytes]:int} (?:-|%{DATA:[haproxy][http][request][captured_cookie]})",
    "(?:-|%{DATA:[haproxy][http][response][captured_cookie]})",
    `${ECS_END} (?:\\{%{HAPROXYCAPTUREDREQUESTHEADERS}\\} ?)?(?:\\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\\} ?)?"%{HAPROXYHTTPREQUESTLINE}"?`,
  ].join(" "),
  HAPROXYHTTP: `${ECS_START}%{HAPROXYHTTPBASE}`,
  HAPROXYTCP: `${ECS_START}${ECS_FLOW} ${millis("[haproxy][total_waiting_time_ms]")}/${millis("[haproxy][connection_wait_time_ms]")}/\\+?%{INT:[haproxy][total_time_ms]:int} \\+?%{INT:[source][bytes]:int} ${ECS_END}`,
};
