import type { LineJoin } from "../../plugin/definitions.ts";

/** A record of a log file, framed as the file input does it: CRLF and LF end a line, the last one needs no end. */
export interface LogRecord {
  readonly bytes: Buffer;
  /** Line that it begins at, from 1. */
  readonly line: number;
  /** Byte that it begins at in the file. */
  readonly offset: number;
  /** How many lines were joined. */
  readonly lines: number;
}

const LF = 10;
const CR = 13;
const NEWLINE: Buffer = Buffer.from("\n");
const BYTE_ORDER_MARK: Buffer = Buffer.from([0xef, 0xbb, 0xbf]);

/** The records of a file; with `join`, lines that belong together are one record. */
export function logRecords(file: Buffer, join?: LineJoin): LogRecord[] {
  const lines = plainLines(file);
  return join === undefined ? lines : joined(lines, join);
}

function plainLines(file: Buffer): LogRecord[] {
  const records: LogRecord[] = [];
  let start = file.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  let offset = 0;
  while (start < file.length) {
    const found = file.indexOf(LF, start);
    const next = found < 0 ? file.length : found + 1;
    let end = found < 0 ? file.length : found;
    if (found > start && file[end - 1] === CR) end--;
    records.push({ bytes: file.subarray(start, end), line: records.length + 1, offset, lines: 1 });
    start = offset = next;
  }
  return records;
}

function joined(lines: readonly LogRecord[], join: LineJoin): LogRecord[] {
  const records: LogRecord[] = [];
  let held: LogRecord[] = [];
  const give = (): void => {
    const [first] = held;
    if (first === undefined) return;
    const parts = held.flatMap(({ bytes }, i) => (i === 0 ? [bytes] : [NEWLINE, bytes]));
    records.push(held.length === 1 ? first : { ...first, bytes: Buffer.concat(parts), lines: held.length });
    held = [];
  };
  for (const line of lines) {
    const belongs = join.pattern.test(line.bytes.toString("utf8")) !== join.negate;
    const full = held.length >= join.maxLines;
    if (join.match === "after" && (!belongs || full)) give();
    held.push(line);
    if (join.match === "before" && (!belongs || held.length >= join.maxLines)) give();
  }
  give();
  return records;
}
