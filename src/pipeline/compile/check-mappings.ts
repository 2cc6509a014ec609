import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { lineColumn, type Span } from "../../diagnostics/source.ts";
import { dynamicField } from "../../elastic/mapping/dynamic-templates.ts";
import { type Dynamic, placeIn } from "../../elastic/mapping/mapping.ts";
import type { IndexDesign } from "../../elastic/mapping/templates.ts";
import type { MadeField } from "../../plugin/made-fields.ts";
import type { ValueShape } from "../../plugin/value-shape.ts";
import { type DocumentTarget, targetOf } from "./document-target.ts";
import { judgeField } from "./judge-field.ts";
import { placeOfMaker } from "./maker-place.ts";
import type { DocumentShape } from "./produced-fields.ts";
import type { ResolvedOutput } from "./resolved.ts";

/** What a target has, or will have; undefined: that is not known; `"none"`: no template is for it. */
export type FindDesign = (target: DocumentTarget, output: ResolvedOutput) => IndexDesign | "none" | undefined;

const FATE = "Elasticsearch refuses such documents: they become dead letters";

/**
 * Holds what the pipelines make of documents against what their indices take. Everything found is a warning; nothing is said where nothing is known. `now`:
 * epoch milliseconds, for names of indices with dates.
 */
export function checkMappings(
  shapes: readonly DocumentShape[],
  find: FindDesign,
  found: DiagnosticCollector,
  now: number,
): void {
  const untemplated = new Set<string>();
  for (const shape of shapes) {
    const target = targetOf(shape, now);
    const design = target === undefined ? undefined : find(target, shape.output);
    if (target === undefined || design === undefined) continue;
    if (design === "none" || (target.isDataStream && !design.isDataStream)) {
      if (target.isDataStream && !untemplated.has(target.name)) reportMissing(shape, target, design, found);
      untemplated.add(target.name);
      if (design === "none") continue;
    }
    const fields = documentFields(shape);
    const told = new Set<string>();
    // What is sure goes before what can be.
    for (const sure of [true, false]) {
      for (const field of fields)
        if (isSure(field, shape) === sure) checkField(field, sure, target, design, told, found);
    }
    checkCount(shape, target, design, found);
  }
}

/** The fields that a document has: `@metadata` never leaves the pipeline. */
export function documentFields({ event }: DocumentShape): MadeField[] {
  return [...event.fields()].filter(({ path }) => path[0] !== "@metadata");
}

/** Conditions of a field and of the output can exclude each other. */
export function isSure(made: MadeField, shape: DocumentShape): boolean {
  return made.certain && !(made.conditional && shape.conditional);
}

function checkField(
  made: MadeField,
  sure: boolean,
  target: DocumentTarget,
  design: IndexDesign,
  told: Set<string>,
  found: DiagnosticCollector,
): void {
  const problem = judgeField(made, design);
  if (problem === undefined) return;
  const place = placeOfMaker(made.maker);
  const key = `${place.source.name} ${place.start} ${problem.path}`;
  if (told.has(key)) return;
  told.add(key);
  const always = problem.certain && sure;
  const { path, value, takes, help, template } = problem;
  const what = value === undefined ? "is not mapped" : `${always ? "is" : "can be"} ${value}`;
  const by = template === undefined ? design.origin : `${design.origin}, dynamic template "${template}"`;
  found.warning(
    always ? "MAP001" : "MAP002",
    `${referenceOf(path.split("."))} ${what}, and ${target.name} has ${takes}`,
    place,
    { notes: [`mapped by the ${by}`, FATE], help },
  );
}

function reportMissing(
  { output, event }: DocumentShape,
  { name }: DocumentTarget,
  design: IndexDesign | "none",
  found: DiagnosticCollector,
): void {
  const what =
    design === "none" ? `no index template is for ${name}` : `the ${design.origin} makes no data stream of ${name}`;
  const whose = event.canHave("[data_stream][dataset]") ? " that name no other data stream" : "";
  found.warning("MAP005", `${what}: documents${whose} would be held until there is one`, output.node.nameSpan, {
    help: "`antler setup` makes the templates; `antler setup --export DIR` writes them for other tools",
  });
}

function checkCount(
  shape: DocumentShape,
  { name }: DocumentTarget,
  design: IndexDesign,
  found: DiagnosticCollector,
): void {
  if (design.fieldLimit === undefined) return;
  const added = newFields(shape, design);
  const total = design.fieldCount + added;
  if (total <= design.fieldLimit) return;
  found.warning(
    "MAP004",
    `${name} would have ${total} fields or more, and its limit is ${design.fieldLimit}`,
    shape.output.node.nameSpan,
    {
      notes: [`${design.fieldCount} are mapped by the ${design.origin}, ${added} are new`, FATE],
      help: "raise index.mapping.total_fields.limit, set index.mapping.total_fields.ignore_dynamic_beyond_limit, or put what is open into one `flattened` field",
    },
  );
}

const ADDING: ReadonlySet<Dynamic> = new Set(["true"]);

/** Fields and objects that documents add to a mapping at least; texts are two, `keyword` and all, where no template and no date can be meant. */
function newFields(shape: DocumentShape, design: IndexDesign): number {
  const added = new Map<string, number>();
  for (const { path, value } of documentFields(shape)) {
    const place = placeIn(design.mapping, path);
    if (place.kind !== "unmapped" || !ADDING.has(place.dynamic)) continue;
    const names = path.flatMap((name) => name.split("."));
    for (let length = 1; length < names.length; length++) {
      const above = names.slice(0, length);
      if (placeIn(design.mapping, above).kind === "unmapped") added.set(above.join("."), 1);
    }
    const own = dynamicField(design.mapping, path, value.kind)?.field;
    const multi = own?.fields.length ?? (design.mapping.dynamicTemplates.length === 0 && isPlainText(value) ? 1 : 0);
    const key = names.join(".");
    added.set(key, Math.max(added.get(key) ?? 1, 1 + multi));
  }
  return [...added.values()].reduce((sum, count) => sum + count, 0);
}

function isPlainText({ kind, literal, form }: ValueShape): boolean {
  if (literal !== undefined) return !/^\s*[\d+-]/.test(literal);
  return kind === "text" && (form === "name" || form === "address");
}

export function referenceOf(path: readonly string[]): string {
  return path.map((name) => `[${name}]`).join("");
}

/** `web.conf, line 12`. */
export function lineOf({ source, start }: Span): string {
  return `${source.name}, line ${lineColumn(source, start).line}`;
}
