import type { PatternTable } from "./pattern-table.ts";

/** Access logs of Amazon's S3, load balancers and CloudFront. Sources: AWS documentation of each log's format. */
export function awsPatterns(ecs: boolean): PatternTable {
  return ecs
    ? { ...S3_ECS, ...ELB_ECS, CLOUDFRONT_ACCESS_LOG: CLOUDFRONT_ECS }
    : { ...S3, ...ELB, CLOUDFRONT_ACCESS_LOG: CLOUDFRONT };
}

const S3: PatternTable = {
  S3_REQUEST_LINE: "(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})",
  S3_ACCESS_LOG: [
    "%{WORD:owner} %{NOTSPACE:bucket} \\[%{HTTPDATE:timestamp}\\] (?:-|%{IP:clientip}) %{NOTSPACE:requester} %{NOTSPACE:request_id}",
    '%{NOTSPACE:operation} %{NOTSPACE:key} (?:"%{S3_REQUEST_LINE}"|"-"|-) (?:-|%{INT:response:int}) (?:-|%{NOTSPACE:error_code})',
    "(?:-|%{INT:bytes:int}) (?:-|%{INT:object_size:int}) (?:-|%{INT:request_time_ms:int}) (?:-|%{INT:turnaround_time_ms:int})",
    '(?:%{QS:referrer}|-) (?:"?%{QS:agent}"?|-) (?:-|%{NOTSPACE:version_id})',
  ].join(" "),
};

const S3_ECS: PatternTable = {
  S3_REQUEST_LINE:
    "(?:%{WORD:[http][request][method]} %{NOTSPACE:[url][original]}(?: HTTP/%{NUMBER:[http][version]})?)",
  S3_ACCESS_LOG: [
    "%{WORD:[aws][s3access][bucket_owner]} %{NOTSPACE:[aws][s3access][bucket]} \\[%{HTTPDATE:timestamp}\\]",
    "(?:-|%{IP:[client][ip]}) (?:-|%{NOTSPACE:[client][user][id]}) %{NOTSPACE:[aws][s3access][request_id]}",
    "%{NOTSPACE:[aws][s3access][operation]} (?:-|%{NOTSPACE:[aws][s3access][key]})",
    '(?:-|"-"|"%{S3_REQUEST_LINE:[aws][s3access][request_uri]}") (?:-|%{INT:[http][response][status_code]:int})',
    "(?:-|%{NOTSPACE:[aws][s3access][error_code]}) (?:-|%{INT:[aws][s3access][bytes_sent]:int})",
    "(?:-|%{INT:[aws][s3access][object_size]:int}) (?:-|%{INT:[aws][s3access][total_time]:int})",
    '(?:-|%{INT:[aws][s3access][turn_around_time]:int}) "(?:-|%{DATA:[http][request][referrer]})"',
    '"(?:-|%{DATA:[user_agent][original]})" (?:-|%{NOTSPACE:[aws][s3access][version_id]})',
  ]
    .join(" ")
    .concat(
      "(?: (?:-|%{NOTSPACE:[aws][s3access][host_id]}) (?:-|%{NOTSPACE:[aws][s3access][signature_version]}) (?:-|%{NOTSPACE:[tls][cipher]})",
      " (?:-|%{NOTSPACE:[aws][s3access][authentication_type]}) (?:-|%{NOTSPACE:[aws][s3access][host_header]})",
      " (?:-|%{NOTSPACE:[aws][s3access][tls_version]}))?",
    ),
};

const ELB: PatternTable = {
  ELB_URIPATHPARAM: "%{URIPATH:path}(?:%{URIPARAM:params})?",
  ELB_URI: "%{URIPROTO:proto}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST:urihost})?(?:%{ELB_URIPATHPARAM})?",
  ELB_REQUEST_LINE: "(?:%{WORD:verb} %{ELB_URI:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})",
  ELB_V1_HTTP_LOG: "%{ELB_ACCESS_LOG}",
  ELB_ACCESS_LOG: [
    "%{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb} %{IP:clientip}:%{INT:clientport:int} (?:-|%{IP:backendip}:?:%{INT:backendport:int})",
    "%{NUMBER:request_processing_time:float} %{NUMBER:backend_processing_time:float} %{NUMBER:response_processing_time:float}",
    "(?:-|%{INT:response:int}) (?:-|%{INT:backend_response:int}) %{INT:received_bytes:int} %{INT:bytes:int}",
    '"%{ELB_REQUEST_LINE}"',
  ].join(" "),
};

