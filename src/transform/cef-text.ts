/**
 * The text of the ArcSight Common Event Format: `CEF:version|vendor|product|version|class|name|severity|key=value key=value`.
 * In the header a backslash stands before `|` and `\`, in values before `=` and `\`; `\n` and `\r` are line ends.
 * Source: "Implementing ArcSight Common Event Format (CEF)", Micro Focus.
 */
export interface CefParts {
  /** What stands before `CEF:`, as a syslog header does. */
  readonly syslog: string | undefined;
  /** Up to seven fields: a header may be cut off. The first is the version, without `CEF:`. */
  readonly header: readonly string[];
  readonly extensions: readonly (readonly [key: string, value: string])[];
}

const HEADER_FIELDS = 7;

/** Undefined for what has no header at all. */
export function parseCef(text: string): CefParts | undefined {
  const header: string[] = [];
  let at = 0;
  while (header.length < HEADER_FIELDS) {
    const end = headerEnd(text, at);
    if (end < 0) break;
    header.push(text.slice(at, end).replace(/\\([\\|])/g, "$1"));
    at = end + 1;
  }
  const first = header[0];
  if (first === undefined) return undefined;
  const space = first.lastIndexOf(" ");
  header[0] = first.slice(space + 1).replace(/^CEF:/, "");
  return { syslog: space < 0 ? undefined : first.slice(0, space), header, extensions: parseExtensions(text.slice(at)) };
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
const KEY_BEFORE = new RegExp(`${KEY}$`);
const NEXT_KEY = new RegExp(`(?<!${BLANK})${BLANK}+(?=${KEY}=)`, "g");
/** Characters of the first key that are looked at; whatever stands before it is passed over. */
const FIRST_KEY_LIMIT = 200;

const VALUE_ESCAPES: Readonly<Record<string, string>> = { "\\": "\\", "=": "=", n: "\n", r: "\r" };

function parseExtensions(text: string): [string, string][] {
  const found: [string, string][] = [];
  const stripped = text.trim();
  let at = firstKey(stripped);
  while (at >= 0) {
    KEY_HERE.lastIndex = at;
    const key = KEY_HERE.exec(stripped)?.[0];
    if (key === undefined) break;
    const start = at + key.length + 1;
    NEXT_KEY.lastIndex = start;
    const blank = NEXT_KEY.exec(stripped);
    const raw = stripped.slice(start, blank?.index);
    found.push([key, raw.replace(/\\([\\=nr])/g, (_, c: string) => VALUE_ESCAPES[c] as string)]);
    at = blank === null ? -1 : blank.index + blank[0].length;
  }
  return found;
}

/** Where the first key begins that an equals sign follows, or -1. */
function firstKey(text: string): number {
  for (let equals = text.indexOf("="); equals >= 0; equals = text.indexOf("=", equals + 1)) {
    const from = Math.max(0, equals - FIRST_KEY_LIMIT);
    const at = text.slice(from, equals).search(KEY_BEFORE);
    if (at >= 0) return from + at;
  }
  return -1;
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
