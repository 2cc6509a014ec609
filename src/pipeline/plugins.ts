import type { CodecPlugin, FilterPlugin, InputPlugin, OutputPlugin, Plugin } from "../plugin/definitions.ts";
import { cef } from "./codecs/cef.ts";
import { csv as csvCodec } from "./codecs/csv.ts";
import { dots } from "./codecs/dots.ts";
import { esBulk } from "./codecs/es-bulk.ts";
import { json as jsonCodec } from "./codecs/json.ts";
import { jsonLines } from "./codecs/json-lines.ts";
import { line } from "./codecs/line.ts";
import { multiline } from "./codecs/multiline.ts";
import { plain } from "./codecs/plain.ts";
import { rubydebug } from "./codecs/rubydebug.ts";
import { aggregate } from "./filters/aggregate.ts";
import { anonymize } from "./filters/anonymize.ts";
import { cidr } from "./filters/cidr.ts";
import { clone } from "./filters/clone.ts";
import { csv } from "./filters/csv.ts";
import { date } from "./filters/date.ts";
import { deDot } from "./filters/de-dot.ts";
import { dissect } from "./filters/dissect.ts";
import { dns } from "./filters/dns.ts";
import { drop } from "./filters/drop.ts";
import { elasticsearch as elasticsearchFilter } from "./filters/elasticsearch.ts";
import { fingerprint } from "./filters/fingerprint.ts";
import { geoip } from "./filters/geoip.ts";
import { grok } from "./filters/grok.ts";
import { javascript } from "./filters/javascript.ts";
import { json } from "./filters/json.ts";
import { jsonEncode } from "./filters/json-encode.ts";
import { kv } from "./filters/kv.ts";
import { metrics } from "./filters/metrics.ts";
import { mutate } from "./filters/mutate.ts";
import { prune } from "./filters/prune.ts";
import { ruby } from "./filters/ruby.ts";
import { sleep } from "./filters/sleep.ts";
import { split } from "./filters/split.ts";
import { syslogPri } from "./filters/syslog-pri.ts";
import { throttle } from "./filters/throttle.ts";
import { translate } from "./filters/translate.ts";
import { truncate } from "./filters/truncate.ts";
import { urldecode } from "./filters/urldecode.ts";
import { useragent } from "./filters/useragent.ts";
import { uuid } from "./filters/uuid.ts";
import { xml } from "./filters/xml.ts";
import { beats } from "./inputs/beats.ts";
import { deadLetterQueue } from "./inputs/dead-letter-queue.ts";
import { elasticAgent } from "./inputs/elastic-agent.ts";
import { file as fileInput } from "./inputs/file.ts";
import { generator } from "./inputs/generator.ts";
import { heartbeat } from "./inputs/heartbeat.ts";
import { http } from "./inputs/http.ts";
import { journald } from "./inputs/journald.ts";
import { pipelineInput } from "./inputs/pipeline.ts";
import { stdin } from "./inputs/stdin.ts";
import { syslog } from "./inputs/syslog.ts";
import { tcp } from "./inputs/tcp.ts";
import { udp } from "./inputs/udp.ts";
import { elasticsearch } from "./outputs/elasticsearch.ts";
import { file } from "./outputs/file.ts";
import { http as httpOutput } from "./outputs/http.ts";
import { nullOutput } from "./outputs/null.ts";
import { pipelineOutput } from "./outputs/pipeline.ts";
import { stdout } from "./outputs/stdout.ts";
import { store } from "./outputs/store.ts";
import { tcp as tcpOutput } from "./outputs/tcp.ts";
import { udp as udpOutput } from "./outputs/udp.ts";

/** Every plugin there is, sorted by name within its kind. */
export const PLUGINS: readonly Plugin[] = [
  // inputs
  beats,
  deadLetterQueue,
  elasticAgent,
  fileInput,
  generator,
  heartbeat,
  http,
  journald,
  pipelineInput,
  stdin,
  syslog,
  tcp,
  udp,
  // filters
  aggregate,
  anonymize,
  cidr,
  clone,
  csv,
  date,
  deDot,
  dissect,
  dns,
  drop,
  elasticsearchFilter,
  fingerprint,
  geoip,
  grok,
  javascript,
  json,
  jsonEncode,
  kv,
  metrics,
  mutate,
  prune,
  ruby,
  sleep,
  split,
  syslogPri,
  throttle,
  translate,
  truncate,
  urldecode,
  useragent,
  uuid,
  xml,
  // outputs
  elasticsearch,
  file,
  httpOutput,
  nullOutput,
  pipelineOutput,
  stdout,
  store,
  tcpOutput,
  udpOutput,
  // codecs
  cef,
  csvCodec,
  dots,
  esBulk,
  jsonCodec,
  jsonLines,
  line,
  multiline,
  plain,
  rubydebug,
];

export interface PluginsByKind {
  input: InputPlugin;
  filter: FilterPlugin;
  output: OutputPlugin;
  codec: CodecPlugin;
}

const byName: ReadonlyMap<string, Plugin> = new Map(PLUGINS.map((plugin) => [`${plugin.kind}/${plugin.name}`, plugin]));

export function findPlugin<K extends keyof PluginsByKind>(kind: K, name: string): PluginsByKind[K] | undefined {
  return byName.get(`${kind}/${name}`) as PluginsByKind[K] | undefined;
}

export function pluginNames(kind: Plugin["kind"]): string[] {
  return PLUGINS.filter((plugin) => plugin.kind === kind).map((plugin) => plugin.name);
}
