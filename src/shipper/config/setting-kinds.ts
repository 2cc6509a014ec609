/** How values of settings are read. Durations and sizes as in Beats (Go's durations, humanised bytes). */
export type SettingKind = "text" | "number" | "boolean" | "list" | "duration" | "bytes" | "tree" | "items";

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const BYTE_UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  m: 1e6,
  g: 1e9,
  ki: 2 ** 10,
  mi: 2 ** 20,
  gi: 2 ** 30,
};

/** Milliseconds of `1h30m`, `10s`, or a number of seconds; undefined when it is none. */
export function durationMillis(value: unknown): number | undefined {
  if (typeof value === "number") return value * 1000;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g))
    total += Number(number) * (DURATION_UNITS[unit as string] as number);
  return text.startsWith("-") ? -total : total;
}

/** Bytes of `10MiB`, `512kb` or a number; undefined when it is none. */
export function byteCount(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const match = typeof value === "string" ? /^\s*(\d+(?:\.\d+)?)\s*(|k|m|g|ki|mi|gi)b?\s*$/i.exec(value) : null;
  return match === null
    ? undefined
    : Math.floor(Number(match[1]) * (BYTE_UNITS[(match[2] as string).toLowerCase()] as number));
}

/** The value as its kind wants it; undefined when it does not fit. */
export function readKind(kind: SettingKind, value: unknown): unknown {
  switch (kind) {
    case "text":
      return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? String(value)
        : undefined;
    case "number":
      return typeof value === "number" ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "list":
      return (Array.isArray(value) ? value : [value]).every((item) => typeof item !== "object")
        ? (Array.isArray(value) ? value : [value]).map(String)
        : undefined;
    case "duration":
      return durationMillis(value);
    case "bytes":
      return byteCount(value);
    case "tree":
      return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
    case "items":
      return Array.isArray(value) ? value : undefined;
  }
}

export const KIND_EXAMPLES: Readonly<Record<SettingKind, string>> = {
  text: "a text",
  number: "a number",
  boolean: "true or false",
  list: "a list of texts",
  duration: "a time such as 10s or 5m",
  bytes: "a size such as 10MiB",
  tree: "names and values",
  items: "a list",
};
