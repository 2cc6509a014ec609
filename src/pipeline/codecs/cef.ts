import { isUtf8 } from "node:buffer";
import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type Value } from "../../event/value.ts";
import { timeZone } from "../../language/date/zone.ts";
import { compileSprintf, valueText } from "../../language/sprintf.ts";
import {
  type CodecPlugin,
  type Decoder,
  defineCodec,
  type OptionProblem,
  type PluginHost,
} from "../../plugin/definitions.ts";
import { boolean, fieldReference, list, type OptionValues, text } from "../../plugin/options.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import { CEF_HEADER, CEF_OLD_NAMES, type CefDevice, type CefField, cefFields } from "../../transform/cef-dictionary.ts";
import { cefHeaderText, cefKeyText, cefValueText, parseCef } from "../../transform/cef-text.ts";
import { type CefTimeSettings, parseCefTime } from "../../transform/cef-time.ts";
import { setField } from "../../transform/reserved-fields.ts";

const WRITES = "when writing; may hold `%{field}`";

const options = {
  default_timezone: text({ description: "Zone of times that name none (ECS); default: this machine's" }),
  delimiter: text({
    description: "What stands behind each event, `\\r` and `\\n` for line ends; for streams such as tcp",
  }),
  device: text({
    description: "What fields of the device belong to (ECS): the `observer`, or the `host` of the event",
    default: "observer",
    choices: ["observer", "host"],
  }),
  fields: list({ description: "Fields to write as extensions", default: [] }),
  locale: text({ description: "Language of month names (ECS), such as `de_DE`; default: this machine's" }),
  name: text({ description: `Name, ${WRITES}`, default: "Logstash" }),
  product: text({ description: `Device product, ${WRITES}`, default: "Logstash" }),
  raw_data_field: fieldReference({ description: "Field for the text as it came" }),
  reverse_mapping: boolean({
    description: "Write short keys (`src`) in place of full names (`sourceAddress`)",
    default: false,
  }),
  severity: text({ description: `Severity from 0 to 10, else 6, ${WRITES}`, default: "6" }),
  signature: text({ description: `Device event class id, ${WRITES}`, default: "Logstash" }),
  vendor: text({ description: `Device vendor, ${WRITES}`, default: "Elasticsearch" }),
  version: text({ description: `Device version, ${WRITES}`, default: "1.0" }),
  deprecated_v1_fields: boolean({
    description: "Add the field names of version 1",
    obsolete: "it was removed; rename fields with mutate",
  }),
  sev: text({ description: "Severity", obsolete: "use severity" }),
};

type Settings = OptionValues<typeof options>;

export const cef: CodecPlugin = defineCodec({
  name: "cef",
  summary: "The Common Event Format of security devices, into ECS fields and back.",
  options,
  examples: [
    {
      title: "An event with a syslog header",
      config: 'cef { default_timezone => "UTC" }',
      given:
        "<13>Nov 22 10:00:00 fw CEF:0|Acme|Wall|1.0|100|denied|5|src=10.0.0.1 spt=1232 msg=no way rt=Nov 22 2026 10:00:00",
      expect: [
        {
          "[observer][vendor]": "Acme",
          "[cef][name]": "denied",
          "[source][ip]": "10.0.0.1",
          "[source][port]": "1232",
          message: "no way",
          "@timestamp": "2026-11-22T10:00:00.000Z",
          "[log][syslog][header]": "<13>Nov 22 10:00:00 fw",
        },
      ],
    },
    {
      title: "Writing",
      config:
        'cef { vendor => "Acme" product => "%{app}" severity => 3 reverse_mapping => true fields => ["[source][ip]", "message"] }',
      given: { app: "gate", source: { ip: "10.0.0.1" }, message: "a=b" },
      expect: "CEF:0|Acme|gate|1.0|Logstash|Logstash|3|src=10.0.0.1 msg=a\\=b",
    },
  ],
  check: checkOptions,
  framer: ({ delimiter }) => (delimiter === undefined ? undefined : lineFramer(unescaped(delimiter))),
  decoder: cefDecoder,
  encoder(settings, host) {
    const keys = writtenKeys(settings.reverse_mapping, host.ecs !== "disabled");
    const header = (["vendor", "product", "version", "signature", "name"] as const).map((name) => {
      const write = compileSprintf(settings[name]);
      return (event: Event): string => cefHeaderText(write(event)) || (options[name].default as string);
    });
    const severity = compileSprintf(settings.severity);
    const fields = settings.fields.map((name) => ({
      reference: new FieldReference(name),
      key: keys.get(name) ?? keys.get(`[${name}]`) ?? cefKeyText(name),
    }));
    const delimiter = unescaped(settings.delimiter ?? "");
    return {
      encode(event, out) {
        const values = fields.flatMap(({ reference, key }) => {
          const value = reference.get(event);
          return value === undefined || value === null ? [] : [`${key}=${cefValueText(textOf(value))}`];
        });
        const parts = [
          "CEF:0",
          ...header.map((write) => write(event)),
          severityText(severity(event)),
          values.join(" "),
        ];
        out.text(parts.join("|") + delimiter);
      },
    };
  },
});