const ELB_ECS: PatternTable = {
  ELB_URIHOST: "%{IPORHOST:[url][domain]}(?::%{POSINT:[url][port]:int})?",
  ELB_URIPATHQUERY: "%{URIPATH:[url][path]}(?:\\?%{URIQUERY:[url][query]})?",
  ELB_URIPATHPARAM: "%{ELB_URIPATHQUERY}",
  ELB_URI:
    "%{URIPROTO:[url][scheme]}://(?:%{USER:[url][username]}(?::[^@]*)?@)?(?:%{ELB_URIHOST})?(?:%{ELB_URIPATHQUERY})?",
  ELB_REQUEST_LINE:
    "(?:%{WORD:[http][request][method]} %{ELB_URI:[url][original]}(?: HTTP/%{NUMBER:[http][version]})?)",
  ELB_V1_HTTP_LOG: [
    "%{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:[aws][elb][name]} %{IP:[source][ip]}:%{INT:[source][port]:int}",
    "(?:-|%{IP:[aws][elb][backend][ip]}:%{INT:[aws][elb][backend][port]:int})",
    "(?:-1|%{NUMBER:[aws][elb][request_processing_time][sec]:float}) (?:-1|%{NUMBER:[aws][elb][backend_processing_time][sec]:float})",
    "(?:-1|%{NUMBER:[aws][elb][response_processing_time][sec]:float}) %{INT:[http][response][status_code]:int}",
    "(?:-|%{INT:[aws][elb][backend][http][response][status_code]:int}) %{INT:[http][request][body][size]:int}",
    '%{INT:[http][response][body][size]:int} "%{ELB_REQUEST_LINE}"(?: "(?:-|%{DATA:[user_agent][original]})"',
    "(?:-|%{NOTSPACE:[tls][cipher]}) (?:-|%{NOTSPACE:[aws][elb][ssl_protocol]}))?",
  ].join(" "),
  ELB_ACCESS_LOG: "%{ELB_V1_HTTP_LOG}",
};

/** Columns stand between tabs; later versions have ten more. */
const CLOUDFRONT_ECS: string = [
  "(?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\\t%{TIME})",
  "%{WORD:[aws][cloudfront][x_edge_location]}",
  "(?:-|%{INT:[destination][bytes]:int})",
  "%{IPORHOST:[source][ip]}",
  "%{WORD:[http][request][method]}",
  "%{HOSTNAME:[url][domain]}",
  "%{NOTSPACE:[url][path]}",
  "(?:(?:000)|%{INT:[http][response][status_code]:int})",
  "(?:-|%{DATA:[http][request][referrer]})",
  "%{DATA:[user_agent][original]}",
  "(?:-|%{DATA:[url][query]})",
  "(?:-|%{DATA:[aws][cloudfront][http][request][cookie]})",
  "%{WORD:[aws][cloudfront][x_edge_result_type]}",
  "%{NOTSPACE:[aws][cloudfront][x_edge_request_id]}",
  "%{HOSTNAME:[aws][cloudfront][http][request][host]}",
  "%{URIPROTO:[network][protocol]}",
  "(?:-|%{INT:[source][bytes]:int})",
  "%{NUMBER:[aws][cloudfront][time_taken]:float}",
  "(?:-|%{IP:[network][forwarded_ip]})",
  "(?:-|%{DATA:[aws][cloudfront][ssl_protocol]})",
  "(?:-|%{NOTSPACE:[tls][cipher]})",
  "%{WORD:[aws][cloudfront][x_edge_response_result_type]}(?:\\t(?:-|HTTP/%{NUMBER:[http][version]})\\t(?:-|%{DATA:[aws][cloudfront][fle_status]})\\t(?:-|%{DATA:[aws][cloudfront][fle_encrypted_fields]})\\t%{INT:[source][port]:int}\\t%{NUMBER:[aws][cloudfront][time_to_first_byte]:float}\\t(?:-|%{DATA:[aws][cloudfront][x_edge_detailed_result_type]})\\t(?:-|%{NOTSPACE:[http][request][mime_type]})\\t(?:-|%{INT:[aws][cloudfront][http][request][size]:int})\\t(?:-|%{INT:[aws][cloudfront][http][request][range][start]:int})\\t(?:-|%{INT:[aws][cloudfront][http][request][range][end]:int}))?",
].join("\\t");

const CLOUDFRONT: string = [
  "(?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\\t%{TIME})",
  "%{WORD:x_edge_location}",
  "(?:%{NUMBER:sc_bytes:int}|-)",
  "%{IPORHOST:clientip}",
  "%{WORD:cs_method}",
  "%{HOSTNAME:cs_host}",
  "%{NOTSPACE:cs_uri_stem}",
  "%{NUMBER:sc_status:int}",
  "%{DATA:referrer}",
  "%{DATA:agent}",
  "%{DATA:cs_uri_query}",
  "%{DATA:cookies}",
  "%{WORD:x_edge_result_type}",
  "%{NOTSPACE:x_edge_request_id}",
  "%{HOSTNAME:x_host_header}",
  "%{URIPROTO:cs_protocol}",
  "%{INT:cs_bytes:int}",
  "%{DATA:time_taken:float}",
  "%{DATA:x_forwarded_for}",
  "%{DATA:ssl_protocol}",
  "%{DATA:ssl_cipher}",
  "%{GREEDYDATA:x_edge_response_result_type}",
].join("\\t");
