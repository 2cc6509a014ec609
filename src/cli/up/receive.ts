import type { PipelineDefinition } from "../../pipeline/compile/definition.ts";
import { COMPRESSED_NAMES } from "./well-known-arguments.ts";

/** What `up` reads. */
export interface ReadingPlan {
  /** Absolute paths and globs. */
  readonly paths: readonly string[];
  readonly stdin: boolean;
  readonly journal: boolean;
}

/** Lines that continue the one before: indented ones, the causes of Java's exceptions, what PHP says through a web server. */
const CONTINUATION = "\\A(?:[ \\t]|Caused by: |PHP message: |\\.\\.\\. \\d+ (?:more|common))";
const JOIN = `codec => multiline { pattern => "${CONTINUATION}" what => "previous" multiline_tag => "" auto_flush_interval => 1 }`;

/** The pipeline in which `up` reads, and the one with which it stores: they take the places of `receive` and `deliver`. */
export function upDefinitions(plan: ReadingPlan, storeFolder: string): PipelineDefinition[] {
  const inputs: string[] = [];
  if (plan.paths.length > 0) {
    const paths = plan.paths.map(quoted).join(", ");
    const exclude = COMPRESSED_NAMES.map(quoted).join(", ");
    inputs.push(
      `file { id => "files" path => [${paths}] exclude => [${exclude}] start_position => "beginning" last_line_timeout => "5" record_position => true ${JOIN} }`,
    );
  }
  if (plan.stdin) inputs.push(`stdin { id => "stdin" ${JOIN} }`);
  if (plan.journal) inputs.push('journald { id => "journal" }');
  const text = (id: string, config: string): PipelineDefinition => ({
    id,
    sources: [{ name: id, text: config }],
    ecs: "v8",
    supportEscapes: false,
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

/** A text of the configuration language, in which only the quote itself cannot stand. @throws Error for a text with both kinds */
function quoted(text: string): string {
  if (!text.includes('"')) return `"${text}"`;
  if (!text.includes("'")) return `'${text}'`;
  throw new Error(`${text}: a path with both kinds of quotes cannot be followed`);
}
