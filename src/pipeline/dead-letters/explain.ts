import type { ObjectValue, Value } from "../../event/value.ts";
import { bareReason, currentScope, failedEvent, type OpenLetter } from "./letters.ts";

/** What went wrong with a letter, and what can be done, in plain words. */
export interface Explanation {
  readonly problem: string;
  readonly remedy: string;
}

interface Rule {
  /** On `code: reason`. */
  readonly pattern: RegExp;
  readonly explain: (match: RegExpExecArray, open: OpenLetter) => Explanation;
}

const REPLAY = "then `antler dlq replay`";
const CORRECT = `Correct the configuration, ${REPLAY} (or try it with --with CONFIG).`;

/** Reasons of Elasticsearch 8 and 9 for an item of `_bulk`, and our own codes. The first that fits holds. */
const RULES: readonly Rule[] = [
  {
    pattern: /failed to parse field \[([^\]]+)\] of type \[([^\]]+)\](?:.*?Preview of field's value: '(.*?)')?/s,
    explain: ([, field = "", type = "", preview], open) => ({
      problem: `The field ${field} is mapped as ${type}, and its value ${shown(open, field, preview)} is none.`,
      remedy:
        `Convert or rename the field in the pipeline (mutate { convert => { "${bracketed(field)}" => "…" } }), ${REPLAY}; ` +
        `or give the field another type in the template, roll the data stream over, ${REPLAY}.`,
    }),
  },
  {
    pattern: /object mapping for \[([^\]]+)\] tried to parse field .* as object, but found a concrete value/s,
    explain: ([, field = ""], open) => ({
      problem: `The field ${field} is mapped as an object with fields of its own, and here it is the single value ${shown(open, field)}.`,
      remedy: `Rename it in the pipeline (mutate { rename => { "${bracketed(field)}" => "${bracketed(`${field}.value`)}" } }), ${REPLAY}.`,
    }),
  },
  {
    pattern:
      /(?:mapping for|field(?: name)?) \[([^\]]+)\].*(?:cannot be changed from type|not of type object|is not an object)/s,
    explain: ([, field = ""], open) => ({
      problem: `The field ${field} is mapped as another type than this event's value ${shown(open, field)} asks for.`,
      remedy: `Convert or rename the field in the pipeline, ${REPLAY}.`,
    }),
  },
  {
    pattern: /Can't (?:get text|parse|get) .*START_(OBJECT|ARRAY)|Tried to (?:merge|parse).*object/s,
    explain: () => ({
      problem: "A field that is mapped as a single value is an object or a list here.",
      remedy: `Flatten or rename it in the pipeline, ${REPLAY}.`,
    }),
  },
  {
    pattern: /Limit of total fields \[(\d+)\] has been exceeded/,
    explain: ([, limit = ""]) => ({
      problem: `The event has fields that the index does not know, and the index may have ${limit} fields at most.`,
      remedy: `Take the fields that vary out of the pipeline's result, or map their parent as flattened; or raise index.mapping.total_fields.limit; ${REPLAY}.`,
    }),
  },
  {
    pattern: /(?:immense term|max_bytes_length_exceeded|bytes can be at most \d+ in length).*?(?:field="([^"]+)")?/s,
    explain: ([, field]) => ({
      problem: `A value of ${field === undefined ? "a keyword field" : `the field ${field}`} is longer than the 32,766 bytes that a keyword may have.`,
      remedy: `Cut it (truncate filter), or map it with ignore_above or as wildcard or text, ${REPLAY}.`,
    }),
  },
  {
    pattern: /^strict_dynamic_mapping_exception.*dynamic introduction of \[([^\]]+)\]/s,
    explain: ([, field = ""]) => ({
      problem: `The index takes only fields that it knows, and it does not know ${field}.`,
      remedy: `Add it to the template, or remove it in the pipeline, ${REPLAY}.`,
    }),
  },
  {
    pattern: /timestamp.*(?:is outside of|missing)|data stream timestamp field \[@timestamp\]/s,
    explain: () => ({
      problem: "The event's @timestamp is missing, or outside of what the data stream takes.",
      remedy: `Set it by a date filter, ${REPLAY}.`,
    }),
  },
  {
    pattern: /^(?:invalid_index_name_exception|invalid_data_stream_name|illegal_argument_exception.*index name)/s,
    explain: () => ({
      problem: "Elasticsearch does not allow the name of the index or data stream that this event would go to.",
      remedy: `Look at the fields that the name is made of (data_stream.*, index =>), ${REPLAY}.`,
    }),
  },
  {
    pattern: /^illegal_argument_exception.*pipeline with id \[([^\]]+)\] does not exist/s,
    explain: ([, pipeline = ""]) => ({
      problem: `The ingest pipeline ${pipeline} does not exist.`,
      remedy: `Make it, or take it out of the output and the index settings, ${REPLAY}.`,
    }),
  },
  {
    pattern: /^request_too_large|^http_413|^too_large/,
    explain: () => ({
      problem: "The event by itself is larger than Elasticsearch takes in one request (http.max_content_length).",
      remedy: `Cut or remove its large fields (truncate, prune filters), ${REPLAY}.`,
    }),
  },
  {
    pattern: /^worker_died/,
    explain: () => ({
      problem: "This record ended two workers one after the other: most often it takes more memory than a worker has.",
      remedy: `Look at the record (antler dlq show); simplify or drop it in the pipeline, ${REPLAY}.`,
    }),
  },
  {
    pattern: /^time_limit/,
    explain: () => ({
      problem: "A codec or a condition took longer than its second on this record.",
      remedy: `Simplify the regular expressions of the conditions (\`antler check\` names those that explode), ${REPLAY}.`,
    }),
  },
  {
    pattern: /^decode_error: (.*)/s,
    explain: ([, reason = ""]) => ({
      problem: `The input's codec could not read the record: ${reason}`,
      remedy: `Look at the record (antler dlq show); give the input the codec that it has, ${REPLAY}.`,
    }),
  },
  {
    pattern: /^filter_exception: ([^:]+): (.*)/s,
    explain: ([, plugin = "", reason = ""]) => ({
      problem: `The filter ${plugin} failed on the event: ${reason}`,
      remedy: CORRECT,
    }),
  },
  {
    pattern: /^condition_error: (.*)/s,
    explain: ([, reason = ""]) => ({
      problem: `An \`if\` could not be decided for the event: ${reason}`,
      remedy: CORRECT,
    }),
  },
  {
    pattern: /^encode_error: (.*)/s,
    explain: ([, reason = ""]) => ({
      problem: `The event could not be written for its output: ${reason}`,
      remedy: CORRECT,
    }),
  },
  {
    pattern: /^unrouted/,
    explain: () => ({
      problem: "A replay ran the record, and no output took the event.",
      remedy: "Give the replay a configuration whose output section takes it.",
    }),
  },
  {
    pattern: /^not_made/,
    explain: () => ({
      problem:
        "A replay ran the record, and its configuration does not make this event out of it (other split or clone filters).",
      remedy:
        "Give the replay a configuration that makes the same events, with the same plugin ids; or purge the letter.",
    }),
  },
];

