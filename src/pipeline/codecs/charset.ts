import type { OptionProblem } from "../../plugin/definitions.ts";

/** Names of Logstash's `charset` that mean UTF-8 or a part of it. */
const UTF8: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii", "ascii"]);

/** A decoder from `charset` to text; undefined for UTF-8, which needs none. iconv-lite is loaded only when it is needed. */
export function charsetDecoder(charset: string): ((bytes: Buffer, start: number, end: number) => string) | undefined {
  if (UTF8.has(charset.toLowerCase())) return undefined;
  if (/^(iso-?8859-1|latin1|binary|ascii-8bit)$/i.test(charset))
    return (bytes, start, end) => bytes.toString("latin1", start, end);
  const decoder = new TextDecoder(charset);
  return (bytes, start, end) => decoder.decode(bytes.subarray(start, end));
}

export function checkCharset(settings: { readonly charset: string }): OptionProblem[] {
  try {
    charsetDecoder(settings.charset);
    return [];
  } catch {
    return [
      {
        option: "charset",
        message: `the charset ${JSON.stringify(settings.charset)} is not known`,
        help: "for example UTF-8, ISO-8859-1, windows-1252, Shift_JIS",
      },
    ];
  }
}
