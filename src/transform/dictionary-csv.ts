/**
 * The first two columns of a CSV text; further ones are left out, a missing second one is null. Empty lines are left out.
 * Source: RFC 4180; blanks belong to a field.
 * @throws Error with the line where quotes are wrong
 */
export function csvPairs(text: string): Map<string, string | null> {
  const pairs = new Map<string, string | null>();
  let at = 0;
  while (at < text.length) {
    const lineStart = at;
    const fields: string[] = [];
    for (;;) {
      const field = readField(text, at);
      if (fields.length < 2) fields.push(field.value);
      at = field.end;
      if (text[at] !== ",") break;
      at++;
    }
    const isEmpty = at === lineStart;
    if (text[at] === "\r") at++;
    at++;
    if (!isEmpty) pairs.set(fields[0] as string, fields[1] ?? null);
  }
  return pairs;
}

/** A field and where it ends: at a comma, the end of the line or of the text. */
function readField(text: string, start: number): { value: string; end: number } {
  if (text[start] !== '"') {
    const end = fieldEnd(text, start);
    const value = text.slice(start, end);
    if (value.includes('"')) throw faultAt(text, start, "has quotes inside a field that does not begin with them");
    return { value, end };
  }
  let value = "";
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw faultAt(text, start, "has quotes that do not close");
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      if (fieldEnd(text, quote + 1) !== quote + 1) throw faultAt(text, quote, "goes on behind closing quotes");
      return { value, end: quote + 1 };
    }
    value += '"';
    from = quote + 2;
  }
}

function fieldEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text[at] !== "," && text[at] !== "\n" && !(text[at] === "\r" && text[at + 1] === "\n"))
    at++;
  return at;
}

function faultAt(text: string, position: number, what: string): Error {
  return new Error(`line ${text.slice(0, position).split("\n").length} ${what}`);
}
