import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { Value } from "../../event/value.ts";
import { parseSyslog, type SyslogMessage } from "../../language/syslog.ts";
import { parseStructuredData } from "../../language/syslog-structured-data.ts";
import { syslogTimeReader } from "../../language/syslog-time.ts";
import { defaultsOf } from "../../plugin/check-options.ts";
import type { Decoder, DecoderHost, FilterInstance } from "../../plugin/definitions.ts";
import { grok } from "../filters/grok.ts";

export interface SyslogDecoderSettings {
  readonly grok_pattern: string | undefined;
  readonly syslog_field: string;
  readonly timezone: string | undefined;
  readonly locale: string | undefined;
  readonly use_labels: boolean;
  readonly facility_labels: readonly string[];
  readonly severity_labels: readonly string[];
}

/** Source: Logstash, "Syslog input plugin". */
const NAMES = {
  ecs: {
    host: "[host][ip]",
    priority: "[log][syslog][priority]",
    facility: "[log][syslog][facility][code]",
    severity: "[log][syslog][severity][code]",
    facilityLabel: "[log][syslog][facility][name]",
    severityLabel: "[log][syslog][severity][name]",
    hostname: "[host][hostname]",
    program: "[process][name]",
    pid: "[process][pid]",
    otherPid: "[log][syslog][procid]",
    messageId: "[log][syslog][msgid]",
    version: "[log][syslog][version]",
    structuredData: "[log][syslog][structured_data]",
    rawStructuredData: "[system][syslog][structured_data]",
  },
  legacy: {
    host: "host",
    priority: "priority",
    facility: "facility",
    severity: "severity",
    facilityLabel: "facility_label",
    severityLabel: "severity_label",
    hostname: "logsource",
    program: "program",
    pid: "pid",
    otherPid: "pid",
    messageId: "msgid",
    version: "version",
    structuredData: "structured_data",
    rawStructuredData: "structured_data",
  },
};

/** Field of the sender's address. */
export function syslogHostField(ecs: boolean): string {
  return (ecs ? NAMES.ecs : NAMES.legacy).host;
}

const FAILURE_TAG = "_grokparsefailure_sysloginput";
const DATE_TAG = "_dateparsefailure";
/** Of lines that are no syslog. Source: RFC 3164, 4.3.3. */
const DEFAULT_PRIORITY = 13;
const ORIGINAL = "[event][original]";

/** A codec's decoder behind which the text is read as syslog. */
export function syslogDecoder(settings: SyslogDecoderSettings, host: DecoderHost, codec: Decoder): Decoder {
  const ecs = host.ecs !== "disabled";
  const reader = new SyslogReader(settings, host);
  const address = new FieldReference(syslogHostField(ecs));
  const original = new FieldReference(ORIGINAL);
  const source = new FieldReference(settings.syslog_field);
  const relay = (event: Event, sender: Value | undefined): void => {
    if (sender !== undefined && codec.isPlain !== true) address.set(event, sender);
    const text = source.get(event);
    if (ecs && text !== undefined && text !== null) original.set(event, text);
    reader.read(event, text);
  };
  return {
    decode(record, event, more) {
      const sender = codec.isPlain === true ? undefined : address.get(event);
      const made = [event];
      codec.decode(record, event, () => {
        const another = more();
        made.push(another);
        return another;
      });
      for (const one of made) if (!one.cancelled) relay(one, sender);
    },
  };
}

class SyslogReader {
  readonly #settings: SyslogDecoderSettings;
  readonly #ecs: boolean;
  readonly #fields: Readonly<Record<keyof typeof NAMES.ecs, FieldReference>>;
  readonly #service = new FieldReference("[service][type]");
  readonly #timeOf: (text: string) => Timestamp | undefined;
  /** For a pattern or a field of the user's choice. */
  readonly #grok: FilterInstance | undefined;

