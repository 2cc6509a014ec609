import type { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { type StoredTree, setOwn } from "../../event/value.ts";
import {
  type CodecPlugin,
  type Decoder,
  defineCodec,
  type OptionProblem,
  type PluginHost,
} from "../../plugin/definitions.ts";
import { boolean, fieldReference, hash, list, type OptionValues, text } from "../../plugin/options.ts";
import { lineFramer } from "../../sources/line-framer.ts";
import { adoptDocument } from "../../transform/adopt-document.ts";
import { CSV_CONVERSIONS, convertCsv } from "../../transform/csv-convert.ts";
import { type CsvRow, csvRow, parseCsvRows, quoteOf } from "../../transform/csv-text.ts";
import { rubyToS } from "../../transform/ruby-to-s.ts";
import { charsetDecoder, checkCharset } from "./charset.ts";
import { headedFramer } from "./csv-framer.ts";
import { keepOriginal } from "./plain.ts";

const options = {
  autodetect_column_names: boolean({
    description: "The first line of a stream or request has the names of the columns, unless `columns` has them",
    default: false,
  }),
  autogenerate_column_names: boolean({
    description: "Columns without a name are `column1` and so on; else they are left out",
    default: true,
  }),
  charset: text({ description: "Encoding of the bytes", default: "UTF-8" }),
  columns: list({
    description: "Names of the columns in their order; when writing the fields to write, else all",
    default: [],
  }),
  convert: hash({ description: "Columns and their type: integer, float, date, date_time, boolean", default: {} }),
  include_headers: boolean({ description: "Write the names of the columns first", default: false }),
  quote_char: text({ description: "Character around fields; `\\x00`: none", default: '"' }),
  separator: text({ description: "What stands between columns", default: "," }),
  skip_empty_columns: boolean({ description: "Columns without a value are left out", default: false }),
  target: fieldReference({ description: "Field that the columns go into; default: the event itself" }),
};

type Settings = OptionValues<typeof options>;

export const csv: CodecPlugin = defineCodec({
  name: "csv",
  summary: "Comma-separated values: an event a row.",
  options,
  differs: [
    "Streams are cut into lines, and a record of several rows (a request, a datagram) is an event for each row; Logstash takes the first row of what the input gives it.",
    "Empty lines are passed over.",
    "autodetect_column_names needs an input that reads streams or requests (stdin, tcp, http); the file input refuses it, there give `columns`. A row whose header is not known is tagged `_csvparsefailure`.",
    "include_headers writes the header once for each worker of the pipeline; with `pipeline.workers: 1` that is once.",
  ],
  examples: [
    {
      title: "Names and types",
      config: 'csv { columns => ["host", "bytes"] convert => { "bytes" => "integer" } }',
      given: 'web-1,512,"a, b"\nweb-2,0,\n',
      expect: [
        { host: "web-1", bytes: 512, column3: "a, b" },
        { host: "web-2", bytes: 0, column3: null },
      ],
    },
    {
      title: "Names in the first line",
      config: 'csv { autodetect_column_names => true separator => ";" target => "[row]" }',
      given: "host;bytes\nweb-1;512\nweb-2;0\n",
      expect: [
        { "[row][host]": "web-1", "[row][bytes]": "512" },
        { "[row][host]": "web-2", "[row][bytes]": "0" },
      ],
    },
    {
      title: "Writing",
      config: 'csv { columns => ["[host][name]", "message"] }',
      given: { host: { name: "web-1" }, message: 'say "hi", please' },
      expect: 'web-1,"say ""hi"", please"\n',
    },
  ],
  check: checkOptions,
  framer: (settings) => (findsHeader(settings) ? headedFramer() : lineFramer("\n")),
  decoder: csvDecoder,
  encoder(settings) {
    const quote = quoteOf(settings.quote_char);
    const columns = settings.columns.map((name) => ({ name, reference: new FieldReference(name) }));
    let headerDue = settings.include_headers;
    return {
      encode(event, out) {
        const cells =
          columns.length > 0 ? columns.map(({ name, reference }) => cell(name, reference.get(event))) : allCells(event);
        if (headerDue)
          out.text(
            csvRow(
              cells.map(([name]) => name),
              settings.separator,
              quote,
            ),
          );
        headerDue = false;
        out.text(
          csvRow(
            cells.map(([, value]) => value),
            settings.separator,
            quote,
          ),
        );
      },
    };
  },
});

type Cell = readonly [name: string, value: string | null];

function cell(name: string, value: Parameters<typeof rubyToS>[0]): Cell {
  return [name, value === undefined || value === null ? null : rubyToS(value)];
}

function allCells(event: Event): Cell[] {
  return Object.entries(event.toObject()).map(([name, value]) => cell(name, value));
}

function findsHeader(settings: Settings): boolean {
  return settings.autodetect_column_names && settings.columns.length === 0;
}

function checkOptions(settings: Settings): OptionProblem[] {
  const problems = checkCharset(settings);
  if (settings.separator === "") problems.push({ option: "separator", message: "the separator is empty" });
  const bad = Object.values(settings.convert).filter((type) => !CSV_CONVERSIONS.includes(String(type)));
  if (bad.length > 0) {
    const help = `one of ${CSV_CONVERSIONS.join(", ")}`;
    problems.push({ option: "convert", message: `there is no conversion to ${bad.join(", ")}`, help });
  }
  return problems;
}

function csvDecoder(settings: Settings, host: PluginHost): Decoder {
  const decode = charsetDecoder(settings.charset);
  const quote = quoteOf(settings.quote_char);
  const target = settings.target === undefined ? undefined : new FieldReference(settings.target);

  function document(fields: readonly (string | null)[], columns: readonly (string | null)[]): StoredTree {
    const row: StoredTree = {};
    fields.forEach((value, i) => {
      if (settings.skip_empty_columns && (value === null || value === "")) return;
      const name = columns[i] ?? (settings.autogenerate_column_names ? `column${i + 1}` : undefined);
      if (name === undefined) return;
      const type = Object.hasOwn(settings.convert, name) ? String(settings.convert[name]) : undefined;
      setOwn(row, name, value === null || type === undefined ? value : convertCsv(value, type));
    });
    return row;
  }

  function fill(event: Event, { text, fields }: CsvRow, columns: readonly (string | null)[]): void {
    if (fields === undefined) {
      event.fields["message"] = text;
      event.tag("_csvparsefailure");
      return;
    }
    const row = document(fields, columns);
    if (target !== undefined) target.set(event, row);
    else adoptDocument(event, row);
    if (host.ecs !== "disabled") keepOriginal(event, text);
  }

  return {
    decode({ bytes, start, end }, event, more) {
      const text = decode === undefined ? bytes.toString("utf8", start, end) : decode(bytes, start, end);
      const rows = parseCsvRows(text, settings.separator, quote);
      if (rows.length === 0) event.cancelled = true;
      if (!findsHeader(settings)) {
        for (const [i, row] of rows.entries()) fill(i === 0 ? event : more(), row, settings.columns);
        return;
      }
      const header = rows[0];
      if (rows.length === 1) {
        fill(event, header as CsvRow, []);
        event.tag("_csvparsefailure");
      }
      for (let i = 1; i < rows.length; i++) fill(i === 1 ? event : more(), rows[i] as CsvRow, header?.fields ?? []);
    },
  };
}
