import { type Scalar, textOf } from "./field-values.ts";

const ISO = "\\d{4}(-\\d\\d(-\\d\\d(T(\\d\\d(:\\d\\d(:\\d\\d([.,]\\d{1,9})?)?)?(Z|[+-]\\d\\d(:?\\d\\d)?)?)?)?)?)?";
/** What a date in parts leaves out. */
const REST = "0000-01-01T00:00:00";

/** A condition (SQL): a time, in milliseconds, between two, both included. Parts of a millisecond are cut off, as Elasticsearch does. */
export function isTimeIn(value: Scalar, from: number | undefined, to: number | undefined): string {
  if (value.kind === "timestamp") {
    const bounds = [
      ...(from === undefined ? [] : [`${value.sql} >= make_timestamp_ms(${from})`]),
      ...(to === undefined ? [] : [`${value.sql} < make_timestamp_ms(${to + 1})`]),
    ];
    return `(${bounds.join(" AND ")})`;
  }
  const time = timeOf(value);
  if (from !== undefined && to !== undefined) return `(${time} BETWEEN ${from} AND ${to})`;
  return from === undefined ? `(${time} <= ${to})` : `(${time} >= ${from})`;
}

/** Epoch milliseconds of a date as documents have it; NULL for what is none. */
export function timeOf(value: Scalar): string {
  if (value.kind === "timestamp") return `epoch_ms(${value.sql})`;
  if (value.kind === "long") return value.sql;
  const text = textOf(value);
  if (value.kind === "double" || value.kind === "boolean") return `TRY_CAST(${text} AS BIGINT)`;
  const seconds = `regexp_replace(regexp_replace(${text}, 'T(\\d\\d)?(Z|[+-][0-9:]+)?$', 'T\\1:00\\2'), '^(.{16})(Z|[+-][0-9:]+)$', '\\1:00\\2')`;
  const whole = `(CASE WHEN length(${text}) < 19 AND NOT regexp_matches(${text}, 'T.*[Z+-]') THEN rtrim(${text}, 'T') || substr('${REST}', length(rtrim(${text}, 'T')) + 1) ELSE ${seconds} END)`;
  const iso = `TRY_CAST(replace(${whole}, ',', '.') AS TIMESTAMP)`;
  return `(CASE WHEN regexp_full_match(${text}, '${ISO}') THEN epoch_ms(${iso}) WHEN regexp_full_match(${text}, '-?\\d{1,15}') THEN TRY_CAST(${text} AS BIGINT) END)`;
}
