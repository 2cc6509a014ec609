import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { describe } from "../../elastic/mapping/compatibility.ts";
import { placeIn } from "../../elastic/mapping/mapping.ts";
import type { MadeField } from "../../plugin/made-fields.ts";
import type { ValueShape } from "../../plugin/value-shape.ts";
import { documentFields, type FindDesign, isSure, lineOf, referenceOf } from "./check-mappings.ts";
import { targetOf } from "./document-target.ts";
import { placeOfMaker } from "./maker-place.ts";
import type { DocumentShape } from "./produced-fields.ts";

/**
 * Warns of fields that get values in one index or data stream that no mapping takes together. Only where it is certain that both can be. `now`: epoch
 * milliseconds, for names of indices with dates.
 */
export function checkFieldKinds(
  shapes: readonly DocumentShape[],
  find: FindDesign,
  found: DiagnosticCollector,
  now: number,
): void {
  const byTarget = new Map<string, MadeField[]>();
  for (const shape of shapes) {
    const target = shape.output.plugin.name === "elasticsearch" ? targetOf(shape, now) : undefined;
    if (target === undefined) continue;
    const { name } = target;
    const design = find(target, shape.output);
    const fields = documentFields(shape).filter((made) => isSure(made, shape) && !isMapped(made.path, design));
    byTarget.set(name, [...(byTarget.get(name) ?? []), ...fields]);
  }
  for (const [name, fields] of byTarget) checkTarget(name, fields, found);
}

/** Then each kind is held against the mapping. */
function isMapped(path: readonly string[], design: ReturnType<FindDesign>): boolean {
  if (design === undefined || design === "none") return false;
  const place = placeIn(design.mapping, path);
  return place.kind !== "unmapped" || place.dynamic !== "true";
}

function checkTarget(target: string, fields: readonly MadeField[], found: DiagnosticCollector): void {
  const firsts = new Map<string, { readonly made: MadeField; readonly group: Group }[]>();
  for (const made of fields) {
    const names = made.path.flatMap((name) => name.split("."));
    for (let length = 1; length <= names.length; length++) {
      const group = length < names.length ? "object" : groupOf(made.value);
      if (group === undefined) continue;
      const key = names.slice(0, length).join(".");
      const known = firsts.get(key) ?? [];
      const other = known.find((one) => one.made !== made && exclude(one.group, group));
      if (other !== undefined && !told(key, firsts)) report(target, names.slice(0, length), other.made, made, found);
      if (!known.some((one) => one.group === group)) firsts.set(key, [...known, { made, group }]);
    }
  }
}

type Group = "object" | "number" | "boolean" | "word" | "text" | "date";

/** What a mapping takes together. Undefined: that is not known. */
function groupOf({ kind, literal, form }: ValueShape): Group | undefined {
  if (kind === "integer" || kind === "float") return "number";
  if (kind === "text") {
    if (literal !== undefined) return isWord(literal) ? "word" : "text";
    return form === "name" || form === "address" ? "word" : "text";
  }
  return kind === "unknown" ? undefined : kind;
}

/** A text that is no number, no date and not `true` or `false`. */
function isWord(text: string): boolean {
  return /[a-z]/i.test(text) && !/^\d/.test(text) && text !== "true" && text !== "false";
}

function exclude(a: Group, b: Group): boolean {
  if (a === b) return false;
  if (a === "object" || b === "object") return true;
  const pair = [a, b].sort().join(" ");
  return pair === "boolean number" || pair === "number word" || pair === "boolean word";
}

/** One finding for a field is enough. */
function told(key: string, firsts: ReadonlyMap<string, readonly { readonly group: Group }[]>): boolean {
  const groups = firsts.get(key) ?? [];
  return groups.some((a) => groups.some((b) => exclude(a.group, b.group)));
}

function report(
  target: string,
  path: readonly string[],
  one: MadeField,
  other: MadeField,
  found: DiagnosticCollector,
): void {
  const [first, second] = [one, other].map((made) => ({
    span: placeOfMaker(made.maker),
    value: made.path.flatMap((name) => name.split(".")).length > path.length ? "an object" : describe(made.value),
  })) as [Place, Place];
  found.warning(
    "MAP003",
    `${referenceOf(path)} is ${second.value} here and ${first.value} elsewhere, both in ${target}`,
    second.span,
    {
      notes: [
        `${first.value}: ${lineOf(first.span)}`,
        "the index takes the kind that comes first or is mapped; documents with the other one become dead letters",
      ],
      help: "convert one of them, or give one another name",
    },
  );
}

interface Place {
  readonly span: ReturnType<typeof placeOfMaker>;
  readonly value: string;
}
