import { compileDateReader } from "../../language/date/special.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A time as given to `--since`: ISO 8601, in `timezone` if it names none (`2025-01-31`, `2025-01-31T08:00`, `2025-01-31 08:00:00+01:00`), or so long
 * before `now`: `90m`, `2h`, `3d`, `1w`. Epoch milliseconds; undefined for anything else.
 */
export function parseSince(text: string, now: number, timezone: string): number | undefined {
  const ago = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text.trim());
  if (ago !== null) return now - Number(ago[1]) * (UNITS[ago[2] as string] as number);
  if (!/^\d{4}-\d\d/.test(text.trim())) return undefined;
  return compileDateReader("ISO8601", { timezone, locale: "en", now: () => now })(text.trim())?.epochMs;
}
