import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Messages of Cisco's ASA firewalls by their numbers. Source: Cisco, "ASA Series Syslog Messages". */
export function ciscoPatterns(ecs: boolean): PatternTable {
  // In ECS an address that is a name is told apart from an IP address.
  const either = (side: string): string =>
    ecs ? `(?:%{IP:[${side}][ip]}|%{HOSTNAME:[${side}][address]})` : "%{IPORHOST:PLACE}";
  const messages = {
    ...MESSAGES,
    CISCOFW106023: (MESSAGES["CISCOFW106023"] as string)
      .replace("%{IPORHOST:src_address}", either("source").replace("PLACE", "src_ip"))
      .replace("%{IPORHOST:dst_address}", either("destination").replace("PLACE", "dst_ip")),
  };
  return { ...PARTICLES, ...withNames(messages, ecs ? ECS : LEGACY) };
}

const PARTICLES: PatternTable = {
  CISCOTIMESTAMP: "%{MONTH} +%{MONTHDAY}(?: %{YEAR})? %{TIME}",
  CISCOTAG: "[A-Z0-9]+-%{INT}-(?:[A-Z0-9_]+)",
  CISCO_ACTION:
    "(?:Built|Teardown|denied by ACL|Deny|Denied|denied|requested|permitted|discarded|est-allowed|Dropping|created|deleted)",
  // Known reasons, or any words.
  CISCO_REASON:
    "(?:Duplicate TCP SYN|Failed to locate egress interface|Invalid transport field|No matching connection|DNS Response|DNS Query|(?:%{WORD}\\s*)*)",
  CISCO_DIRECTION: "(?:[Ii]nbound|[Oo]utbound)",
  CISCO_INTERVAL: "(?:first hit|%{INT}-second interval)",
  CISCO_XLATE_TYPE: "(?:static|dynamic)",
};

const SRC = "%{IP:src_ip}/%{INT:src_port}";
const DST = "%{IP:dst_ip}/%{INT:dst_port}";
const SRC_USER = "(?:\\(%{DATA:src_fwuser}\\))?";
const DST_USER = "(?:\\(%{DATA:dst_fwuser}\\))?";
const ICMP = "\\(type %{INT:icmp_type}, code %{INT:icmp_code}\\)";
const HIT = "hit-cnt %{INT:hit_count} %{CISCO_INTERVAL:interval} \\[%{DATA:hashcode1}, %{DATA:hashcode2}\\]";
const UNIT = "\\((?:Primary|Secondary)\\)";
const ON = "[Ii]nterface %{NOTSPACE:interface_name}";

