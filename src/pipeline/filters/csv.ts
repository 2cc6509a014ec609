import { FieldReference } from "../../event/field-reference.ts";
import { defineFilter, type FilterPlugin } from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, list, text } from "../../plugin/options.ts";
import { BOOLEAN, DATE, FLOAT, INTEGER, TEXT, type ValueShape } from "../../plugin/value-shape.ts";
import { CSV_CONVERSIONS, convertCsv } from "../../transform/csv-convert.ts";
import { parseCsvLine } from "../../transform/csv-line.ts";

const options = {
  source: fieldReference({ description: "Field with the CSV text", default: "message" }),
  target: fieldReference({ description: "Field below which the columns are put; default: the event itself" }),
  columns: list({ description: "Names of the columns, in their order", default: [] }),
  separator: text({ description: "What stands between columns", default: "," }),
  quote_char: text({ description: "Character around fields; `\\x00`: none", default: '"' }),
  autodetect_column_names: boolean({
    description: "The first event has the names of the columns, and ends here; the pipeline has one worker then",
    default: false,
  }),
  autogenerate_column_names: boolean({ description: "Columns without a name are `column1` and so on", default: true }),
  skip_empty_columns: boolean({ description: "Columns without a value are left out", default: false }),
  skip_empty_rows: boolean({ description: "An empty text is no failure", default: false }),
  skip_header: boolean({ description: "An event whose values are the names of the columns ends here", default: false }),
  convert: hash({ description: "Columns and their type: integer, float, date, date_time, boolean", default: {} }),
};

const FAILURE_TAG = "_csvparsefailure";
const EMPTY_TAG = "_csvskippedemptyfield";

export const csv: FilterPlugin = defineFilter({
  name: "csv",
  summary: "Reads a line of comma-separated values.",
  options,
  examples: [
    {
      title: "Names and types",
      config: 'csv { columns => ["host", "bytes", "ok"] convert => { "bytes" => "integer" "ok" => "boolean" } }',
      given: 'web-1,512,true,"a ""new"" one"',
      expect: { host: "web-1", bytes: 512, ok: true, column4: 'a "new" one' },
    },
    {
      title: "Semicolons, below a field",
      config: 'csv { separator => ";" target => "row" skip_empty_columns => true }',
      given: "1;;3",
      expect: { "[row][column1]": "1", "[row][column2]": null, "[row][column3]": "3" },
    },
    {
      title: "Broken quotes",
      config: "csv { }",
      given: '"never closed',
      expect: { column1: null, tags: [FAILURE_TAG] },
    },
  ],
  stateful: (settings) => settings.autodetect_column_names,
  check(settings) {
    const bad = Object.values(settings.convert).filter((type) => !CSV_CONVERSIONS.includes(String(type)));
    if (settings.separator === "") return [{ option: "separator", message: "the separator is empty" }];
    if (bad.length === 0) return [];
    const message = `there is no conversion to ${bad.join(", ")}`;
    return [{ option: "convert", message, help: `one of ${CSV_CONVERSIONS.join(", ")}` }];
  },
  shape(settings, event) {
    if (settings.target !== undefined) event.add(settings.target, { kind: "object" }, "target");
    else if (settings.autodetect_column_names || settings.autogenerate_column_names) event.open = true;
    const target = settings.target === undefined ? "" : bracketed(settings.target);
    for (const name of settings.columns) {
      const type = String(settings.convert[name] ?? "");
      const option = type === "" ? "columns" : "convert";
      event.set(`${target}${bracketed(name)}`, COLUMN_SHAPES[type] ?? TEXT, option, name);
    }
  },
  create(settings, host) {
    const source = new FieldReference(settings.source);
    const none = ["\0", "\\x00", "\\0", "\\u0000", ""].includes(settings.quote_char);
    const quote = none ? null : settings.quote_char;
    const target = settings.target === undefined ? "" : bracketed(settings.target);
    let columns: readonly (string | null)[] = settings.columns;
    const places = new Map<number, { reference: FieldReference; type: string } | undefined>();

    function placeOf(index: number): { reference: FieldReference; type: string } | undefined {
      if (!places.has(index)) {
        const name = columns[index] ?? (settings.autogenerate_column_names ? `column${index + 1}` : undefined);
        places.set(index, name === undefined ? undefined : place(name));
      }
      return places.get(index);
    }

    function place(name: string): { reference: FieldReference; type: string } | undefined {
      try {
        return {
          reference: new FieldReference(`${target}${bracketed(name)}`),
          type: String(settings.convert[name] ?? ""),
        };
      } catch {
        // A header found in the data can be anything.
        host.log.warn("a column has a name that no field can have", { column: name, plugin: host.pluginId });
        return undefined;
      }
    }

    return {
      apply(event) {
        const value = source.get(event);
        if (value === undefined || value === null) return false;
        try {
          if (typeof value !== "string") throw new Error("no text");
          const values = parseCsvLine(value, settings.separator, quote);
          if (values === undefined) {
            event.tag(settings.skip_empty_rows ? EMPTY_TAG : FAILURE_TAG);
            return false;
          }
          if (settings.autodetect_column_names && columns.length === 0) {
            columns = values;
            places.clear();
            event.cancelled = true;
            return false;
          }
          if (
            settings.skip_header &&
            columns.length === values.length &&
            values.every((one, i) => one === columns[i])
          ) {
            event.cancelled = true;
            return false;
          }
          values.forEach((one, index) => {
            if (settings.skip_empty_columns && (one === null || one === "")) return;
            const column = placeOf(index);
            if (column === undefined) return;
            column.reference.set(event, one === null || column.type === "" ? one : convertCsv(one, column.type));
          });
          return true;
        } catch {
          event.tag(FAILURE_TAG);
          return false;
        }
      },
    };
  },
});

/** What a conversion makes; a text that it does not fit stays one. */
const COLUMN_SHAPES: Readonly<Record<string, ValueShape>> = {
  integer: INTEGER,
  float: FLOAT,
  date: DATE,
  date_time: DATE,
  boolean: BOOLEAN,
};

function bracketed(name: string): string {
  return name.startsWith("[") ? name : `[${name}]`;
}
