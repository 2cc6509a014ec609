import { DiagnosticCollector } from "../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../diagnostics/render.ts";
import { checkFieldKinds } from "../pipeline/compile/check-field-kinds.ts";
import { checkMappings } from "../pipeline/compile/check-mappings.ts";
import { documentShapes } from "../pipeline/compile/produced-fields.ts";
import type { ResolvedGroup } from "../pipeline/compile/resolve-group.ts";
import type { Logger } from "../plugin/definitions.ts";
import { readLiveMappings } from "./live-mappings.ts";

/** How long the clusters have to answer, all together, in milliseconds; nothing waits for them. */
const ANSWER_MS = 10_000;

/**
 * Holds what the pipelines produce against the live mappings while they run, and writes what it finds to `write`. Nothing waits for it and nothing fails by it: a
 * document that does not fit is a dead letter.
 */
export async function preflight(
  group: ResolvedGroup,
  log: Logger,
  write: (text: string) => void,
  now: number,
  signal: AbortSignal,
): Promise<void> {
  if (group.outputs.every(({ plugin }) => plugin.name !== "elasticsearch")) return;
  try {
    const shapes = documentShapes(group);
    const { find, silent } = await readLiveMappings(shapes, now, ANSWER_MS, signal);
    if (signal.aborted) return;
    for (const { output, reason } of silent)
      log.info("documents are not held against mappings: the cluster did not say what it has", {
        output: output.id,
        reason,
      });
    const found = new DiagnosticCollector();
    checkFieldKinds(shapes, find, found, now);
    checkMappings(shapes, find, found, now);
    write(renderDiagnostics(found.sorted()));
  } catch (error) {
    log.warn("documents are not held against mappings", { reason: (error as Error).message });
  }
}
