import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { Span } from "../../diagnostics/source.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { fieldPath } from "../../event/field-reference.ts";
import type { ExpressionNode } from "../../language/conf-ast.ts";
import type { Hash } from "../../plugin/options.ts";
import {
  type Block,
  filtersOf,
  type ResolvedFilter,
  type ResolvedInput,
  type ResolvedPipeline,
  type Values,
} from "./resolved.ts";

/** Fields of every event. */
const ALWAYS = ["@timestamp", "@version", "@metadata", "tags", "type"];
/** Codecs that only put text into the fields of their input. */
const TEXT_CODECS: ReadonlySet<string> = new Set(["plain", "line", "multiline"]);

/**
 * Warns of fields in conditions that no input and no filter of the pipeline can set. Says nothing where one of them can set any field, or
 * where events come from other pipelines.
 */
export function checkFields(pipeline: ResolvedPipeline, found: DiagnosticCollector): void {
  const known = fieldsOf(pipeline);
  if (known === undefined) return;
  const told = new Set<string>();
  for (const { text, span } of selectorsOf([pipeline.filters, pipeline.route])) {
    const path = fieldPath(text);
    if (path === undefined || told.has(text) || known.some((other) => overlaps(path, other))) continue;
    told.add(text);
    const meant = suggest(
      text,
      known.map((names) => names.map((name) => `[${name}]`).join("")),
    );
    found.warning("CONF027", `nothing in this pipeline sets ${text}`, span, {
      ...(meant === undefined ? {} : { help: `did you mean ${meant}?` }),
    });
  }
}

/** The paths of all fields that can be set; undefined: any. */
function fieldsOf({ inputs, entrances, filters }: ResolvedPipeline): string[][] | undefined {
  if (inputs.length === 0 || entrances.length > 0) return undefined;
  const references = [...ALWAYS];
  for (const input of inputs) {
    const own = inputFields(input);
    if (own === undefined) return undefined;
    references.push(...own);
  }
  for (const filter of filtersOf(filters)) {
    const own = filterFields(filter);
    if (own === undefined) return undefined;
    references.push(...own);
  }
  const paths = references.map(fieldPath);
  return paths.includes(undefined) ? undefined : (paths as string[][]);
}

function inputFields({ plugin, options, ecs, codec }: ResolvedInput): string[] | undefined {
  const own = TEXT_CODECS.has(codec.plugin.name) ? plugin.sets?.(options as never, ecs) : undefined;
  const added = Object.keys(options["add_field"] as Hash);
  const codecTag = codec.plugin.name === "multiline" ? ["tags"] : [];
  return own === undefined || added.some(isOpen) ? undefined : [...own, ...added, ...codecTag];
}

function filterFields({ plugin, options, ecs }: ResolvedFilter): string[] | undefined {
  const own = plugin.sets?.(options as never, ecs);
  const added = Object.keys((options as Values)["add_field"] as Hash);
  return own === undefined || [...own, ...added].some(isOpen) ? undefined : [...own, ...added];
}

/** A name that is made from the event. */
function isOpen(reference: string): boolean {
  return reference.includes("%{") || reference.includes("${");
}

interface Selector {
  readonly text: string;
  readonly span: Span;
}

function selectorsOf(blocks: readonly Block<{ readonly type: string }>[]): Selector[] {
  return blocks.flatMap((block) =>
    block.flatMap((node) =>
      "branches" in node
        ? node.branches.flatMap(({ condition, block }) => [
            ...(condition === undefined ? [] : selectorsIn(condition)),
            ...selectorsOf([block]),
          ])
        : [],
    ),
  );
}

/** The fields that a condition looks at. */
export function selectorsIn(condition: ExpressionNode): Selector[] {
  switch (condition.type) {
    case "boolean":
      return [...selectorsIn(condition.left), ...selectorsIn(condition.right)];
    case "not":
      return selectorsIn(condition.operand);
    case "comparison":
      return [condition.left, condition.right].flatMap((term) => (term.type === "selector" ? [term] : []));
    default:
      return condition.type === "selector" ? [condition] : [];
  }
}

/** One of the two is the other, or lies in it. */
function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false;
  return true;
}
