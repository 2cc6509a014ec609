import { MalformedCsv, parseCsvLine } from "./csv-line.ts";

/** A row of a CSV text: the text itself, and its fields; undefined where it breaks the rules. */
export interface CsvRow {
  readonly text: string;
  readonly fields: readonly (string | null)[] | undefined;
}

/** `quote_char` of the options that means no quotes at all. */
export function quoteOf(option: string): string | null {
  return ["\0", "\\x00", "\\0", "\\u0000", ""].includes(option) ? null : option;
}

/**
 * All rows of a CSV text; blank lines are left out. A line end inside quotes belongs to its field; where that makes no sense, each line is
 * a row by itself, so that a stray quote costs one row.
 */
export function parseCsvRows(text: string, separator: string, quote: string | null): CsvRow[] {
  return rowTexts(text, quote).flatMap((row) => {
    const parsed = parseRow(row, separator, quote);
    if (parsed.fields !== undefined || !row.includes("\n")) return [parsed];
    return rowTexts(row, null).map((line) => parseRow(line, separator, quote));
  });
}

function parseRow(text: string, separator: string, quote: string | null): CsvRow {
  try {
    return { text, fields: parseCsvLine(text, separator, quote) };
  } catch (error) {
    if (error instanceof MalformedCsv) return { text, fields: undefined };
    throw error;
  }
}

/** Cut at line ends that an even number of quotes stands before. */
function rowTexts(text: string, quote: string | null): string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  const rows: string[] = [];
  let open: string | undefined;
  for (const line of lines) {
    const whole = open === undefined ? line : `${open}\n${line}`;
    const quotes = quote === null ? 0 : line.split(quote).length - 1;
    const inside: boolean = (open !== undefined) !== (quotes % 2 === 1);
    open = inside ? whole : undefined;
    if (!inside && whole !== "") rows.push(whole);
  }
  if (open !== undefined) rows.push(open);
  return rows;
}

/**
 * A row as Ruby's `CSV.generate_line` writes it: null is nothing, an empty text is two quotes, quotes stand around what holds a
 * separator, a quote or a line end.
 */
export function csvRow(fields: readonly (string | null)[], separator: string, quote: string | null): string {
  return `${fields.map((field) => csvField(field, separator, quote)).join(separator)}\n`;
}

function csvField(field: string | null, separator: string, quote: string | null): string {
  if (field === null) return "";
  if (quote === null) return field;
  const plain = field !== "" && !/[\r\n]/.test(field) && !field.includes(separator) && !field.includes(quote);
  return plain ? field : quote + field.replaceAll(quote, quote + quote) + quote;
}
