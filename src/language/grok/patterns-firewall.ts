import { type CaptureNames, withNames } from "./pattern-names.ts";
import type { PatternTable } from "./pattern-table.ts";

/** Logs of NetScreen's firewalls, of Juniper's SRX, and of the Linux ones, Shorewall and SuSEfirewall2. */
export function firewallPatterns(ecs: boolean): PatternTable {
  return ecs
    ? { ...IPTABLES, ...NETFILTER_ECS, ...NETSCREEN_ECS, ...withNames(JUNOS, JUNOS_ECS) }
    : { ...NETFILTER, ...NETSCREEN, ...JUNOS };
}

const NETSCREEN: PatternTable = {
  NETSCREENSESSIONLOG: [
    "%{SYSLOGTIMESTAMP:date} %{IPORHOST:device} %{IPORHOST}: NetScreen device_id=%{WORD:device_id}%{DATA}: start_time=%{QUOTEDSTRING:start_time}",
    " duration=%{INT:duration} policy_id=%{INT:policy_id} service=%{DATA:service} proto=%{INT:proto} src zone=%{WORD:src_zone}",
    " dst zone=%{WORD:dst_zone} action=%{WORD:action} sent=%{INT:sent} rcvd=%{INT:rcvd} src=%{IPORHOST:src_ip} dst=%{IPORHOST:dst_ip}",
    " src_port=%{INT:src_port} dst_port=%{INT:dst_port} src-xlated ip=%{IPORHOST:src_xlated_ip} port=%{INT:src_xlated_port}",
    " dst-xlated ip=%{IPORHOST:dst_xlated_ip} port=%{INT:dst_xlated_port} session_id=%{INT:session_id} reason=%{GREEDYDATA:reason}",
  ].join(""),
};

const NETSCREEN_ECS: PatternTable = {
  NETSCREENSESSIONLOG: [
    "%{SYSLOGTIMESTAMP:timestamp} %{IPORHOST:[observer][hostname]} %{NOTSPACE:[observer][name]}: (?<[observer][product]>NetScreen)",
    ' device_id=%{WORD:[netscreen][device_id]} .*?(?:\\(%{WORD:[netscreen][session][type]}\\))?: start_time="%{DATA:[netscreen][session][start_time]}"',
    " duration=%{INT:[netscreen][session][duration]:int} policy_id=%{INT:[netscreen][policy_id]} service=%{DATA:[netscreen][service]}",
    " proto=%{INT:[netscreen][protocol_number]:int} src zone=%{WORD:[observer][ingress][zone]} dst zone=%{WORD:[observer][egress][zone]}",
    " action=%{WORD:[event][action]} sent=%{INT:[source][bytes]:int} rcvd=%{INT:[destination][bytes]:int}",
    " src=%{IPORHOST:[source][address]} dst=%{IPORHOST:[destination][address]}",
    "(?: src_port=%{INT:[source][port]:int} dst_port=%{INT:[destination][port]:int})?",
    "(?: src-xlated ip=%{IP:[source][nat][ip]} port=%{INT:[source][nat][port]:int}",
    " dst-xlated ip=%{IP:[destination][nat][ip]} port=%{INT:[destination][nat][port]:int})?",
    "(?: session_id=%{INT:[netscreen][session][id]} reason=%{GREEDYDATA:[netscreen][session][reason]})?",
  ].join(""),
};

const ENDS = "%{IP:src-ip}/%{INT:src-port}->%{IP:dst-ip}/%{INT:dst-port}";
const FLOW = [
  `${ENDS} %{DATA:service} %{IP:nat-src-ip}/%{INT:nat-src-port}->%{IP:nat-dst-ip}/%{INT:nat-dst-port}`,
  "%{DATA:src-nat-rule-name} %{DATA:dst-nat-rule-name} %{INT:protocol-id}",
  "%{DATA:policy-name} %{DATA:from-zone} %{DATA:to-zone} %{INT:session-id}",
].join(" ");

