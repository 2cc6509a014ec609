import { misfit } from "../../elastic/mapping/compatibility.ts";
import { dynamicField } from "../../elastic/mapping/dynamic-templates.ts";
import { placeIn } from "../../elastic/mapping/mapping.ts";
import type { IndexDesign } from "../../elastic/mapping/templates.ts";
import type { MadeField } from "../../plugin/made-fields.ts";

/** Why a field of a document does not fit its index. */
export interface FieldProblem {
  /** Whenever the field is so, the document is refused; else only for some values. */
  readonly certain: boolean;
  /** The path that it is about: the field's, or that of an object on the way to it. */
  readonly path: string;
  /** What it is: `an object`; undefined where that is not the point. */
  readonly value: string | undefined;
  /** What the index has: `bytes as long`. */
  readonly takes: string;
  readonly help: string;
  /** The dynamic template that maps the field. */
  readonly template?: string;
}

const WAY_OUT = "convert it, put it under another name, or change the mapping";

/** Holds one field against a mapping; undefined: it fits, or that is not known. */
export function judgeField({ path, value }: MadeField, design: IndexDesign): FieldProblem | undefined {
  const { mapping } = design;
  const whole = path.join(".");
  const place = placeIn(mapping, path);
  switch (place.kind) {
    case "ignored":
      return undefined;
    case "scalar":
      return {
        certain: true,
        path: place.path,
        value: "an object",
        takes: `${place.path} as ${place.field.type}`,
        help: `put it under another name, or map ${place.path} as an object`,
      };
    case "field": {
      const problem = misfit(value, place.field);
      return problem === undefined
        ? undefined
        : { ...problem, path: whole, takes: `${place.path} as ${problem.takes}`, help: WAY_OUT };
    }
    default:
  }
  // Components that are not known can map it.
  if (design.missing.length > 0 || mapping.runtime.has(whole)) return undefined;
  if (place.dynamic === "strict") {
    return {
      certain: true,
      path: whole,
      value: undefined,
      takes: `dynamic: strict${place.above === "" ? "" : ` in ${place.above}`}`,
      help: "map the field, remove it before the output, or set `dynamic` to false",
    };
  }
  const templated = place.dynamic === "true" ? dynamicField(mapping, path, value.kind) : undefined;
  const problem = templated === undefined ? undefined : misfit(value, templated.field);
  return problem === undefined
    ? undefined
    : { ...problem, path: whole, takes: `${problem.takes} for it`, help: WAY_OUT, template: templated?.template ?? "" };
}
