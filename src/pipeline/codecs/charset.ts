import { createRequire } from "node:module";
import type iconv from "iconv-lite";
import type { OptionProblem } from "../../plugin/definitions.ts";

/** Text of `bytes[start..end)`. */
export type CharsetDecoder = (bytes: Buffer, start: number, end: number) => string;

/** Names of Logstash's `charset` that mean UTF-8 or a part of it; the first is what configurations have. */
const UTF8: ReadonlySet<string> = new Set([
  "utf-8",
  "utf8",
  "utf-8-mac",
  "utf8-mac",
  "utf-8-hfs",
  "cp65001",
  "us-ascii",
  "ascii",
  "ansi_x3.4-1968",
  "646",
  "external",
  "locale",
]);

/** Ruby's names for what iconv-lite calls otherwise. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  "ascii-8bit": "latin1",
  "windows-31j": "cp932",
  cswindows31j: "cp932",
  pck: "cp932",
  "euc-jp-ms": "euc-jp",
  "eucjp-ms": "euc-jp",
  cp51932: "euc-jp",
  "euc-cn": "gb2312",
  euccn: "gb2312",
  cp878: "koi8-r",
  cp951: "big5-hkscs",
  "big5-hkscs:2008": "big5-hkscs",
};

const require: NodeJS.Require = createRequire(import.meta.url);

function nameFor(charset: string): string | undefined {
  const lower = charset.toLowerCase();
  return UTF8.has(lower) ? undefined : (OTHER_NAMES[lower] ?? lower);
}

/** Few configurations need it, so it is loaded when one does. */
function loadIconv(): typeof iconv {
  return require("iconv-lite") as typeof iconv;
}

/**
 * A decoder for a charset by Ruby's name; undefined for UTF-8, which needs none.
 * @throws RangeError for a charset that is not known
 */
export function charsetDecoder(charset: string): CharsetDecoder | undefined {
  const name = nameFor(charset);
  if (name === undefined) return undefined;
  if (/^(?:iso-?8859-1|latin1|binary)$/.test(name)) return (bytes, start, end) => bytes.toString("latin1", start, end);
  const { encodingExists, decode } = loadIconv();
  if (!encodingExists(name)) throw new RangeError(`the charset ${JSON.stringify(charset)} is not known`);
  return (bytes, start, end) => decode(bytes.subarray(start, end), name);
}

export function checkCharset(settings: { readonly charset: string }): OptionProblem[] {
  try {
    charsetDecoder(settings.charset);
    return [];
  } catch (error) {
    return [
      {
        option: "charset",
        message: (error as Error).message,
        help: "for example UTF-8, ISO-8859-1, Windows-1252, Shift_JIS",
      },
    ];
  }
}
