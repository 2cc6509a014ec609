/** Fields of the Common Event Format under their names, keys and places in ECS. Source: Logstash, "Cef codec plugin", field mapping. */
export interface CefField {
  /** Full name: `sourceAddress`. */
  readonly name: string;
  /** Short key: `src`; the name where there is none. */
  readonly key: string;
  /** Field reference: `[source][ip]`. */
  readonly ecs: string;
  readonly isTime: boolean;
}

/** What fields of the device belong to: the one that saw the event, or the one on which it happened. */
export type CefDevice = "observer" | "host";

/** The seven fields of the header, in order: name and place in ECS. */
export const CEF_HEADER: readonly (readonly [name: string, ecs: string])[] = [
  ["cefVersion", "[cef][version]"],
  ["deviceVendor", "[observer][vendor]"],
  ["deviceProduct", "[observer][product]"],
  ["deviceVersion", "[observer][version]"],
  ["deviceEventClassId", "[event][code]"],
  ["name", "[cef][name]"],
  ["severity", "[event][severity]"],
];

/** Name, key (`-`: none), place in ECS with dots, `time` for times. Of two for one place the first is written. */
const TABLE = `
agentAddress agt agent.ip
agentDnsDomain - cef.agent.registered_domain
agentHostName ahost agent.name
agentId aid agent.id
agentMacAddress amac agent.mac
agentNtDomain - cef.agent.registered_domain
agentReceiptTime art event.created time
agentTimeZone atz cef.agent.timezone
agentTranslatedAddress - cef.agent.nat.ip
agentTranslatedZoneExternalID - cef.agent.translated_zone.external_id
agentTranslatedZoneURI - cef.agent.translated_zone.uri
agentType at agent.type
agentVersion av agent.version
agentZoneExternalID - cef.agent.zone.external_id
agentZoneURI - cef.agent.zone.uri
applicationProtocol app network.protocol
baseEventCount cnt cef.base_event_count
bytesIn in source.bytes
bytesOut out destination.bytes
categoryDeviceType catdt cef.device_type
customerExternalID - organization.id
customerURI - organization.name
destinationAddress dst destination.ip
destinationDnsDomain - destination.registered_domain
destinationGeoLatitude dlat destination.geo.location.lat
destinationGeoLongitude dlong destination.geo.location.lon
destinationHostName dhost destination.domain
destinationMacAddress dmac destination.mac
destinationNtDomain dntdom destination.registered_domain
destinationPort dpt destination.port
destinationProcessId dpid destination.process.pid
destinationProcessName dproc destination.process.name
destinationServiceName - destination.service.name
destinationTranslatedAddress - destination.nat.ip
destinationTranslatedPort - destination.nat.port
destinationTranslatedZoneExternalID - cef.destination.translated_zone.external_id
destinationTranslatedZoneURI - cef.destination.translated_zone.uri
destinationUserId duid destination.user.id
destinationUserName duser destination.user.name
destinationUserPrivileges dpriv destination.user.group.name
destinationZoneExternalID - cef.destination.zone.external_id
destinationZoneURI - cef.destination.zone.uri
deviceAction act event.action
deviceDirection - network.direction
deviceEventCategory cat cef.category
deviceFacility - log.syslog.facility.code
deviceInboundInterface - observer.ingress.interface.name
deviceNtDomain - cef.nt_domain
deviceOutboundInterface - observer.egress.interface.name
devicePayloadId - cef.payload_id
deviceProcessId dvcpid process.pid
deviceProcessName - process.name
deviceReceiptTime rt @timestamp time
deviceTimeZone dtz event.timezone
deviceTranslatedAddress - host.nat.ip
deviceTranslatedZoneExternalID - cef.translated_zone.external_id
deviceTranslatedZoneURI - cef.translated_zone.uri
deviceVersion - observer.version
deviceZoneExternalID - cef.zone.external_id
deviceZoneURI - cef.zone.uri
endTime end event.end time
eventId - event.id
eventOutcome outcome event.outcome
externalId - cef.external_id
fileCreateTime - file.created
fileHash - file.hash
fileId - file.inode
fileModificationTime - file.mtime time
fileName fname file.name
filePath - file.path
filePermission - file.group
fileSize fsize file.size
fileType - file.extension
managerReceiptTime mrt event.ingested time
message msg message
oldFileCreateTime - cef.old_file.created time
oldFileHash - cef.old_file.hash
oldFileId - cef.old_file.inode
oldFileModificationTime - cef.old_file.mtime time
oldFileName - cef.old_file.name
oldFilePath - cef.old_file.path
oldFilePermission - cef.old_file.group
oldFileSize - cef.old_file.size
oldFileType - cef.old_file.extension
rawEvent - event.original
Reason reason event.reason
requestClientApplication - user_agent.original
requestContext - http.request.referrer
requestCookies - cef.request.cookies
requestMethod - http.request.method
requestUrl request url.original
sourceAddress src source.ip
sourceDnsDomain - source.registered_domain
sourceGeoLatitude slat source.geo.location.lat
sourceGeoLongitude slong source.geo.location.lon
sourceHostName shost source.domain
sourceMacAddress smac source.mac
sourceNtDomain sntdom source.registered_domain
sourcePort spt source.port
sourceProcessId spid source.process.pid
sourceProcessName sproc source.process.name
sourceServiceName - source.service.name
sourceTranslatedAddress - source.nat.ip
sourceTranslatedPort - source.nat.port
sourceTranslatedZoneExternalID - cef.source.translated_zone.external_id
sourceTranslatedZoneURI - cef.source.translated_zone.uri
sourceUserId suid source.user.id
sourceUserName suser source.user.name
sourceUserPrivileges spriv source.user.group.name
sourceZoneExternalID - cef.source.zone.external_id
sourceZoneURI - cef.source.zone.uri
startTime start event.start time
transportProtocol proto network.transport
type - cef.type
`;

