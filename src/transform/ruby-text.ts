/** Ruby's text functions where JavaScript's differ. */

const BLANK_EDGES_NEEDED = /^[\0\t-\r ]|[\0\t-\r ]$/;

/** `String#strip`: without NUL and ASCII white space at both ends; other blanks of Unicode stay. */
export function rubyStrip(text: string): string {
  if (!BLANK_EDGES_NEEDED.test(text)) return text;
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 0 || (code >= 9 && code <= 13);
}

/** `String#split`: without empty texts at the end; a single blank means any white space, an empty separator every character. */
export function rubySplit(text: string, separator: string): string[] {
  if (separator === "") return [...text];
  const parts = separator === " " ? text.replace(/^[\0\t-\r ]+/, "").split(/[\0\t-\r ]+/) : text.split(separator);
  while (parts.length > 0 && parts.at(-1) === "") parts.pop();
  return parts;
}

/** `String#capitalize`: the first character in capitals, the others in small letters. */
export function rubyCapitalize(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 32);
  return text === "" ? "" : first.toUpperCase() + text.slice(first.length).toLowerCase();
}
