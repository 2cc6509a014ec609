import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { lineColumn, type Span } from "../../diagnostics/source.ts";
import { type Misfit, misfit } from "../../elastic/mapping/compatibility.ts";
import { dynamicField } from "../../elastic/mapping/dynamic-templates.ts";
import { type Dynamic, placeIn } from "../../elastic/mapping/mapping.ts";
import type { IndexDesign } from "../../elastic/mapping/templates.ts";
import type { MadeField } from "../../plugin/event-shape.ts";
import { type DocumentTarget, targetOf } from "./document-target.ts";
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
    const unmapped = new Set<string>();
    for (const field of documentFields(shape)) checkField(field, shape, target, design, unmapped, found);
    checkCount(shape, target, design, found);
  }
}

/** The fields that a document has: `@metadata` never leaves the pipeline. */
export function documentFields({ event }: DocumentShape): MadeField[] {
  return [...event.fields()].filter(({ path }) => path[0] !== "@metadata");
}

function checkField(
  made: MadeField,
  shape: DocumentShape,
  target: DocumentTarget,
  design: IndexDesign,
  unmapped: Set<string>,
  found: DiagnosticCollector,
): void {
  const certain = made.certain && !(made.conditional && shape.conditional);
  const name = referenceOf(made.path);
  const report = (problem: Omit<Misfit, "certain">, always: boolean, notes: readonly string[], help: string): void => {
    const isSure = certain && always;
    found.warning(
      isSure ? "MAP001" : "MAP002",
      `${name} ${isSure ? "is" : "can be"} ${problem.value}, and ${target.name} has ${problem.takes}`,
      placeOfMaker(made.maker),
      { notes, help },
    );
  };
  const place = placeIn(design.mapping, made.path);
  const origin = `mapped by the ${design.origin}`;
  if (place.kind === "scalar") {
    report(
      { value: "in an object", takes: `${place.path} as ${place.field.type}` },
      true,
      [origin, FATE],
      `put it under another name, or map ${place.path} as an object`,
    );
    return;
  }
  if (place.kind === "ignored") return;
  if (place.kind === "field") {
    const problem = misfit(made.value, place.field);
    if (problem !== undefined)
      report(
        { ...problem, takes: `${place.path} as ${problem.takes}` },
        problem.certain,
        [origin, FATE],
        wayOut(problem),
      );
    return;
  }
  if (design.missing.length > 0 || isRuntime(made, design)) return;
  if (place.dynamic === "strict") {
    if (unmapped.has(name)) return;
    unmapped.add(name);
    const above = place.above === "" ? "fields" : `fields in ${place.above}`;
    found.warning(
      certain ? "MAP001" : "MAP002",
      `${name} is not mapped, and ${target.name} refuses new ${above} (dynamic: strict)`,
      placeOfMaker(made.maker),
      { notes: [origin, FATE], help: "map the field, remove it before the output, or set `dynamic` to false" },
    );
    return;
  }
  const templated = place.dynamic === "true" ? dynamicField(design.mapping, made.path, made.value.kind) : undefined;
  const problem = templated === undefined ? undefined : misfit(made.value, templated.field);
  if (problem !== undefined)
    report(
      { ...problem, takes: `${problem.takes} for it` },
      problem.certain,
      [`${origin}, dynamic template "${templated?.template}"`, FATE],
      wayOut(problem),
    );
}

function wayOut({ takes }: Misfit): string {
  return `make it what ${takes} takes, put it under another name, or change the mapping`;
}

function isRuntime({ path }: MadeField, { mapping }: IndexDesign): boolean {
  return mapping.runtime.has(path.join("."));
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

/** Fields and objects that documents add to a mapping; texts without a template of theirs are two, `keyword` and all. */
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
    const multi = own?.fields.length ?? (value.kind === "text" ? 1 : 0);
    const key = names.join(".");
    added.set(key, Math.max(added.get(key) ?? 1, 1 + multi));
  }
  return [...added.values()].reduce((sum, count) => sum + count, 0);
}

export function referenceOf(path: readonly string[]): string {
  return path.map((name) => `[${name}]`).join("");
}

/** `web.conf, line 12`. */
export function lineOf({ source, start }: Span): string {
  return `${source.name}, line ${lineColumn(source, start).line}`;
}
