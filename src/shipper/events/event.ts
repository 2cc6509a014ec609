import type { Value } from "../../event/value.ts";

/** An event as parsers and processors see it: a tree of fields that they may change. */
export interface ShipperEvent {
  /** `@timestamp`, ISO 8601. */
  timestamp: string;
  /** Everything but `@timestamp` and `@metadata`. */
  readonly fields: Record<string, Value>;
  /** What goes into `@metadata` besides the shipper's own: `pipeline`, `raw_index`, `index`. */
  readonly metadata: Record<string, Value>;
}

/** Changes an event; false: the event is dropped, on purpose. Never throws: what fails is noted in `error.message`, as Beats do. */
export type EventStep = (event: ShipperEvent) => boolean;
