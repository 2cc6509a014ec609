import { FLAG_MULTILINE, FLAG_TRUNCATED } from "../../event/record-batch.ts";
import { Timestamp } from "../../event/timestamp.ts";
import type { ObjectValue, Value } from "../../event/value.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import type { CommonInput, Processor } from "../config/config.ts";
import { inputFields } from "./base-fields.ts";
import type { EventStep, ShipperEvent } from "./event.ts";
import { compileParsers, type EventDecoder } from "./parsers/parser.ts";

/** What becomes of the records of one input. */
export interface InputEvents {
  /** Fields at the top of every event. */
  readonly fields: ObjectValue;
  /** Makes fields of a record; undefined: the record is the message. */
  readonly decode: EventDecoder | undefined;
  /** Runs for every event, after the decoder; false: it is not sent. */
  readonly steps: readonly EventStep[];
  /** Processors that do the same for every event of a source: run once for it when nothing else has to be done for each. */
  readonly constant: readonly EventStep[];
  /** Records lie at offsets of a file that people know. */
  readonly hasOffsets: boolean;
  /** Flags of records that `log.flags` tells: the parts of a container's line are no lines of their own. */
  readonly flags: number;
  /** Of `@metadata`, the same for every event. */
  readonly metadata: ObjectValue;
}

/** Compiles an input. `decode`: for inputs whose records are no text. `processors`: those of the top. */
export function compileInputEvents(
  input: CommonInput,
  processors: readonly Processor[],
  now: () => number,
  decode: EventDecoder | undefined = compileParsers(input.parsers, now),
): InputEvents {
  const steps: EventStep[] = [];
  if (input.includeLines.length + input.excludeLines.length > 0) steps.push(lineFilter(input));
  const all = [...input.processors, ...processors];
  const routes = [
    ["pipeline", input.pipeline],
    ["raw_index", input.index],
  ] as const;
  const metadata: ObjectValue = {};
  const filled: EventStep[] = [];
  for (const [name, text] of routes) {
    if (text === undefined) continue;
    if (text.includes("%{")) filled.push(fillMetadata(name, text));
    else metadata[name] = text;
  }
  const isConstant =
    decode === undefined && steps.length === 0 && filled.length === 0 && all.every(isConstantForSource);
  const runs = all.map(({ run }) => run);
  return {
    fields: Object.fromEntries(inputFields(input)),
    decode,
    steps: isConstant ? [] : [...steps, ...runs, ...filled],
    constant: isConstant ? runs : [],
    hasOffsets: "paths" in input && input.type !== "journald",
    flags: hasParts(input) ? FLAG_TRUNCATED : FLAG_TRUNCATED | FLAG_MULTILINE,
    metadata,
  };
}

function hasParts({ parsers }: CommonInput): boolean {
  return parsers.some(({ kind }) => kind === "container") && !parsers.some(({ kind }) => kind === "multiline");
}

/** Whether a processor looks at nothing that differs between the events of a source. */
function isConstantForSource({ reads }: Processor): boolean {
  return (
    reads?.every((name) => !/^(?:message|@timestamp|@metadata|log(?:\.offset|\.flags)?$)(?:\.|$)/.test(name)) === true
  );
}

function lineFilter({ includeLines, excludeLines }: CommonInput): EventStep {
  return ({ fields }) => {
    const message = typeof fields["message"] === "string" ? fields["message"] : "";
    if (includeLines.length > 0 && !includeLines.some((expression) => expression.test(message))) return false;
    return !excludeLines.some((expression) => expression.test(message));
  };
}

function fillMetadata(name: string, text: string): EventStep {
  const fill = compileSprintf(text);
  return (event: ShipperEvent) => {
    const time: Value = new Timestamp(Date.parse(event.timestamp));
    event.metadata[name] = fill({ fields: { ...event.fields, "@timestamp": time }, metadata: {} });
    return true;
  };
}
