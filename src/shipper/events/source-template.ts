import type { Source } from "../../event/record-batch.ts";
import type { ObjectValue } from "../../event/value.ts";
import { mergeFields, putField } from "./fields.ts";
import type { InputEvents } from "./input-events.ts";

/** What is constant for the events of a source. */
export interface SourceTemplate {
  readonly input: InputEvents;
  /** A processor drops all events of the source. */
  readonly isDropped: boolean;
  /** Nothing is to be done for each event. */
  readonly isConstant: boolean;
  /** Records lie at offsets of a file. */
  readonly hasOffsets: boolean;
  /** Bytes behind `log.offset` and `log.flags`, up to the value of `_id`. */
  readonly rest: Uint8Array;
  /** Where `,"@metadata"` begins in them. */
  readonly metadata: number;
  /** The fields, and the beginning of the metadata, as JSON, for events that are made one by one. */
  readonly json: string;
  readonly metadataHead: string;
  /** Epoch milliseconds. */
  readonly madeAt: number;
}

/** Puts the template of a source together; processors that are constant for it are run on it. */
export function sourceTemplate(
  source: Source,
  input: InputEvents,
  base: ObjectValue,
  about: { readonly beat: string; readonly version: string; readonly now: number },
): SourceTemplate {
  const hasOffsets = input.hasOffsets && source.unit === "byte";
  const isConstant = hasOffsets && input.decode === undefined && input.steps.length === 0;
  // Processors may change it.
  const fields = JSON.parse(JSON.stringify(base)) as ObjectValue;
  mergeFields(fields, JSON.parse(JSON.stringify(input.fields)) as ObjectValue, true);
  for (const [reference, value] of source.fields)
    putField(fields, reference.replace(/^\[|\]$/g, "").replaceAll("][", "."), value);
  const metadata: ObjectValue = { beat: about.beat, type: "_doc", version: about.version, ...input.metadata };
  const event = { timestamp: new Date(about.now).toISOString(), fields, metadata };
  const isKept = input.constant.every((step) => step(event));
  const { log = {}, ...others } = fields;
  const logRest = JSON.stringify(log).slice(1, -1);
  const body = JSON.stringify(others).slice(1, -1);
  const own = Buffer.from(`${logRest === "" ? "" : `,${logRest}`}}${body === "" ? "" : `,${body}`}`);
  const metadataHead = `,"@metadata":${JSON.stringify(metadata).slice(0, -1)},`;
  return {
    input,
    isDropped: !isKept,
    isConstant,
    hasOffsets,
    rest: new Uint8Array(Buffer.concat([own, Buffer.from(`${metadataHead}"_id":"`)])),
    metadata: own.length,
    json: JSON.stringify(fields),
    metadataHead,
    madeAt: about.now,
  };
}
