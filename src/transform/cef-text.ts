/**
 * The text of the ArcSight Common Event Format: `CEF:version|vendor|product|version|class|name|severity|key=value key=value`.
 * In the header a backslash stands before `|` and `\`, in values before `=` and `\`; `\n` and `\r` are line ends.
 * Source: "Implementing ArcSight Common Event Format (CEF)", Micro Focus.
 */
export interface CefParts {
  /** What stands before `CEF:`, as a syslog header does. */
  readonly syslog: string | undefined;
  /** Seven fields; the first is the version, without `CEF:`. */
  readonly header: readonly string[];
  readonly extensions: readonly (readonly [key: string, value: string])[];
}

const HEADER_FIELDS = 7;

/** Undefined for what is no CEF: a part of the header is missing, a line end stands in it, or a value has no key. */
export function parseCef(text: string): CefParts | undefined {
  if (text.includes("\n")) return undefined;
  const header: string[] = [];
  let at = 0;
  while (header.length < HEADER_FIELDS) {
    const end = headerEnd(text, at);
    if (end < 0) return undefined;
    header.push(text.slice(at, end).replace(/\\([\\|])/g, "$1"));
    at = end + 1;
  }
  const extensions = parseExtensions(text.slice(at));
  if (extensions === undefined) return undefined;
  const first = header[0] as string;
  const space = first.lastIndexOf(" ");
  header[0] = first.slice(space + 1).replace(/^CEF:/, "");
  return { syslog: space < 0 ? undefined : first.slice(0, space), header, extensions };
}

/** Where the next bare `|` stands, or -1. */
function headerEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const c = text[at];
    if (c === "|") return at;
    if (c === "\\" && (text[at + 1] === "|" || text[at + 1] === "\\")) at++;
  }
  return -1;
}

/**
 * A key as producers write it: a word, perhaps with parts behind dots and a number in brackets. Blanks belong to a value unless a key
 * and its equals sign follow.
 */
const KEY = "\\w+(?:\\.[^.= \\t\\r\\n\\f\\v|\\\\[\\]]+)*(?:\\[\\d+\\])?";
const BLANK = "[ \\t\\r\\n\\f\\v]";
const KEY_HERE = new RegExp(`${KEY}(?==)`, "y");
const NEXT_KEY = new RegExp(`(?<!${BLANK})${BLANK}+(?=${KEY}=)`, "g");

const VALUE_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", "=": "=", n: "\n", r: "\r" };

function parseExtensions(text: string): [string, string][] | undefined {
  const found: [string, string][] = [];
  const stripped = text.trim();
  let at = 0;
  while (at < stripped.length) {
    KEY_HERE.lastIndex = at;
    const key = KEY_HERE.exec(stripped)?.[0];
    if (key === undefined) return undefined;
    const start = at + key.length + 1;
    NEXT_KEY.lastIndex = start;
    const blank = NEXT_KEY.exec(stripped);
    const raw = stripped.slice(start, blank?.index);
    found.push([key, raw.replace(/\\([\\=nr])/g, (_, c: string) => VALUE_ESCAPES[c] as string)]);
    at = blank === null ? stripped.length : blank.index + blank[0].length;
  }
  return found;
}

/** A text for the header, on one line. */
export function cefHeaderText(text: string): string {
  return text.replace(/\r\n|[\r\n]/g, " ").replace(/[\\|]/g, "\\$&");
}

/** A text for a value; line ends are written `\n`. */
export function cefValueText(text: string): string {
  return text.replace(/[\\=]/g, "\\$&").replace(/\r\n|[\r\n]/g, "\\n");
}

/** A name as a key: letters and digits only. */
export function cefKeyText(name: string): string {
  return name.replace(/[^a-zA-Z0-9]/g, "");
}
