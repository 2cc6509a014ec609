/** Where an entry stands in its journal; sd_journal_get_cursor(3): `s` the sequence's id, `i` the number in it, hexadecimal. */
export interface JournalPlace {
  /** 32 hexadecimal digits; "" where the cursor has another form. */
  readonly sequence: string;
  readonly number: number;
}

const KEY: Buffer = Buffer.from('"__CURSOR":"');
const QUOTE = 0x22;
/** Cursors are about 130 bytes. */
const LONGEST = 1024;
const LARGEST = 2 ** 48;

/**
 * The cursor of an entry as `journalctl -o json` prints it, without parsing the JSON: inside a text the quotes of such a key
 * would be escaped. Undefined where there is none.
 */
export function cursorOf(line: Buffer, start: number, end: number): string | undefined {
  const at = line.subarray(start, end).indexOf(KEY);
  if (at < 0) return undefined;
  const from = start + at + KEY.length;
  const to = line.indexOf(QUOTE, from);
  if (to < 0 || to >= end || to - from > LONGEST || to === from) return undefined;
  return line.toString("latin1", from, to);
}

/** Reads the two parts of a cursor that number the entry; undefined where they are not there. */
export function placeOf(cursor: string): JournalPlace | undefined {
  const match = /^s=([0-9a-f]{32});i=([0-9a-f]{1,12});/.exec(cursor);
  if (match === null) return undefined;
  const number = Number.parseInt(match[2] as string, 16);
  return number < LARGEST ? { sequence: match[1] as string, number } : undefined;
}

/** Whether a text is a cursor, and nothing that journalctl could take for something else. */
export function isCursor(text: string): boolean {
  return text.length <= LONGEST && /^[a-z]=[0-9a-f]+(?:;[a-z]=[0-9a-f]+)*$/.test(text);
}