export function explain(open: OpenLetter): Explanation {
  const { code, reason } = currentScope(open);
  const bare = bareReason(open);
  for (const { pattern, explain: answer } of RULES) {
    const match = pattern.exec(`${code}: ${bare}`);
    if (match !== null) return answer(match, open);
  }
  return { problem: `${code}: ${reason}`, remedy: CORRECT };
}

/** A reason without what differs from event to event, so that letters can be grouped by it. */
export function reasonShape(open: OpenLetter): string {
  return bareReason(open)
    .replace(/Preview of field's value: '.*?'(?=:|$|\.)/s, "Preview of field's value: …")
    .replace(/document with id '[^']*'/g, "document")
    .replace(/For input string: "[^"]*"/g, "For input string: …")
    .replace(/\[\d+:\d+\] ?/g, "")
    .replace(/\b\d+\b/g, "n")
    .slice(0, 300);
}

/** The value of a field that the event had, else what Elasticsearch shows of it. */
function shown({ letter }: OpenLetter, field: string, preview?: string): string {
  let value: Value | undefined = failedEvent(letter);
  for (const name of field.split("."))
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as ObjectValue)[name]
        : undefined;
  const text = value === undefined ? (preview ?? "") : JSON.stringify(value);
  if (text === "") return "";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function bracketed(field: string): string {
  return field
    .split(".")
    .map((name) => `[${name}]`)
    .join("");
}