const DEVICE_TABLES: Readonly<Record<CefDevice, string>> = {
  observer: `
deviceAddress dvc observer.ip
deviceDnsDomain - observer.registered_domain
deviceExternalId - observer.name
deviceHostName dvchost observer.hostname
deviceMacAddress dvcmac observer.mac
`,
  host: `
deviceAddress dvc host.ip
deviceDnsDomain - host.registered_domain
deviceExternalId - host.id
deviceHostName dvchost host.name
deviceMacAddress dvcmac host.mac
`,
};

/** Names that Logstash had before for some fields; without ECS they stay as they are. */
export const CEF_OLD_NAMES: readonly (readonly [old: string, name: string])[] = [
  ["destinationLatitude", "destinationGeoLatitude"],
  ["destinationLongitude", "destinationGeoLongitude"],
  ["destinationTimeZone", "deviceTimeZone"],
  ["sourceLatitude", "sourceGeoLatitude"],
  ["sourceLongitude", "sourceGeoLongitude"],
];

/** Numbered from 1 to 15, each with a label: name, key, place in ECS. */
const SERIES: readonly (readonly [name: string, key: string, ecs: string])[] = [
  ["deviceCustomFloatingPoint", "cfp", "device_custom_floating_point"],
  ["deviceCustomIPv6Address", "c6a", "device_custom_ipv6_address"],
  ["deviceCustomNumber", "cn", "device_custom_number"],
  ["deviceCustomString", "cs", "device_custom_string"],
];
const SERIES_LENGTH = 15;

/** All fields of the dictionary. */
export function cefFields(device: CefDevice): CefField[] {
  return [...tableFields(TABLE), ...tableFields(DEVICE_TABLES[device]), ...seriesFields()];
}

function tableFields(table: string): CefField[] {
  return table
    .trim()
    .split("\n")
    .map((line) => {
      const [name, key, path, time] = line.split(" ") as [string, string, string, string | undefined];
      const ecs = path.includes(".") ? `[${path.replaceAll(".", "][")}]` : path;
      return { name, key: key === "-" ? name : key, ecs, isTime: time !== undefined };
    });
}

function seriesFields(): CefField[] {
  return SERIES.flatMap(([name, key, ecs]) =>
    Array.from({ length: SERIES_LENGTH }, (_, i) => i + 1).flatMap((n) => [
      { name: `${name}${n}`, key: `${key}${n}`, ecs: `[cef][${ecs}_${n}][value]`, isTime: false },
      { name: `${name}${n}Label`, key: `${key}${n}Label`, ecs: `[cef][${ecs}_${n}][label]`, isTime: false },
    ]),
  );
}
