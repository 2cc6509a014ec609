/** A CSV text that breaks the rules. */
export class MalformedCsv extends Error {}

/**
 * The first record of a CSV text, as Ruby's `CSV.parse_line` reads it: an empty field is null, an empty one in quotes is `""`; quotes stand
 * around a whole field, are doubled inside, and only there may lines break. undefined for an empty text; a blank first line is an empty record.
 * Sources: RFC 4180; Ruby's csv library, documentation of parse_line. `quote` null: no quotes.
 * @throws MalformedCsv
 */
export function parseCsvLine(text: string, separator: string, quote: string | null): (string | null)[] | undefined {
  if (text === "") return undefined;
  const fields: (string | null)[] = [];
  let at = 0;
  if (atLineEnd(text, 0)) return fields;
  for (;;) {
    if (quote !== null && text.startsWith(quote, at)) {
      const { value, end } = quoted(text, at, quote);
      if (end < text.length && !text.startsWith(separator, end) && !atLineEnd(text, end))
        throw new MalformedCsv(`a character follows closing quotes in column ${fields.length + 1}`);
      fields.push(value);
      at = end;
    } else {
      const end = bareEnd(text, at, separator);
      const value = text.slice(at, end);
      if (quote !== null && value.includes(quote))
        throw new MalformedCsv(`there are quotes inside column ${fields.length + 1}, which has none around it`);
      fields.push(value === "" ? null : value);
      at = end;
    }
    if (at >= text.length || !text.startsWith(separator, at)) return fields;
    at += separator.length;
  }
}

function quoted(text: string, start: number, quote: string): { value: string; end: number } {
  let value = "";
  let from = start + quote.length;
  for (;;) {
    const close = text.indexOf(quote, from);
    if (close < 0) throw new MalformedCsv("quotes do not close");
    value += text.slice(from, close);
    from = close + quote.length;
    if (!text.startsWith(quote, from)) return { value, end: from };
    value += quote;
    from += quote.length;
  }
}

function bareEnd(text: string, start: number, separator: string): number {
  const next = text.indexOf(separator, start);
  const most = next < 0 ? text.length : next;
  for (let at = start; at < most; at++) if (atLineEnd(text, at)) return at;
  return most;
}

function atLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 10 || code === 13;
}
