import type { PipelineDefinition } from "../../pipeline/compile/definition.ts";
import { COMPRESSED_NAMES } from "./well-known-arguments.ts";

/** What `up` reads. */
export interface ReadingPlan {
  /** Absolute paths and globs. */
  readonly paths: readonly string[];
  readonly stdin: boolean;
  readonly journal: boolean;
  /** What there is, and no more: a last line without its end is not waited for long. */
  readonly once?: boolean;
}

/** Lines that continue the one before: indented ones, Java's exceptions and their causes, what PHP says through a web server. */
const CONTINUATION =
  "\\A(?:[ \\t]|(?:[a-z]\\w*\\.)+[A-Z][\\w$]*(?:Exception|Error)(?::|\\s*\\z)|Caused by: |PHP message: |\\.\\.\\. \\d+ (?:more|common))";
const JOIN = `codec => multiline { pattern => ${quoted(CONTINUATION)} what => "previous" multiline_tag => "" auto_flush_interval => 1 }`;

/** The pipeline in which `up` reads, and the one with which it stores: they take the places of `receive` and `deliver`. */
export function upDefinitions(plan: ReadingPlan, storeFolder: string): PipelineDefinition[] {
  const inputs: string[] = [];
  if (plan.paths.length > 0) {
    const paths = plan.paths.map(quoted).join(", ");
    const exclude = COMPRESSED_NAMES.map(quoted).join(", ");
    inputs.push(
      `file { id => "files" path => [${paths}] exclude => [${exclude}] start_position => "beginning" last_line_timeout => "${plan.once === true ? 2 : 5}" record_position => true ${JOIN} }`,
    );
  }
  if (plan.stdin) inputs.push(`stdin { id => "stdin" ${JOIN} }`);
  if (plan.journal) inputs.push('journald { id => "journal" }');
  const text = (id: string, config: string): PipelineDefinition => ({
    id,
    sources: [{ name: id, text: config }],
    ecs: "v8",
    supportEscapes: true,
  });
  return [
    text("receive", `input { ${inputs.join("\n")} }\noutput { pipeline { send_to => ["classify"] } }`),
    text(
      "deliver",
      `input { pipeline { address => "deliver" } }
filter { mutate { remove_field => ["@version"] } }
output { store { id => "store" path => ${quoted(storeFolder)} } }`,
    ),
  ];
}

/** A text of the configuration language with escapes. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;
}
