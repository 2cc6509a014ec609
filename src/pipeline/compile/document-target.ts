import { Timestamp } from "../../event/timestamp.ts";
import { compileSprintf } from "../../language/sprintf.ts";
import type { EventShape } from "../../plugin/event-shape.ts";
import {
  DATA_STREAM_PARTS,
  type DataStreamSettings,
  dataStreamPart,
  indexTemplate,
  usesDataStream,
} from "../outputs/data-stream.ts";
import type { DocumentShape } from "./produced-fields.ts";

/** Where documents go. */
export interface DocumentTarget {
  readonly name: string;
  readonly isDataStream: boolean;
}

type ElasticsearchSettings = DataStreamSettings & {
  readonly data_stream_type: string;
  readonly data_stream_dataset: string;
  readonly data_stream_namespace: string;
  readonly data_stream_auto_routing: boolean;
};

const PLACE = /%\{(?!\+|\{)([^}]*)\}/g;

/**
 * The index or data stream that the documents of an output go to, where the configuration says it: undefined where it depends on the events.
 * Of other outputs it is the stream that events name themselves (`data_stream.*`), for pipelines that hand on to one that delivers.
 * `now` (epoch milliseconds) stands for the time of the events in an index's name.
 */
export function targetOf({ output, event }: DocumentShape, now: number): DocumentTarget | undefined {
  if (output.plugin.name !== "elasticsearch") return streamOf(event, undefined);
  const settings = output.options as unknown as ElasticsearchSettings;
  if (settings.action === "delete") return undefined;
  if (usesDataStream(settings, output.ecs)) return streamOf(event, settings);
  const index = indexTemplate(settings, output.ecs).replace(
    PLACE,
    (place, field: string) => literalOf(event, field) ?? place,
  );
  if (index.includes("${") || index.search(PLACE) >= 0) return undefined;
  const name = compileSprintf(index, () => now)({ fields: { "@timestamp": new Timestamp(now) }, metadata: {} });
  return { name, isDataStream: false };
}

function streamOf(event: EventShape, settings: ElasticsearchSettings | undefined): DocumentTarget | undefined {
  const parts: string[] = [];
  for (const part of DATA_STREAM_PARTS) {
    const usual = settings?.[`data_stream_${part}`];
    const reference = `[data_stream][${part}]`;
    const routed = settings === undefined || settings.data_stream_auto_routing;
    const own = routed && event.get(reference).length > 0 ? literalOf(event, reference) : usual;
    if (own === undefined || own.includes("${")) return undefined;
    parts.push(own === usual ? own : dataStreamPart(own, part));
  }
  return { name: parts.join("-"), isDataStream: true };
}

/** The one text that the field of every event has. */
function literalOf(event: EventShape, reference: string): string | undefined {
  const [made, ...more] = event.get(reference);
  return made === undefined || more.length > 0 || made.conditional ? undefined : made.value.literal;
}