/** Under which key a field is written, by its name and by its place in ECS. */
function writtenKeys(short: boolean, ecs: boolean): ReadonlyMap<string, string> {
  const keys = new Map<string, string>();
  const all = [...cefFields("observer"), ...cefFields("host")];
  for (const { name, key, ecs: place } of all) {
    for (const from of ecs ? [place, name] : [name]) if (!keys.has(from)) keys.set(from, short ? key : name);
  }
  for (const [old, name] of CEF_OLD_NAMES) keys.set(old, short ? (keys.get(name) as string) : old);
  return keys;
}

function unescaped(delimiter: string): string {
  return delimiter.replaceAll("\\r", "\r").replaceAll("\\n", "\n");
}

function checkOptions(settings: Settings): OptionProblem[] {
  const problems: OptionProblem[] = [];
  if (settings.delimiter === "") problems.push({ option: "delimiter", message: "the delimiter is empty" });
  for (const name of settings.fields) {
    try {
      new FieldReference(name);
    } catch (error) {
      problems.push({ option: "fields", message: (error as Error).message });
    }
  }
  try {
    timeSettings(settings, Date.now);
  } catch (error) {
    const option =
      settings.default_timezone !== undefined && /time zone/.test((error as Error).message)
        ? "default_timezone"
        : "locale";
    problems.push({ option, message: (error as Error).message });
  }
  return problems;
}

/** @throws RangeError for a zone or a language that there is not */
function timeSettings(settings: Settings, now: () => number): CefTimeSettings {
  const own = Intl.DateTimeFormat().resolvedOptions();
  const [locale] = Intl.getCanonicalLocales(settings.locale?.replaceAll("_", "-") ?? own.locale);
  return { locale: locale ?? "en", zone: timeZone(settings.default_timezone ?? own.timeZone), now };
}

/** Where an extension goes. */
interface Place {
  readonly reference: FieldReference;
  readonly isTime: boolean;
}

/** Keys that are not in the dictionary and whose references are remembered. */
const UNKNOWN_LIMIT = 1000;

function cefDecoder(settings: Settings, host: PluginHost): Decoder {
  const ecs = host.ecs !== "disabled";
  const header = CEF_HEADER.map(([name, place]) => new FieldReference(ecs ? place : name));
  const syslog = new FieldReference(ecs ? "[log][syslog][header]" : "syslog");
  const zone = new FieldReference("[event][timezone]");
  const raw = settings.raw_data_field === undefined ? undefined : new FieldReference(settings.raw_data_field);
  const times = timeSettings(settings, host.now);
  const known = new Map<string, Place>();
  for (const field of cefFields(settings.device as CefDevice)) {
    const place = placeOf(field, ecs);
    for (const name of [field.key, field.name]) if (!known.has(name)) known.set(name, place);
  }
  for (const [old, name] of CEF_OLD_NAMES)
    known.set(old, ecs ? (known.get(name) as Place) : { reference: new FieldReference(old), isTime: false });
  const unknown = new Map<string, Place>();

  function place(key: string): Place {
    let found = known.get(key) ?? unknown.get(key);
    if (found === undefined) {
      // `name[0]` is a place in a list.
      const reference = new FieldReference(key.replace(/^([^[\]]+)((?:\[\d+\])+)$/, "[$1]$2"));
      found = { reference, isTime: false };
      if (unknown.size >= UNKNOWN_LIMIT) unknown.clear();
      unknown.set(key, found);
    }
    return found;
  }

  /** The fields of a record, or undefined for what is no CEF. */
  function fieldsOf(data: string): [FieldReference, Value][] | undefined {
    const text = data.startsWith('"') ? data.slice(1, -1) : data;
    const parts = parseCef(text.replace(/(?:\r?\n|\r)$/, ""));
    if (parts === undefined) return undefined;
    const fields = parts.header.map((value, i): [FieldReference, Value] => [header[i] as FieldReference, value]);
    if (parts.syslog !== undefined) fields.push([syslog, parts.syslog]);
    const extensions = parts.extensions.map(([key, value]) => [place(key), value] as const);
    const deviceZone = ecs ? extensions.findLast(([{ reference }]) => reference.text === zone.text)?.[1] : undefined;
    for (const [{ reference, isTime }, value] of extensions) {
      if (!isTime) fields.push([reference, value]);
      else if (value.trim() === "") {
        // A time that is stated and empty; the event's own stays.
        if (reference.text !== "@timestamp") fields.push([reference, null]);
      } else {
        const time = parseCefTime(value.trim(), deviceZone, times);
        if (time === undefined) return undefined;
        fields.push([reference, time]);
      }
    }
    return fields;
  }

  return {
    decode({ bytes, start, end }, event) {
      const data = bytes.toString("utf8", start, end);
      const fields = isUtf8(bytes.subarray(start, end)) ? fieldsOf(data) : undefined;
      if (raw !== undefined) raw.set(event, data);
      if (fields === undefined) {
        event.fields["message"] = data;
        event.tag("_cefparsefailure");
        return;
      }
      for (const [reference, value] of fields) setField(event, reference, value);
    },
  };
}

function placeOf({ name, ecs: reference, isTime }: CefField, ecs: boolean): Place {
  return { reference: new FieldReference(ecs ? reference : name), isTime: ecs && isTime };
}

function textOf(value: Value): string {
  if (value instanceof Timestamp) return value.toString();
  return Array.isArray(value) || isTree(value) ? JSON.stringify(value) : valueText(value);
}

function severityText(text: string): string {
  const value = /^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isInteger(value) && value >= 0 && value <= 10 ? String(value) : "6";
}
