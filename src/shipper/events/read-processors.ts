import type { Node } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText } from "../../diagnostics/source.ts";
import type { Processor } from "../config/config.ts";

/** A list of processors; what is wrong with it goes to `found`. */
export function readProcessors(_source: SourceText, _list: Node | null, _found: DiagnosticCollector): Processor[] {
  return [];
}
