/**
 * ECS fields that Antler's pipelines, codecs and inputs make, and those that usual senders bring along, with the types that ECS gives them.
 * Source: Elastic Common Schema 9.3, field reference. Differences, on purpose: `message` and `event.original` are both searched as text
 * (ECS does not index the latter); labels of containers and Kubernetes, and what programs add to the journal, are flattened, since their names are
 * anybody's and may hold dots.
 */
export type FieldType =
  | "keyword"
  | "match_only_text"
  | "wildcard"
  | "constant_keyword"
  | "long"
  | "float"
  | "double"
  | "scaled_float"
  | "boolean"
  | "date"
  | "ip"
  | "geo_point"
  | "flattened";

export interface FieldRow {
  readonly type: FieldType;
  /** A multi-field `text`, searched as words. */
  readonly text: boolean;
  /** Full names, with dots. */
  readonly names: readonly string[];
}

/** Lines: type, `+text` with a multi-field; prefixes with `|` between them (`-`: none); names. */
const TABLE = `
date - @timestamp
keyword - @version tags
match_only_text - message
keyword labels. log_kind
keyword ecs. version
constant_keyword data_stream. type dataset namespace

keyword agent. build.original ephemeral_id id name type version
keyword cloud. account.id account.name availability_zone instance.id instance.name machine.type project.id project.name provider region service.name
keyword container. id image.hash.all image.name image.tag name runtime
flattened container.|kubernetes. labels
flattened kubernetes. annotations
flattened journald. custom
scaled_float container.cpu.|container.memory.|host.cpu. usage
keyword orchestrator. cluster.name namespace resource.name resource.type type

match_only_text error. message
keyword error. code id type
wildcard+text error. stack_trace

match_only_text event. original
keyword event. action agent_id_status category code dataset hash id kind module outcome provider reason reference timezone type
keyword event. url
date event. created end ingested start
long event. duration sequence severity
float event. risk_score risk_score_norm

date file. accessed created ctime mtime
keyword file. attributes device directory extension gid group hash.md5 hash.sha1 hash.sha256 hash.sha512 inode mime_type mode name owner type uid
keyword+text file. path target_path
long file. size

keyword group. domain id name

keyword host. architecture boot.id domain hostname id mac name pid_ns_ino type
ip host. ip
long host. uptime
keyword host.os.|observer.os.|user_agent.os. family kernel platform type version
keyword+text host.os.|observer.os.|user_agent.os. full name

long http.request.|http.response. body.bytes bytes
wildcard+text http.request.|http.response. body.content
keyword http. request.id request.method request.mime_type request.referrer response.mime_type version
long http. response.status_code

keyword log. file.path level logger origin.file.name origin.function
long log. origin.file.line offset
keyword log.syslog. appname facility.name hostname msgid procid severity.name version
long log.syslog. facility.code priority severity.code
flattened log.syslog. structured_data

keyword network. application community_id direction iana_number name protocol transport type vlan.id vlan.name
ip network. forwarded_ip
long network. bytes packets

keyword observer. egress.interface.alias egress.interface.id egress.interface.name egress.zone hostname mac name product serial_number type vendor version
keyword observer. ingress.interface.alias ingress.interface.id ingress.interface.name ingress.zone
ip observer. ip

keyword organization. id
keyword+text organization. name

keyword package. architecture build_version checksum description install_scope license name path reference type version
date package. installed
long package. size

keyword process.|process.parent. args entity_id
long process.|process.parent. args_count exit_code pgid pid thread.id uptime
keyword process.|process.parent. thread.name
wildcard+text process.|process.parent. command_line
keyword+text process.|process.parent. executable name title working_directory
date process.|process.parent. end start
boolean process.|process.parent. interactive

keyword related. hash hosts user
ip related. ip

keyword rule. author category description id license name reference ruleset uuid version

keyword service. address environment ephemeral_id id name node.name node.roles state type version

keyword client.|destination.|server.|source. address domain mac registered_domain subdomain top_level_domain
ip client.|destination.|server.|source. ip nat.ip
long client.|destination.|server.|source. bytes nat.port packets port
long client.as.|destination.as.|server.as.|source.as. number
keyword+text client.as.|destination.as.|server.as.|source.as. organization.name
keyword client.geo.|destination.geo.|host.geo.|observer.geo.|server.geo.|source.geo. city_name continent_code continent_name country_iso_code country_name name postal_code region_iso_code region_name timezone
geo_point client.geo.|destination.geo.|host.geo.|observer.geo.|server.geo.|source.geo. location

keyword user.|user.effective.|user.target.|user.changes.|client.user.|destination.user.|server.user.|source.user. domain email group.domain group.id group.name hash id roles
keyword+text user.|user.effective.|user.target.|user.changes.|client.user.|destination.user.|server.user.|source.user. full_name name

keyword span.|trace.|transaction. id

keyword threat. framework indicator.type tactic.id tactic.name technique.id technique.name
keyword tls. cipher curve next_protocol version version_protocol
boolean tls. established resumed
keyword tls.client. hash.sha256 issuer ja3 server_name subject
keyword tls.server. hash.sha256 issuer ja3s subject
date tls.client.|tls.server. not_after not_before

wildcard+text url. full original
wildcard url. path
keyword url. domain extension fragment password query registered_domain scheme subdomain top_level_domain username
long url. port

keyword user_agent. device.name name version
keyword+text user_agent. original
`;

export const ECS_FIELDS: readonly FieldRow[] = readFields(TABLE);

/** Reads a table of the form above. */
export function readFields(table: string): FieldRow[] {
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [kind = "", prefixes = "", ...names] = line.split(" ");
      const [type, text] = kind.split("+");
      const before = prefixes.split("|").map((prefix) => (prefix === "-" ? "" : prefix));
      return {
        type: type as FieldType,
        text: text === "text",
        names: before.flatMap((prefix) => names.map((name) => `${prefix}${name}`)),
      };
    });
}
