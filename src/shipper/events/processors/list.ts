import { addCloudMetadata } from "./add-cloud-metadata.ts";
import { addDockerMetadata } from "./add-docker-metadata.ts";
import { addFields } from "./add-fields.ts";
import { addHostMetadata } from "./add-host-metadata.ts";
import { addKubernetesMetadata } from "./add-kubernetes-metadata.ts";
import { addLabels } from "./add-labels.ts";
import { addLocale } from "./add-locale.ts";
import { addProcessMetadata } from "./add-process-metadata.ts";
import { addTags } from "./add-tags.ts";
import { convert } from "./convert.ts";
import { copyFields } from "./copy-fields.ts";
import { decodeBase64Field } from "./decode-base64-field.ts";
import { decodeJsonFields } from "./decode-json-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import { dissect } from "./dissect.ts";
import { dropEvent } from "./drop-event.ts";
import { dropFields } from "./drop-fields.ts";
import { fingerprint } from "./fingerprint.ts";
import { includeFields } from "./include-fields.ts";
import { rateLimit } from "./rate-limit.ts";
import { rename } from "./rename.ts";
import { replace } from "./replace.ts";
import { timestamp } from "./timestamp.ts";
import { truncateFields } from "./truncate-fields.ts";
import { urldecode } from "./urldecode.ts";

/** All processors, by name. */
export const PROCESSORS: readonly ProcessorDefinition[] = [
  addCloudMetadata,
  addDockerMetadata,
  addFields,
  addHostMetadata,
  addKubernetesMetadata,
  addLabels,
  addLocale,
  addProcessMetadata,
  addTags,
  convert,
  copyFields,
  decodeBase64Field,
  decodeJsonFields,
  dissect,
  dropEvent,
  dropFields,
  fingerprint,
  includeFields,
  rateLimit,
  rename,
  replace,
  timestamp,
  truncateFields,
  urldecode,
];

const PIPELINE = "do it in the pipeline";

/** Processors of Beats that are not here, and what to do instead. */
export const ABSENT: Readonly<Record<string, string>> = {
  script: `${PIPELINE}: the filter javascript or ruby`,
  append: `${PIPELINE}: the filter mutate with merge or add_field`,
  add_cloudfoundry_metadata: "give what is known with add_fields",
  add_network_direction: `${PIPELINE}: the filter cidr`,
  add_nomad_metadata: "give what is known with add_fields",
  add_observer_metadata: "give what is known with add_fields and target: observer",
  cache: `${PIPELINE}: the filter translate`,
  community_id: `${PIPELINE}: the filter fingerprint over addresses and ports`,
  decode_cef: `${PIPELINE}: the codec cef`,
  decode_csv_fields: `${PIPELINE}: the filter csv`,
  decode_duration: `${PIPELINE}: the filter ruby`,
  decode_xml: `${PIPELINE}: the filter xml`,
  decode_xml_wineventlog: `${PIPELINE}: the filter xml`,
  decompress_gzip_field: `${PIPELINE}: the filter ruby`,
  detect_mime_type: `${PIPELINE}: the filter ruby`,
  dns: `${PIPELINE}: the filter dns`,
  extract_array: `${PIPELINE}: the filter mutate`,
  lowercase: `${PIPELINE}: the filter mutate with lowercase`,
  move_fields: "use rename",
  parse_aws_vpc_flow_log: `${PIPELINE}: the filter dissect`,
  registered_domain: `${PIPELINE}: the filter ruby`,
  syslog: "use the parser syslog of the input",
  translate_ldap_attribute: `${PIPELINE}: the filter translate`,
  translate_sid: `${PIPELINE}: the filter translate`,
  uppercase: `${PIPELINE}: the filter mutate with uppercase`,
};

/** Names of processors that are not needed here, and why. */
export const NEEDLESS: Readonly<Record<string, string>> = {
  add_id: "every event has an identity that becomes its _id, and stays the same when it is sent again",
};
