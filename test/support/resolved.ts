import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../src/diagnostics/render.ts";
import { resolvePipeline } from "../../src/pipeline/compile/resolve.ts";
import type { ResolvedPipeline } from "../../src/pipeline/compile/resolved.ts";

/** A configuration with its options checked; throws what `antler check` would show when anything is wrong. */
export function resolved(text: string): ResolvedPipeline {
  const found = new DiagnosticCollector();
  const pipeline = resolvePipeline(
    { id: "test", sources: [{ name: "test.conf", text }], ecs: "v8", supportEscapes: false },
    found,
    "check",
  );
  if (found.errors > 0) throw new Error(renderDiagnostics(found.sorted()));
  return pipeline;
}