/** Source: Juniper, "System Log Explorer", RT_FLOW. */
const JUNOS: PatternTable = {
  RT_FLOW_TAG: "(?:RT_FLOW_SESSION_CREATE|RT_FLOW_SESSION_CLOSE|RT_FLOW_SESSION_DENY)",
  RT_FLOW_EVENT: "%{RT_FLOW_TAG}",
  RT_FLOW1: `%{RT_FLOW_TAG:event}: %{GREEDYDATA:close-reason}: ${FLOW} \\d+\\(%{DATA:sent}\\) \\d+\\(%{DATA:received}\\) %{INT:elapsed-time} .*`,
  RT_FLOW2: `%{RT_FLOW_TAG:event}: session created ${FLOW} .*`,
  RT_FLOW3: `%{RT_FLOW_TAG:event}: session denied ${ENDS} %{DATA:service} %{INT:protocol-id}\\(\\d\\) %{DATA:policy-name} %{DATA:from-zone} %{DATA:to-zone}(?: .*)?`,
};

const JUNOS_ECS: CaptureNames = {
  event: "[juniper][srx][tag]",
  "close-reason": "[juniper][srx][reason]",
  "src-ip": "[source][ip]",
  "src-port": "[source][port]:int",
  "dst-ip": "[destination][ip]",
  "dst-port": "[destination][port]:int",
  service: "[juniper][srx][service_name]",
  "nat-src-ip": "[source][nat][ip]",
  "nat-src-port": "[source][nat][port]:int",
  "nat-dst-ip": "[destination][nat][ip]",
  "nat-dst-port": "[destination][nat][port]:int",
  "src-nat-rule-name": "None|[juniper][srx][src_nat_rule_name]",
  "dst-nat-rule-name": "None|[juniper][srx][dst_nat_rule_name]",
  "protocol-id": "[network][iana_number]",
  "policy-name": "[rule][name]",
  "from-zone": "[observer][ingress][zone]",
  "to-zone": "[observer][egress][zone]",
  "session-id": "[juniper][srx][session_id]",
  sent: "[source][bytes]:int",
  received: "[destination][bytes]:int",
  "elapsed-time": "[juniper][srx][elapsed_time]:int",
};

const NETFILTER: PatternTable = {
  SHOREWALL: [
    "%{SYSLOGTIMESTAMP:timestamp} %{WORD:nf_host} .*Shorewall:(?:%{WORD:nf_action1})?:(?:%{WORD:nf_action2})?.*IN=(?:%{USERNAME:nf_in_interface})?",
    ".*(?:OUT= *MAC=%{COMMONMAC:nf_dst_mac}:(?:%{COMMONMAC:nf_src_mac})?|OUT=%{USERNAME:nf_out_interface}).*SRC=%{IPV4:nf_src_ip}.*DST=%{IPV4:nf_dst_ip}",
    ".*?LEN=%{WORD:nf_len}.*?TOS=%{WORD:nf_tos}.*?PREC=%{WORD:nf_prec}.*?TTL=%{INT:nf_ttl}.*?ID=%{INT:nf_id}.*?PROTO=%{WORD:nf_protocol}",
    ".*?SPT=%{INT:nf_src_port}.*?DPT=%{INT:nf_dst_port}.*",
  ].join(""),
  SFW2: [
    "(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp})\\s*%{HOSTNAME}\\s*kernel\\S+\\s*(?:%{NAGIOSTIME}\\s*)?SFW2-INext-%{NOTSPACE:nf_action}",
    "\\s*IN=%{USERNAME:nf_in_interface}.*OUT=(?:\\s*%{USERNAME:nf_out_interface}|\\s*).*?MAC=(?:%{COMMONMAC:nf_dst_mac}:%{COMMONMAC:nf_src_mac}|\\s*)",
    ".*SRC=%{IP:nf_src_ip}\\s*DST=%{IP:nf_dst_ip}.*?PROTO=%{WORD:nf_protocol}(?:.*?SPT=%{INT:nf_src_port}.*?DPT=%{INT:nf_dst_port}.*)?",
  ].join(""),
};