const MESSAGES: PatternTable = {
  CISCO_TAGGED_SYSLOG:
    "^<%{POSINT:syslog_pri}>%{CISCOTIMESTAMP:timestamp}(?: %{SYSLOGHOST:sysloghost})? ?: %%{CISCOTAG:ciscotag}:",
  CISCOFW104001: `${UNIT} Switching to ACTIVE - %{GREEDYDATA:switch_reason}`,
  CISCOFW104002: `${UNIT} Switching to STANDBY - %{GREEDYDATA:switch_reason}`,
  CISCOFW104003: `${UNIT} Switching to FAILED\\.`,
  CISCOFW104004: `${UNIT} Switching to OK\\.`,
  CISCOFW105003: `${UNIT} Monitoring on ${ON} waiting`,
  CISCOFW105004: `${UNIT} Monitoring on ${ON} normal`,
  CISCOFW105005: `${UNIT} Lost Failover communications with mate on ${ON}`,
  CISCOFW105008: `${UNIT} Testing ${ON}`,
  CISCOFW105009: `${UNIT} Testing on ${ON} (?:Passed|Failed)`,
  CISCOFW106001: `%{CISCO_DIRECTION:direction} %{WORD:protocol} connection %{CISCO_ACTION:action} from ${SRC} to ${DST} flags %{DATA:tcp_flags} on interface %{NOTSPACE:interface}`,
  CISCOFW106006_106007_106010: `%{CISCO_ACTION:action} %{CISCO_DIRECTION:direction} %{WORD:protocol} (?:from|src) ${SRC}${SRC_USER} (?:to|dst) ${DST}${DST_USER} (?:on interface %{NOTSPACE:interface}|due to %{CISCO_REASON:reason})`,
  CISCOFW106014: `%{CISCO_ACTION:action} %{CISCO_DIRECTION:direction} %{WORD:protocol} src %{DATA:src_interface}:%{IP:src_ip}${SRC_USER} dst %{DATA:dst_interface}:%{IP:dst_ip}${DST_USER} ?${ICMP}`,
  CISCOFW106015: `%{CISCO_ACTION:action} %{WORD:protocol} \\(%{DATA:policy_id}\\) from ${SRC} to ${DST} flags %{DATA:tcp_flags} +on interface %{NOTSPACE:interface}`,
  CISCOFW106021:
    "%{CISCO_ACTION:action} %{WORD:protocol} reverse path check from %{IP:src_ip} to %{IP:dst_ip} on interface %{NOTSPACE:interface}",
  CISCOFW106023: `%{CISCO_ACTION:action}(?: protocol)? %{WORD:protocol} src %{DATA:src_interface}:%{IPORHOST:src_address}(?:/%{INT:src_port})?${SRC_USER} dst %{DATA:dst_interface}:%{IPORHOST:dst_address}(?:/%{INT:dst_port})?${DST_USER}(?: ${ICMP})? by access-group "?%{DATA:policy_id}"? \\[%{DATA:hashcode1}, %{DATA:hashcode2}\\]`,
  CISCOFW106100_2_3: `access-list %{NOTSPACE:policy_id} %{CISCO_ACTION:action} %{WORD:protocol} for user '%{DATA:src_fwuser}' %{DATA:src_interface}/%{IP:src_ip}\\(%{INT:src_port}\\) -> %{DATA:dst_interface}/%{IP:dst_ip}\\(%{INT:dst_port}\\) ${HIT}`,
  CISCOFW106100: `access-list %{NOTSPACE:policy_id} %{CISCO_ACTION:action} %{WORD:protocol} %{DATA:src_interface}/%{IP:src_ip}\\(%{INT:src_port}\\)${SRC_USER} -> %{DATA:dst_interface}/%{IP:dst_ip}\\(%{INT:dst_port}\\)(?:\\(%{DATA:src_fwuser}\\))? ${HIT}`,
  CISCOFW304001: `%{IP:src_ip}${SRC_USER} Accessed URL %{IP:dst_ip}:%{GREEDYDATA:dst_url}`,
  CISCOFW110002: `%{CISCO_REASON:reason} for %{WORD:protocol} from %{DATA:src_interface}:${SRC} to ${DST}`,
  CISCOFW302010: "%{INT:connection_count} in use, %{INT:connection_count_max} most used",
  CISCOFW302013_302014_302015_302016: `%{CISCO_ACTION:action}(?: %{CISCO_DIRECTION:direction})? %{WORD:protocol} connection %{INT:connection_id} for %{NOTSPACE:src_interface}:${SRC}(?: \\(%{IP:src_mapped_ip}/%{INT:src_mapped_port}\\))?${SRC_USER} to %{NOTSPACE:dst_interface}:${DST}(?: \\(%{IP:dst_mapped_ip}/%{INT:dst_mapped_port}\\))?${DST_USER}(?: duration %{TIME:duration} bytes %{INT:bytes})?(?: %{CISCO_REASON:reason})?(?: \\(%{DATA:user}\\))?`,
  CISCOFW302020_302021:
    "%{CISCO_ACTION:action}(?: %{CISCO_DIRECTION:direction})? %{WORD:protocol} connection for faddr %{IP:dst_ip}/%{INT:icmp_seq_num}(?:\\(%{DATA:fwuser}\\))? gaddr %{IP:src_xlated_ip}/%{INT:icmp_code_xlated} laddr %{IP:src_ip}/%{INT:icmp_code}(?: \\(%{DATA:user}\\))?",
  CISCOFW305011: `%{CISCO_ACTION:action} %{CISCO_XLATE_TYPE:xlate_type} %{WORD:protocol} translation from %{DATA:src_interface}:%{IP:src_ip}(?:/%{INT:src_port})?${SRC_USER} to %{DATA:src_xlated_interface}:%{IP:src_xlated_ip}/%{INT:src_xlated_port}`,
  CISCOFW313001_313004_313008:
    "%{CISCO_ACTION:action} %{WORD:protocol} type=%{INT:icmp_type}, code=%{INT:icmp_code} from %{IP:src_ip} on interface %{NOTSPACE:interface}(?: to %{IP:dst_ip})?",
  CISCOFW313005: [
    "%{CISCO_REASON:reason} for %{WORD:protocol} error message: %{WORD:err_protocol} src %{DATA:err_src_interface}:%{IP:err_src_ip}(?:\\(%{DATA:err_src_fwuser}\\))?",
    " dst %{DATA:err_dst_interface}:%{IP:err_dst_ip}(?:\\(%{DATA:err_dst_fwuser}\\))? \\(type %{INT:err_icmp_type}, code %{INT:err_icmp_code}\\)",
    " on %{NOTSPACE:err_interface} interface\\. +Original IP payload: %{WORD:orig_protocol} src %{IP:orig_src_ip}/%{INT:orig_src_port}(?:\\(%{DATA:orig_src_fwuser}\\))?",
    " dst %{IP:orig_dst_ip}/%{INT:orig_dst_port}(?:\\(%{DATA:orig_dst_fwuser}\\))?",
  ].join(""),
  CISCOFW321001: "Resource '%{WORD:resource_name}' limit of %{POSINT:resource_limit} reached for system",
  CISCOFW402117:
    "%{WORD:vpn_protocol}: Received a non-IPSec packet \\(protocol= ?%{WORD:orig_protocol}\\) from %{IP:src_ip} to %{IP:dst_ip}\\.?",
  CISCOFW402119:
    "%{WORD:vpn_protocol}: Received an %{WORD:orig_protocol} packet \\(SPI= ?%{DATA:spi}, sequence number= ?%{DATA:seq_num}\\) from %{IP:src_ip} \\(user= ?%{DATA:vpn_user}\\) to %{IP:dst_ip} that failed anti-replay checking\\.?",
  CISCOFW419001: `%{CISCO_ACTION:action} %{WORD:protocol} packet from %{NOTSPACE:src_interface}:${SRC} to %{NOTSPACE:dst_interface}:${DST}, reason: %{GREEDYDATA:reason}`,
  CISCOFW419002: `%{CISCO_REASON:reason} from %{DATA:src_interface}:${SRC} to %{DATA:dst_interface}:${DST} with different initial sequence number\\.?`,
  CISCOFW500004: `%{CISCO_REASON:reason} for protocol=%{WORD:protocol}, from ${SRC} to ${DST}`,
  CISCOFW602303_602304:
    "%{WORD:vpn_protocol}: An %{CISCO_DIRECTION:direction} %{DATA:tunnel_type} SA \\(SPI= ?%{DATA:spi}\\) between %{IP:src_ip} and %{IP:dst_ip} \\(user= ?%{DATA:vpn_user}\\) has been %{CISCO_ACTION:action}\\.?",
  CISCOFW710001_710002_710003_710005_710006: `%{WORD:protocol} (?:request|access) %{CISCO_ACTION:action} from ${SRC} to %{DATA:dst_interface}:${DST}`,
  CISCOFW713172:
    "Group = %{DATA:group}, IP = %{IP:src_ip}, Automatic NAT Detection Status:\\s+Remote end\\s*%{DATA:is_remote_natted}\\s*behind a NAT device\\s+This\\s+end\\s*%{DATA:is_local_natted}\\s*behind a NAT device",
  CISCOFW733100: [
    "\\[\\s*%{DATA:drop_type}\\s*\\] drop %{DATA:drop_rate_id} exceeded\\. Current burst rate is %{INT:drop_rate_current_burst} per second,",
    " max configured rate is %{INT:drop_rate_max_burst}; Current average rate is %{INT:drop_rate_current_avg} per second,",
    " max configured rate is %{INT:drop_rate_max_avg}; Cumulative total count is %{INT:drop_total_count}",
  ].join(""),
};

