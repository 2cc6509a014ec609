import type { DiagnosticCollector } from "../../../diagnostics/diagnostic.ts";
import type { Span } from "../../../diagnostics/source.ts";
import type { Settings, SettingTable } from "../../config/settings.ts";
import type { EventStep } from "../event.ts";
import type { ProcessorHost } from "./host.ts";

/** What a processor does, and which fields it looks at or changes (undefined: any). */
export interface ProcessorWork {
  readonly run: EventStep;
  readonly reads: readonly string[] | undefined;
}

/** What a processor is made with, besides its settings. */
export interface ProcessorContext {
  readonly at: Span;
  readonly found: DiagnosticCollector;
  readonly host: ProcessorHost;
}

/** A kind of processor: its name and options as in Beats' reference. */
export interface ProcessorDefinition {
  readonly name: string;
  readonly options: SettingTable;
  /** Options without which it cannot work. */
  readonly required: readonly string[];
  /** undefined: something is wrong, and was told. `run` may throw: the message is noted in the event, which goes on. */
  readonly make: (settings: Settings, context: ProcessorContext) => ProcessorWork | undefined;
}
