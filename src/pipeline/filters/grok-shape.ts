import { FieldReference } from "../../event/field-reference.ts";
import { expandPattern } from "../../language/grok/expand.ts";
import { GrokLibrary } from "../../language/grok/library.ts";
import type { EcsMode } from "../../plugin/definitions.ts";
import type { EventShape } from "../../plugin/event-shape.ts";
import type { Hash } from "../../plugin/options.ts";
import { FLOAT, INTEGER, TEXT, type TextForm, textShape, type ValueShape } from "../../plugin/value-shape.ts";
import { inBrackets } from "../../transform/shared-fields.ts";

/** What the patterns that come with Logstash capture. */
const PATTERNS: Readonly<Record<TextForm, string>> = {
  integer: "INT POSINT NONNEGINT YEAR MONTHNUM MONTHNUM2 MONTHDAY HOUR MINUTE",
  number: "NUMBER BASE10NUM",
  address: "IP IPV4 IPV6",
  host: "IPORHOST HOSTNAME HOST SYSLOGHOST",
  word: "WORD",
  time: "TIMESTAMP_ISO8601 DATESTAMP DATE DATE_EU DATE_US DATESTAMP_EVENTLOG",
  name: "LOGLEVEL MONTH DAY HTTPDATE SYSLOGTIMESTAMP DATESTAMP_RFC822 DATESTAMP_RFC2822 DATESTAMP_OTHER HTTPDERROR_DATE UNIXPATH URIPROTO URI URIPATH EMAILADDRESS MAC CISCOMAC UUID QUOTEDSTRING QS HTTPDUSER_AGENT",
};

const FORMS: ReadonlyMap<string, TextForm> = new Map(
  Object.entries(PATTERNS).flatMap(([form, names]) => names.split(" ").map((name) => [name, form as TextForm])),
);

interface GrokSettings {
  readonly match: Hash;
  readonly named_captures_only: boolean;
  readonly overwrite: readonly string[];
  readonly target: string | undefined;
}

/** The captures of all patterns: what is there already stays beside them, as in a list, unless it is overwritten. */
export function shapeOfGrok(settings: GrokSettings, library: GrokLibrary, ecs: EcsMode, event: EventShape): void {
  const usual = usualLibrary(ecs);
  const overwritten = new Set<string>();
  for (const patterns of Object.values(settings.match)) {
    for (const pattern of [patterns].flat()) {
      for (const capture of groupsOf(String(pattern), library, settings.named_captures_only)) {
        const own = new FieldReference(capture.name);
        const [whole] = own.path;
        // Put there as a time, or not at all.
        if (whole === "@timestamp" && own.path.length === 1) continue;
        const reference =
          settings.target === undefined ? capture.name : inBrackets(settings.target) + inBrackets(capture.name);
        const value = capturedValue(capture, library, usual);
        if (settings.overwrite.includes(capture.name) && !overwritten.has(reference)) {
          overwritten.add(reference);
          event.set(reference, value, "match", capture.name);
        } else if (!event.hasBelow(reference)) event.add(reference, value, "match", capture.name);
      }
    }
  }
}

const usualLibraries = new Map<EcsMode, GrokLibrary>();

/** The patterns that come along. */
function usualLibrary(ecs: EcsMode): GrokLibrary {
  const library = usualLibraries.get(ecs) ?? new GrokLibrary(ecs);
  usualLibraries.set(ecs, library);
  return library;
}

interface Capture {
  readonly name: string;
  readonly type: "string" | "int" | "float";
  readonly pattern?: string;
}

/** None where the pattern has an error; that is said elsewhere. */
function groupsOf(pattern: string, library: GrokLibrary, namedOnly: boolean): readonly Capture[] {
  try {
    return expandPattern(pattern, library, namedOnly).groups;
  } catch {
    return [];
  }
}

function capturedValue({ type, pattern }: Capture, library: GrokLibrary, usual: GrokLibrary): ValueShape {
  if (type !== "string") return type === "int" ? INTEGER : FLOAT;
  const form = pattern === undefined ? undefined : FORMS.get(pattern);
  // Who defines a pattern anew can mean anything.
  if (pattern === undefined || form === undefined || library.get(pattern) !== usual.get(pattern)) return TEXT;
  return textShape(form);
}