const LEGACY: CaptureNames = {
  err_interface: "interface",
  vpn_protocol: "protocol",
  vpn_user: "user",
};

const ECS: CaptureNames = {
  syslog_pri: "[log][syslog][priority]:int",
  sysloghost: "[host][hostname]",
  ciscotag: "[cisco][asa][tag]",
  switch_reason: "[event][reason]",
  reason: "[event][reason]",
  interface_name: "[network][interface][name]",
  interface: "[observer][egress][interface][name]",
  direction: "[cisco][asa][network][direction]",
  protocol: "[cisco][asa][network][transport]",
  vpn_protocol: "[cisco][asa][network][type]",
  action: "[cisco][asa][outcome]",
  src_ip: "[source][ip]",
  src_port: "[source][port]:int",
  src_fwuser: "[source][user][name]",
  src_interface: "[observer][ingress][interface][name]",
  src_mapped_ip: "[source][nat][ip]",
  src_mapped_port: "[source][nat][port]:int",
  src_xlated_ip: "[source][nat][ip]",
  src_xlated_port: "[source][nat][port]:int",
  src_xlated_interface: "[observer][egress][interface][name]",
  dst_ip: "[destination][ip]",
  dst_port: "[destination][port]:int",
  dst_fwuser: "[destination][user][name]",
  dst_interface: "[observer][egress][interface][name]",
  dst_mapped_ip: "[destination][nat][ip]",
  dst_mapped_port: "[destination][nat][port]:int",
  dst_url: "[url][original]",
  tcp_flags: "[cisco][asa][tcp_flags]",
  policy_id: "[cisco][asa][rule_name]",
  icmp_type: "[cisco][asa][icmp_type]:int",
  icmp_code: "[cisco][asa][icmp_code]:int",
  icmp_seq_num: "[cisco][asa][icmp_seq]:int",
  icmp_code_xlated: "[cisco][asa][icmp_type]:int",
  hashcode1: "[@metadata][cisco][asa][hashcode1]",
  hashcode2: "[@metadata][cisco][asa][hashcode2]",
  hit_count: "[@metadata][cisco][asa][hit_count]:int",
  interval: "[@metadata][cisco][asa][interval]",
  connection_count: "[cisco][asa][connections][in_use]:int",
  connection_count_max: "[cisco][asa][connections][most_used]:int",
  connection_id: "[cisco][asa][connection_id]",
  duration: "[cisco][asa][duration]",
  bytes: "[network][bytes]:int",
  user: "[user][name]",
  vpn_user: "[source][user][name]",
  fwuser: "[destination][user][name]",
  xlate_type: "[cisco][asa][network][type]",
  // Parts of an error message about another packet.
  err_protocol: "",
  err_src_interface: "[observer][ingress][interface][name]",
  err_src_ip: "[source][ip]",
  err_src_fwuser: "[source][user][name]",
  err_dst_interface: "[observer][egress][interface][name]",
  err_dst_ip: "[destination][ip]",
  err_dst_fwuser: "[destination][user][name]",
  err_icmp_type: "[cisco][asa][icmp_type]:int",
  err_icmp_code: "[cisco][asa][icmp_code]:int",
  err_interface: "",
  orig_protocol: "[cisco][asa][original_ip_payload][network][transport]",
  orig_src_ip: "[cisco][asa][original_ip_payload][source][ip]",
  orig_src_port: "[cisco][asa][original_ip_payload][source][port]:int",
  orig_src_fwuser: "[cisco][asa][original_ip_payload][source][user][name]",
  orig_dst_ip: "[cisco][asa][original_ip_payload][destination][ip]",
  orig_dst_port: "[cisco][asa][original_ip_payload][destination][port]:int",
  orig_dst_fwuser: "[cisco][asa][original_ip_payload][destination][user][name]",
  resource_name: "[cisco][asa][resource][name]",
  resource_limit: "[cisco][asa][resource][limit]:int",
  spi: "[cisco][asa][ipsec][spi]",
  seq_num: "[cisco][asa][ipsec][seq_num]",
  tunnel_type: "[cisco][asa][ipsec][tunnel_type]",
  group: "[cisco][asa][source][group]",
  is_remote_natted: "[cisco][asa][security][remote][is_natted]",
  is_local_natted: "[cisco][asa][security][local][is_natted]",
  drop_type: "[cisco][asa][burst][object]",
  drop_rate_id: "[cisco][asa][burst][id]",
  drop_rate_current_burst: "[cisco][asa][burst][current_rate]:int",
  drop_rate_max_burst: "[cisco][asa][burst][configured_rate]:int",
  drop_rate_current_avg: "[cisco][asa][burst][avg_rate]:int",
  drop_rate_max_avg: "[cisco][asa][burst][configured_avg_rate]:int",
  drop_total_count: "[cisco][asa][burst][cumulative_count]:int",
};
