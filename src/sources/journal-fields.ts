import type { Event } from "../event/event.ts";
import { FieldReference } from "../event/field-reference.ts";
import { Timestamp } from "../event/timestamp.ts";
import type { StoredTree, Value } from "../event/value.ts";

type Target = readonly (readonly [FieldReference, "text" | "integer"])[];

function to(kind: "text" | "integer", ...references: string[]): Target {
  return references.map((reference) => [new FieldReference(reference), kind]);
}

/** Fields of systemd.journal-fields(7), of coredumps and of Docker's log driver, and where Filebeat's journald input (9.x) puts them. */
const FIELDS: ReadonlyMap<string, Target> = new Map<string, Target>([
  ["MESSAGE_ID", to("text", "[message_id]")],
  ["PRIORITY", to("integer", "[log][syslog][priority]", "[log][syslog][severity][code]")],
  ["SYSLOG_FACILITY", to("integer", "[log][syslog][facility][code]")],
  ["SYSLOG_IDENTIFIER", to("text", "[log][syslog][appname]")],
  ["SYSLOG_PID", to("text", "[log][syslog][procid]")],
  ["_HOSTNAME", to("text", "[host][hostname]")],
  ["_MACHINE_ID", to("text", "[host][id]")],
  ["_BOOT_ID", to("text", "[host][boot][id]", "[journald][host][boot_id]")],
  ["_PID", to("integer", "[process][pid]", "[journald][pid]")],
  ["_COMM", to("text", "[process][name]", "[journald][process][name]")],
  ["_EXE", to("text", "[process][executable]", "[journald][process][executable]")],
  ["_CMDLINE", to("text", "[process][command_line]", "[journald][process][command_line]")],
  ["_CAP_EFFECTIVE", to("text", "[journald][process][capabilities]")],
  ["_UID", to("integer", "[journald][uid]")],
  ["_GID", to("integer", "[journald][gid]")],
  ["_AUDIT_LOGINUID", to("integer", "[journald][audit][login_uid]")],
  ["_AUDIT_SESSION", to("text", "[journald][audit][session]")],
  ["_TRANSPORT", to("text", "[systemd][transport]")],
  ["_SYSTEMD_CGROUP", to("text", "[systemd][cgroup]")],
  ["_SYSTEMD_INVOCATION_ID", to("text", "[systemd][invocation_id]")],
  ["_SYSTEMD_OWNER_UID", to("integer", "[systemd][owner_uid]")],
  ["_SYSTEMD_SESSION", to("text", "[systemd][session]")],
  ["_SYSTEMD_SLICE", to("text", "[systemd][slice]")],
  ["_SYSTEMD_UNIT", to("text", "[systemd][unit]")],
  ["_SYSTEMD_USER_SLICE", to("text", "[systemd][user_slice]")],
  ["_SYSTEMD_USER_UNIT", to("text", "[systemd][user_unit]")],
  ["UNIT", to("text", "[journald][unit]")],
  ["CODE_FILE", to("text", "[journald][code][file]")],
  ["CODE_FUNC", to("text", "[journald][code][func]")],
  ["CODE_LINE", to("integer", "[journald][code][line]")],
  ["COREDUMP_UNIT", to("text", "[journald][coredump][unit]")],
  ["COREDUMP_USER_UNIT", to("text", "[journald][coredump][user_unit]")],
  ["OBJECT_AUDIT_LOGINUID", to("integer", "[journald][object][audit][login_uid]")],
  ["OBJECT_AUDIT_SESSION", to("integer", "[journald][object][audit][session]")],
  ["OBJECT_CMDLINE", to("text", "[journald][object][process][command_line]")],
  ["OBJECT_COMM", to("text", "[journald][object][process][name]")],
  ["OBJECT_EXE", to("text", "[journald][object][process][executable]")],
  ["OBJECT_GID", to("integer", "[journald][object][gid]")],
  ["OBJECT_PID", to("integer", "[journald][object][pid]")],
  ["OBJECT_SYSTEMD_OWNER_UID", to("integer", "[journald][object][systemd][owner_uid]")],
  ["OBJECT_SYSTEMD_SESSION", to("text", "[journald][object][systemd][session]")],
  ["OBJECT_SYSTEMD_UNIT", to("text", "[journald][object][systemd][unit]")],
  ["OBJECT_SYSTEMD_USER_UNIT", to("text", "[journald][object][systemd][user_unit]")],
  ["OBJECT_UID", to("integer", "[journald][object][uid]")],
  ["_KERNEL_DEVICE", to("text", "[journald][kernel][device]")],
  ["_KERNEL_SUBSYSTEM", to("text", "[journald][kernel][subsystem]")],
  ["_UDEV_DEVLINK", to("text", "[journald][kernel][device_symlinks]")],
  ["_UDEV_DEVNODE", to("text", "[journald][kernel][device_node_path]")],
  ["_UDEV_SYSNAME", to("text", "[journald][kernel][device_name]")],
  ["CONTAINER_ID", to("text", "[container][id_truncated]")],
  ["CONTAINER_ID_FULL", to("text", "[container][id]")],
  ["CONTAINER_NAME", to("text", "[container][name]")],
  ["CONTAINER_TAG", to("text", "[container][log][tag]")],
  ["CONTAINER_PARTIAL_MESSAGE", to("text", "[container][partial]")],
  ["IMAGE_NAME", to("text", "[container][image][name]")],
]);