/** What the kernel's packet filter writes of a packet. */
const IPTABLES: PatternTable = {
  IPTABLES_TCP_FLAGS: "(?:(?:CWR|ECE|URG|ACK|PSH|RST|SYN|FIN) )*",
  IPTABLES_TCP_PART:
    "(?:SEQ=%{INT:[iptables][tcp][seq]:int}\\s+)?(?:ACK=%{INT:[iptables][tcp][ack]:int}\\s+)?WINDOW=%{INT:[iptables][tcp][window]:int}\\s+RES=0x%{BASE16NUM:[iptables][tcp_reserved_bits]}\\s+%{IPTABLES_TCP_FLAGS:[iptables][tcp][flags]}",
  IPTABLES4_FRAG: "(?:(?:CE|DF|MF)(?: (?=CE|DF|MF))?)+",
  IPTABLES4_PART: [
    "SRC=%{IPV4:[source][ip]}\\s+DST=%{IPV4:[destination][ip]}\\s+LEN=(?:%{INT:[iptables][length]:int})?\\s+TOS=(?:0x%{BASE16NUM:[iptables][tos]}|0)?",
    "PREC=(?:0x%{BASE16NUM:[iptables][precedence_bits]})?\\s+TTL=(?:%{INT:[iptables][ttl]:int})?\\s+ID=(?:%{INT:[iptables][id]})?",
  ]
    .join("\\s+")
    .concat(
      "(?:\\s+%{IPTABLES4_FRAG:[iptables][fragment_flags]})?(?:\\s+FRAG: ?%{INT:[iptables][fragment_offset]:int})?",
    ),
  IPTABLES6_PART: [
    "SRC=%{IPV6:[source][ip]}\\s+DST=%{IPV6:[destination][ip]}\\s+LEN=(?:%{INT:[iptables][length]:int})?\\s+TC=(?:0x%{BASE16NUM:[iptables][tos]}|%{INT})?",
    "HOPLIMIT=(?:%{INT:[iptables][ttl]:int})?\\s+FLOWLBL=(?:%{INT:[iptables][flow_label]})?",
  ].join("\\s+"),
  IPTABLES: [
    "IN=(?:%{NOTSPACE:[observer][ingress][interface][name]})?\\s+OUT=(?:%{NOTSPACE:[observer][egress][interface][name]})?",
    "(?:MAC=(?:%{COMMONMAC:[destination][mac]})?(?::%{COMMONMAC:[source][mac]})?(?::[A-Fa-f0-9]{2}:[A-Fa-f0-9]{2})?\\s+)?(?:%{IPTABLES4_PART}|%{IPTABLES6_PART}).*?PROTO=(?:%{WORD:[network][transport]})?",
    "SPT=(?:%{INT:[source][port]:int})?\\s+DPT=(?:%{INT:[destination][port]:int})?(?:\\s+%{IPTABLES_TCP_PART})?",
  ].join("\\s+"),
};

const NETFILTER_ECS: PatternTable = {
  SHOREWALL:
    "%{SYSLOGTIMESTAMP:timestamp} %{WORD:[observer][hostname]} .*Shorewall:(?:%{WORD:[shorewall][firewall][type]})?:(?:%{WORD:[shorewall][firewall][action]})?.*?%{IPTABLES}",
  SFW2_LOG_PREFIX: "SFW2-INext-%{NOTSPACE:[suse][firewall][action]}",
  SFW2: "(?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp})\\s*%{HOSTNAME:[observer][hostname]}.*?%{SFW2_LOG_PREFIX:[suse][firewall][log_prefix]}\\s*%{IPTABLES}",
};
