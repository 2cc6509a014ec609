import { readFileSync } from "node:fs";
import { isMap, isScalar, type Node } from "yaml";
import type { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../diagnostics/source.ts";
import { suggest } from "../diagnostics/suggest.ts";
import type { Strictness } from "../pipeline/compile/resolve.ts";
import { flatten, plain, spanOf, type YamlSetting } from "../shipper/config/yaml-settings.ts";
import {
  IDLE_PIPELINE_KEYS,
  IDLE_PROCESS_KEYS,
  idleKey,
  type KeyKind,
  PIPELINE_KEYS,
  PROCESS_KEYS,
} from "./pipelines-yml-keys.ts";

/** A value with its place. Counts, sizes (bytes) and times (milliseconds) are numbers, everything else is a text. */
export interface YmlValue {
  readonly value: string | number;
  readonly span: Span;
}

/** Values by key. */
export type YmlValues = ReadonlyMap<string, YmlValue>;

const PIPELINE_FILE_KEYS = Object.keys(PIPELINE_KEYS);
const ALL_KEYS: Readonly<Record<string, KeyKind>> = { ...PIPELINE_KEYS, ...PROCESS_KEYS };

/** Reads the settings of one mapping: of a pipeline, or of logstash.yml (`process`). What is wrong goes to `found`. */
export function readValues(
  source: SourceText,
  node: Node | null,
  process: boolean,
  found: DiagnosticCollector,
  strictness: Strictness,
): YmlValues {
  const values = new Map<string, YmlValue>();
  if (node === null || (isScalar(node) && node.value === null)) return values;
  if (!isMap(node)) {
    found.error("CONF013", "settings are expected, each with its name", spanOf(source, node));
    return values;
  }
  for (const setting of flatten(source, node, () => false)) {
    const kind = (process ? ALL_KEYS : PIPELINE_KEYS)[setting.name];
    if (kind === undefined) {
      reportOther(setting, process, found);
      continue;
    }
    const value = readValue(setting, kind, found, strictness);
    if (value === undefined) continue;
    if (values.has(setting.name)) found.error("CONF006", `"${setting.name}" is set twice`, setting.key);
    values.set(setting.name, { value, span: setting.span });
  }
  return values;
}

function readValue(
  { name, node, span }: YamlSetting,
  kind: KeyKind,
  found: DiagnosticCollector,
  strictness: Strictness,
): string | number | undefined {
  if (name === "config.string" && isScalar(node) && typeof node.value === "string") {
    // Its variables are the configuration language's to replace, which knows quotes.
    return node.value;
  }
  const value = plain(node, {}, ({ message, help }) => {
    found.add({
      code: "CONF007",
      severity: strictness === "start" ? "error" : "warning",
      message,
      span,
      help,
    });
  });
  if (value === null || value === "") return undefined;
  if (typeof value === "object") {
    found.error("CONF013", `${name} is one value`, span);
    return undefined;
  }
  if (kind === "count") {
    if (Number.isInteger(value) && (value as number) >= 1) return value as number;
    found.error("CONF014", `${name} is a whole number from 1 on`, span);
    return undefined;
  }
  if (kind === "number") {
    if (Number.isInteger(value) && (value as number) >= 0) return value as number;
    found.error("CONF014", `${name} is a whole number, or 0`, span);
    return undefined;
  }
  if (kind === "bytes") {
    const bytes = bytesOf(value);
    if (bytes === undefined) found.error("CONF014", `${name} is a size, such as 64mb or 1gb`, span);
    return bytes;
  }
  const text = String(value);
  if (kind === "duration") {
    const read = readDuration(text);
    if (read !== undefined && read > 0) return read;
    found.error("CONF014", `${name} is a time: 5d, 12h, 30m, 90s`, span);
    return undefined;
  }
  const choices = kind === "boolean" ? ["true", "false"] : kind;
  if (choices === "text" || choices.includes(text)) return text;
  found.error("CONF014", `${name} is ${choices.join(" or ")}`, span);
  return undefined;
}

const UNITS = ["b", "kb", "mb", "gb", "tb", "pb"];

/** A size with a unit as Logstash has it, of 1024 each: 64mb. Whole and above 0. */
function bytesOf(value: unknown): number | undefined {
  const [, digits, unit = "b"] = /^([\d.]+)\s*([kmgtp]?b)?$/i.exec(String(value)) ?? [];
  const bytes = Math.floor(Number(digits) * 1024 ** UNITS.indexOf(unit.toLowerCase()));
  return Number.isSafeInteger(bytes) && bytes > 0 ? bytes : undefined;
}

const MILLIS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** Milliseconds of `5d`, `12h`, `30m`, `90s`. Source: Logstash, "Dead letter queues", age policy. */
export function readDuration(text: string): number | undefined {
  const match = /^\s*(\d+)\s*([dhms])\s*$/i.exec(text);
  return match === null ? undefined : Number(match[1]) * (MILLIS[(match[2] as string).toLowerCase()] as number);
}

function reportOther({ name, key, node }: YamlSetting, process: boolean, found: DiagnosticCollector): void {
  const processKey = idleKey(IDLE_PROCESS_KEYS, name);
  const idle = idleKey(IDLE_PIPELINE_KEYS, name) ?? (process ? processKey : undefined);
  if (idle !== undefined) {
    const value = isScalar(node) ? String(node.value) : undefined;
    if (idle.same === undefined || idle.same !== value)
      found.warning("CONF010", `the setting "${name}" has no effect`, key, { help: idle.why });
    return;
  }
  const message = `unknown setting "${name}"`;
  if (!process && (processKey !== undefined || Object.hasOwn(PROCESS_KEYS, name))) {
    found.error("CONF012", message, key, { help: "it is a setting of the process: logstash.yml takes it" });
    return;
  }
  const others = [...IDLE_PIPELINE_KEYS, ...(process ? IDLE_PROCESS_KEYS : [])].map((other) => other.name);
  const known = process ? Object.keys(ALL_KEYS) : PIPELINE_FILE_KEYS;
  const meant =
    suggest(name, known) ??
    suggest(
      name,
      others.filter((other) => !other.endsWith(".")),
    );
  found.error("CONF012", message, key, {
    help: meant === undefined ? `the settings: ${known.join(", ")}` : `did you mean "${meant}"?`,
  });
}

/** A file's text; undefined when it cannot be read, which goes to `found`. */
export function readSource(path: string, found: DiagnosticCollector): SourceText | undefined {
  try {
    return { name: path, text: readFileSync(path, "utf8") };
  } catch (error) {
    found.error("CONF020", `${path}: ${(error as Error).message}`);
    return undefined;
  }
}