/** Addresses of the entry, and times that are not those of Filebeat's `@timestamp`. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "MESSAGE",
  "__CURSOR",
  "__REALTIME_TIMESTAMP",
  "__MONOTONIC_TIMESTAMP",
  "__SEQNUM",
  "__SEQNUM_ID",
  "_SOURCE_REALTIME_TIMESTAMP",
  "_SOURCE_MONOTONIC_TIMESTAMP",
]);

/** Further fields of an entry that are kept, and characters of each. */
const CUSTOM_FIELDS = 200;
const CUSTOM_CHARACTERS = 32 * 1024;

/** Severities of RFC 5424 by number, and as `log.level` names them. */
const SEVERITIES = ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"];
const LEVELS = ["emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"];

const severityName = new FieldReference("[log][syslog][severity][name]");
const level = new FieldReference("[log][level]");
const custom = new FieldReference("[journald][custom]");
const processArguments = new FieldReference("[process][args]");
const argumentCount = new FieldReference("[process][args_count]");
const userId = new FieldReference("[user][id]");
const groupId = new FieldReference("[user][group][id]");
const effectiveUser = new FieldReference("[user][effective][id]");
const effectiveGroup = new FieldReference("[user][effective][group][id]");
const process: Readonly<Record<string, FieldReference>> = {
  OBJECT_PID: new FieldReference("[process][pid]"),
  OBJECT_COMM: new FieldReference("[process][name]"),
  OBJECT_EXE: new FieldReference("[process][executable]"),
  OBJECT_CMDLINE: new FieldReference("[process][command_line]"),
};

/** Sets the fields of a journal entry on an event; the entry's text, undefined where it has none. */
export function adoptJournalEntry(entry: StoredTree, event: Event): string | undefined {
  const time = timeOf(entry["__REALTIME_TIMESTAMP"]);
  if (time !== undefined) event.timestamp = time;
  const others: StoredTree = {};
  let count = 0;
  let leftOut = 0;
  for (const name of Object.keys(entry)) {
    if (LEFT_OUT.has(name)) continue;
    const value = fieldValue(entry[name]);
    if (value === undefined) continue;
    const targets = FIELDS.get(name);
    if (targets !== undefined) {
      for (const [reference, kind] of targets) reference.set(event, kind === "integer" ? integerOf(value) : value);
    } else if (count < CUSTOM_FIELDS) {
      others[name.replace(/^_+/, "").toLowerCase()] = shortened(value);
      count++;
    } else leftOut++;
  }
  if (count > 0) custom.set(event, others);
  // More than any program sends; said in the event, since nothing goes unseen.
  if (leftOut > 0) event.tag("_journald_fields_left_out");
  setSeverity(entry["PRIORITY"], event);
  setUser(entry, "_", event);
  setUser(entry, "OBJECT_", event);
  setProcess(entry, event);
  const message = fieldValue(entry["MESSAGE"]);
  return Array.isArray(message) ? message.map(String).join("\n") : (message as string | undefined);
}

/** Microseconds since 1970. */
function timeOf(value: unknown): Timestamp | undefined {
  if (typeof value !== "string" || !/^\d{1,17}$/.test(value)) return undefined;
  const micros = BigInt(value);
  const millis = Number(micros / 1000n);
  return millis > 8.64e15 ? undefined : new Timestamp(millis, Number(micros % 1000n) * 1000);
}

/** A field's value: text, bytes as an array of numbers, an array of these for a field that is there several times; null when it was left out. */
function fieldValue(value: unknown): string | string[] | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every((byte) => typeof byte === "number")) return Buffer.from(value).toString("utf8");
  return value.map(fieldValue).filter((one) => typeof one === "string");
}

function integerOf(value: string | string[]): Value {
  if (typeof value !== "string") return value;
  // Some systemd versions put a name behind a number: "123,root".
  const match = /^(-?\d{1,15})(?:,.*)?$/.exec(value);
  return match === null ? value : Number(match[1]);
}

function shortened(value: string | string[]): Value {
  const cut = (one: string): string => (one.length > CUSTOM_CHARACTERS ? one.slice(0, CUSTOM_CHARACTERS) : one);
  return typeof value === "string" ? cut(value) : value.slice(0, CUSTOM_FIELDS).map(cut);
}

function setSeverity(priority: unknown, event: Event): void {
  if (typeof priority !== "string" || !/^[0-7]$/.test(priority)) return;
  severityName.set(event, SEVERITIES[Number(priority)] as string);
  level.set(event, LEVELS[Number(priority)] as string);
}

/** As Filebeat does: who logged in is the user, whom the process runs as the effective one where they differ. */
function setUser(entry: StoredTree, prefix: "_" | "OBJECT_", event: Event): void {
  const login = entry[`${prefix}AUDIT_LOGINUID`];
  const uid = entry[`${prefix}UID`];
  const gid = entry[`${prefix}GID`];
  if (typeof login === "string") userId.set(event, login);
  if (typeof uid !== "string") return;
  const effective = typeof login === "string" && login !== uid;
  (effective ? effectiveUser : userId).set(event, uid);
  if (typeof gid === "string") (effective ? effectiveGroup : groupId).set(event, gid);
}

/** What systemd says of another process (OBJECT_…) is about the one that acts. */
function setProcess(entry: StoredTree, event: Event): void {
  for (const name of Object.keys(process)) {
    const value = fieldValue(entry[name]);
    if (value !== undefined) process[name]?.set(event, name === "OBJECT_PID" ? integerOf(value) : value);
  }
  const line = fieldValue(entry["OBJECT_CMDLINE"] ?? entry["_CMDLINE"]);
  if (typeof line !== "string") return;
  const parts = line.match(/"(?:\\"|[^"])*"|\S+/g);
  if (parts === null) return;
  processArguments.set(event, parts);
  argumentCount.set(event, parts.length);
}
