import { type Cell, DocumentReader } from "../../store/document.ts";
import type { FieldColumn } from "../../store/relation.ts";
import { wantsColour } from "./colours.ts";
import { DEFAULT_COLUMNS, Table } from "./table.ts";
import { terminalWidth } from "./terminal-width.ts";

/** Writes rows to standard output. */
export interface Printer {
  /** Chooses the columns to read. */
  fields(all: readonly FieldColumn[]): readonly FieldColumn[];
  /** Waits while the reader of the output is slow. */
  print(rows: readonly (readonly Cell[])[]): Promise<void>;
}

/** Documents a line each, or a table. */
export function printer(options: { readonly json?: boolean; readonly columns?: string }): Printer {
  const named = options.columns?.split(",").map((column) => column.trim());
  let documents = new DocumentReader([]);
  if (options.json === true) {
    return {
      fields(all) {
        const chosen = named === undefined ? all : all.filter(({ path }) => isNamed(path, named));
        documents = new DocumentReader(chosen);
        return chosen;
      },
      print: (rows) => write(rows.map((row) => jsonLine(documents.document(row))).join("")),
    };
  }
  const columns = named ?? DEFAULT_COLUMNS;
  const { stdout } = process;
  const table = new Table({ columns, width: terminalWidth(stdout), colour: wantsColour(stdout) });
  return {
    fields(all) {
      // The level gives the colour, the line stands in for a message that is not there.
      const wanted = new Set([...columns, "log.level", ...(columns.includes("message") ? ["event.original"] : [])]);
      const chosen = all.filter(({ path }) => wanted.has(path));
      documents = new DocumentReader(chosen);
      return chosen;
    },
    print: (rows) => write(`${table.lines(rows.map((row) => documents.flat(row))).join("\n")}\n`),
  };
}

/** JSON escapes only the first of the control characters; those behind ASCII can steer a terminal too. */
function jsonLine(document: object): string {
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `${JSON.stringify(document).replace(/[\u007f-\u009f]/g, escaped)}\n`;
}

function isNamed(path: string, names: readonly string[]): boolean {
  return names.some((name) => path === name || path.startsWith(`${name}.`));
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(text)) resolve();
    else process.stdout.once("drain", resolve);
  });
}
