import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DiagnosticCollector } from "../src/diagnostics/diagnostic.ts";
import { resolvePipeline } from "../src/pipeline/compile/resolve.ts";
import { type CaseOutcome, caseFile } from "./conformance-root.ts";

/** Findings that mean that a file does not parse, which all of them do in Logstash. */
const SYNTAX: ReadonlySet<string> = new Set(["CONF001", "CONF002", "CONF003", "CONF004"]);

/** Real configurations: each must parse, and be accepted or named at the line that cannot run. */
export function corpusCases(): CaseOutcome[] | undefined {
  const folder = caseFile("conf-corpus");
  if (folder === undefined) return undefined;
  const files = readdirSync(folder).filter((name) => name !== "MANIFEST.json");
  return files.map((name): CaseOutcome => {
    const found = new DiagnosticCollector();
    const source = { name, text: readFileSync(join(folder, name), "utf8") };
    resolvePipeline({ id: "main", sources: [source], ecs: "v8", supportEscapes: false }, found, "check");
    const errors = found.sorted().filter(({ severity }) => severity === "error");
    const syntax = errors.filter(({ code, span }) => SYNTAX.has(code) || span === undefined);
    const part = syntax.length > 0 ? "not parsed" : errors.length > 0 ? "rejected" : "accepted";
    const base = { set: "conf-corpus", part, id: name, name };
    if (errors.length === 0) return { ...base, outcome: "passed" };
    return {
      ...base,
      outcome: "failed",
      reason: [...new Set(errors.map(({ message }) => message))].slice(0, 4).join("; "),
    };
  });
}