  constructor(settings: SyslogDecoderSettings, host: DecoderHost) {
    this.#settings = settings;
    this.#ecs = host.ecs !== "disabled";
    const names = Object.entries(this.#ecs ? NAMES.ecs : NAMES.legacy);
    this.#fields = Object.fromEntries(names.map(([key, name]) => [key, new FieldReference(name)])) as never;
    this.#timeOf = syslogTimeReader(timeOptions(settings, host.now));
    if (settings.grok_pattern !== undefined || settings.syslog_field !== "message")
      this.#grok = grok.create(grokOptions(settings, this.#ecs) as never, { ...host, child: (parent) => parent });
  }

  read(event: Event, text: Value | undefined): void {
    const isSyslog = this.#grok === undefined ? this.#parsed(event, text) : this.#matched(event, this.#grok);
    if (this.#ecs && !this.#service.has(event)) this.#service.set(event, "system");
    if (!isSyslog) {
      event.tag(FAILURE_TAG);
      this.#prioritise(event, DEFAULT_PRIORITY);
    }
    if (this.#settings.use_labels) this.#label(event);
  }

  /** As RFC 3164 or 5424 has it. */
  #parsed(event: Event, text: Value | undefined): boolean {
    if (typeof text !== "string") return false;
    const found = parseSyslog(text);
    const { priority, hostname } = found;
    if (priority === undefined || !this.#takes(found)) return false;
    const fields = this.#fields;
    this.#prioritise(event, priority);
    event.fields["message"] = found.message;
    if (hostname !== undefined) fields.hostname.set(event, hostname);
    if (found.program !== undefined) fields.program.set(event, found.program);
    if (found.pid !== undefined) this.#pid(event, found.pid);
    if (found.format === "rfc5424") this.#rfc5424(event, found);
    if (found.timestamp !== undefined) this.#date(event, found.timestamp, found.format === "rfc5424");
    else if (found.fault === "bad-timestamp") event.tag(DATE_TAG);
    return true;
  }

  /** Without ECS the pattern of Logstash wants a name of the host. */
  #takes({ format, fault, hostname }: SyslogMessage): boolean {
    if (format === "rfc5424") return fault === undefined || fault === "bad-timestamp";
    return fault === undefined && (this.#ecs || hostname !== undefined);
  }

  #pid(event: Event, pid: string): void {
    if (!this.#ecs) this.#fields.pid.set(event, pid);
    else if (/^\d{1,15}$/.test(pid)) this.#fields.pid.set(event, Number(pid));
    else this.#fields.otherPid.set(event, pid);
  }

  #rfc5424(event: Event, { version, messageId, structuredData }: SyslogMessage): void {
    const fields = this.#fields;
    fields.version.set(event, String(version));
    if (messageId !== undefined) fields.messageId.set(event, messageId);
    if (structuredData === undefined) return;
    const elements = parseStructuredData(structuredData);
    if (elements === undefined) fields.rawStructuredData.set(event, structuredData);
    else fields.structuredData.set(event, elements);
  }

  /** By the user's pattern, which must give a priority and a timestamp. */
  #matched(event: Event, pattern: FilterInstance): boolean {
    if (!pattern.apply(event, () => undefined)) return false;
    const priority = this.#fields.priority.get(event);
    this.#prioritise(event, Number.parseInt(String(priority ?? 0), 10) || 0);
    const iso = this.#ecs ? undefined : event.fields["timestamp8601"];
    if (iso !== undefined) event.fields["timestamp"] = iso;
    const time = new FieldReference("timestamp").get(event);
    if (typeof time === "string") this.#date(event, time, false);
    if (this.#ecs) delete event.fields["timestamp"];
    return true;
  }

  #date(event: Event, text: string, precise: boolean): void {
    if (!this.#ecs) {
      event.fields["timestamp"] = text;
      if (/^\d{4}-/.test(text)) event.fields["timestamp8601"] = text;
    }
    const time = this.#timeOf(text);
    if (time === undefined) event.tag(DATE_TAG);
    else event.timestamp = precise || time.nanos === 0 ? time : new Timestamp(time.epochMs);
  }

  #prioritise(event: Event, priority: number): void {
    const { priority: whole, facility, severity } = this.#fields;
    whole.set(event, priority);
    severity.set(event, priority & 7);
    facility.set(event, priority >> 3);
  }

  #label(event: Event): void {
    const { facility, severity, facilityLabel, severityLabel } = this.#fields;
    const { facility_labels: facilities, severity_labels: severities } = this.#settings;
    const facilityName = facilities[facility.get(event) as number];
    const severityName = severities[severity.get(event) as number];
    if (facilityName !== undefined) facilityLabel.set(event, facilityName);
    if (severityName !== undefined) severityLabel.set(event, severityName);
  }
}

export function timeOptions(
  settings: Pick<SyslogDecoderSettings, "timezone" | "locale">,
  now: () => number,
): Parameters<typeof syslogTimeReader>[0] {
  return {
    timezone: settings.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale: (settings.locale ?? "en").replaceAll("_", "-"),
    now,
  };
}

/** Options of the grok filter that stands in the input. */
export function grokOptions(
  settings: Pick<SyslogDecoderSettings, "grok_pattern" | "syslog_field">,
  ecs: boolean,
): Readonly<Record<string, unknown>> {
  const pattern =
    settings.grok_pattern ?? `<%{POSINT:${ecs ? "[log][syslog][priority]:int" : "priority"}}>%{SYSLOGLINE}`;
  return {
    ...defaultsOf(grok.options),
    match: { [settings.syslog_field]: pattern },
    overwrite: [settings.syslog_field],
    tag_on_failure: [FAILURE_TAG],
  };
}
