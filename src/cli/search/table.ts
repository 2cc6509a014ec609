import type { Value } from "../../event/value.ts";
import { levelColour, paint } from "./colours.ts";
import { cutToWidth, padToWidth, printable, textWidth } from "./text-width.ts";

/** Columns when none are named. `message` stands for the message, or for the line where there is none. */
export const DEFAULT_COLUMNS: readonly string[] = ["@timestamp", "log.level", "event.dataset", "message"];

export interface TableOptions {
  readonly columns: readonly string[];
  /** Cells of a line; undefined: as long as they are. */
  readonly width: number | undefined;
  readonly colour: boolean;
}

export type Row = ReadonlyMap<string, Value>;

const GAP = "  ";
/** Rows by which widths are chosen. */
const SAMPLE_ROWS = 200;
const WIDEST = 40;

/** Prints rows as a table whose last column takes what is left of the line. Widths are those of the first rows. */
export class Table {
  readonly #options: TableOptions;
  #widths: number[] | undefined;

  constructor(options: TableOptions) {
    this.#options = options;
  }

  /** Lines for rows, with the heading before the first. */
  lines(rows: readonly Row[]): string[] {
    const cells = rows.map((row) => this.#options.columns.map((column) => cellText(row, column)));
    const lines: string[] = [];
    if (this.#widths === undefined) {
      this.#widths = this.#options.columns.map((column, i) => {
        const longest = Math.max(
          ...[column, ...cells.slice(0, SAMPLE_ROWS).map((row) => row[i] as string)].map((text) => textWidth(text)),
        );
        return Math.min(longest, WIDEST);
      });
      lines.push(paint(this.#line(this.#options.columns), "bold", this.#options.colour));
    }
    rows.forEach((row, i) => {
      const level = textOf(row.get("log.level"));
      lines.push(paint(this.#line(cells[i] as string[]), levelColour(level), this.#options.colour));
    });
    return lines;
  }

  #line(cells: readonly string[]): string {
    const last = cells.length - 1;
    const line = cells
      .map((cell, i) => (i === last ? cell : padToWidth(fitted(cell, WIDEST), this.#widths?.[i] as number)))
      .join(GAP);
    const { width } = this.#options;
    return (width === undefined ? line : fitted(line, width)).trimEnd();
  }
}

function fitted(text: string, width: number): string {
  return text.length * 2 <= width || textWidth(text) <= width ? text : `${cutToWidth(text, width - 1)}…`;
}

function cellText(row: Row, column: string): string {
  if (column === "@timestamp") return printable(localTime(textOf(row.get(column))));
  const value = row.get(column) ?? (column === "message" ? row.get("event.original") : undefined);
  return printable(textOf(value));
}

function textOf(value: Value | undefined): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map((item) => textOf(item as Value)).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** As `2026-11-23 10:15:02.123`, in the zone of this machine. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  if (iso === "" || Number.isNaN(time.getTime())) return iso;
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}
