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
  // The engine reads a time and passes over its zone.
  const local = `regexp_replace(replace(${text}, ',', '.'), '(T.*?)(Z|[+-][0-9:]+)?$', '\\1')`;
  const bare = `rtrim(${local}, 'T')`;
  const iso = `TRY_CAST(${bare} || substr('${REST}', length(${bare}) + 1) AS TIMESTAMP)`;
  const zone = `regexp_extract(${text}, 'T.*([+-][0-9:]+)$', 1)`;
  const part = (from: number): string =>
    `TRY_CAST(left(${zone}, 1) || substr(replace(${zone}, ':', ''), ${from}, 2) AS INTEGER)`;
  const offset = `coalesce(${part(2)}, 0) * 3600000 + coalesce(${part(4)}, 0) * 60000`;
  return `(CASE WHEN regexp_full_match(${text}, '${ISO}') THEN epoch_ms(${iso}) - (${offset}) WHEN regexp_full_match(${text}, '-?\\d{1,15}') THEN TRY_CAST(${text} AS BIGINT) END)`;
}
