import type { ExpressionNode } from "../../language/conf-ast.ts";
import { EventShape } from "../../plugin/event-shape.ts";
import type { Hash } from "../../plugin/options.ts";
import { DATE, TEXT, UNKNOWN } from "../../plugin/value-shape.ts";
import { selectorsIn } from "./check-fields.ts";
import type { ResolvedGroup } from "./resolve-group.ts";
import type {
  Block,
  ResolvedFilter,
  ResolvedIf,
  ResolvedInput,
  ResolvedLink,
  ResolvedOutput,
  ResolvedPipeline,
  Values,
} from "./resolved.ts";

/** What the documents of an output can look like, for events that came one way. */
export interface DocumentShape {
  readonly pipeline: ResolvedPipeline;
  readonly output: ResolvedOutput;
  /** The output stands inside an `if`: not all events come to it. */
  readonly conditional: boolean;
  readonly event: EventShape;
}

/** Ways into one pipeline that are told apart; further ones are taken together. */
const WAYS_LIMIT = 64;
/** Codecs that only put text into the fields of their input. */
const TEXT_CODECS: ReadonlySet<string> = new Set(["plain", "line", "multiline"]);

/** Goes through the pipelines as events do, and gives what comes to each output. */
export function documentShapes(group: ResolvedGroup): DocumentShape[] {
  const shapes: DocumentShape[] = [];
  const arriving = group.pipelines.map((): EventShape[] => []);
  const ids = { last: 0 };
  for (const [place, pipeline] of group.pipelines.entries()) {
    const ways = arriving[place] as EventShape[];
    if (pipeline.inputs.length > 0) ways.unshift(shapeOfInputs(pipeline.inputs, ids));
    // Who sends here is not in this configuration.
    if (ways.length === 0 && pipeline.entrances.length > 0) ways.push(shapeOfAnything(new EventShape(ids)));
    const told = ways.length > WAYS_LIMIT ? [EventShape.merged(ways)] : ways;
    for (const way of told) {
      const event = throughFilters(pipeline.filters, way);
      if (event.dropped) continue;
      toOutputs(pipeline.route, event, false, (end, conditional) => {
        const copy = event.copy();
        if (end.type === "output") shapes.push({ pipeline, output: end, conditional, event: copy });
        else for (const target of group.targets[end.number] ?? []) arriving[target]?.push(copy);
      });
    }
  }
  return shapes;
}

/** Of several inputs each makes its fields for some events only. */
function shapeOfInputs(inputs: readonly ResolvedInput[], ids: { last: number }): EventShape {
  const shapes = inputs.map((input) => {
    const event = new EventShape(ids);
    event.conditional = inputs.length > 1;
    return shapeOfInput(input, event);
  });
  const merged = EventShape.merged(shapes);
  merged.conditional = false;
  return merged;
}

function shapeOfInput(input: ResolvedInput, event: EventShape): EventShape {
  const { plugin, options, ecs, codec } = input;
  event.plugin = input.node;
  const isText = TEXT_CODECS.has(codec.plugin.name);
  if (plugin.shape !== undefined) plugin.shape(options as never, event, ecs);
  else for (const name of plugin.sets?.(options as never, ecs) ?? []) event.set(name, UNKNOWN, "codec");
  if (!isText || (plugin.shape === undefined && plugin.sets === undefined)) event.any();
  event.set("@timestamp", DATE, "codec");
  event.set("@version", { kind: "text", literal: "1" }, "codec");
  const type = options["type"];
  if (typeof type === "string") event.addTo("type", type, "type");
  for (const [name, value] of Object.entries(options["add_field"] as Hash)) event.addTo(name, value, "add_field");
  return event;
}

function shapeOfAnything(event: EventShape): EventShape {
  event.set("@timestamp", DATE, "address");
  event.any();
  return event;
}

function throughFilters(block: Block<ResolvedFilter>, start: EventShape): EventShape {
  let event = start;
  for (const node of block) {
    if (event.dropped) return event;
    if (node.type === "filter") {
      event.plugin = node.node;
      through(node, event);
      continue;
    }
    event = throughBranches(node, event);
  }
  return event;
}

function throughBranches(choice: ResolvedIf<ResolvedFilter>, event: EventShape): EventShape {
  const known = event.lastMade;
  const looks: Look[] = [];
  const ways = choice.branches.map(({ condition, block }) => {
    // Also a condition that did not hold says something.
    if (condition !== undefined) looks.push(...looksOf(condition));
    const way = event.copy();
    way.conditional = true;
    const forgotten = looks.flatMap(({ field, compares }) => way.forget(field, compares));
    const end = throughFilters(block, way);
    end.remember(forgotten);
    return end;
  });
  if (choice.branches.every(({ condition }) => condition !== undefined)) ways.push(event);
  const merged = EventShape.merged(ways, known);
  merged.conditional = event.conditional;
  // What is left is not just anything: the values that are dropped can be those that do not fit.
  if (ways.some(({ dropped }) => dropped)) for (const { field, compares } of looks) merged.forget(field, compares);
  return merged;
}

interface Look {
  readonly field: string;
  /** Its value is compared; else it is asked whether there is such a field. */
  readonly compares: boolean;
}

/** The fields that a condition looks at. */
function looksOf(condition: ExpressionNode): Look[] {
  switch (condition.type) {
    case "boolean":
      return [...looksOf(condition.left), ...looksOf(condition.right)];
    case "not":
      return looksOf(condition.operand);
    case "selector":
      return [{ field: condition.text, compares: false }];
    default:
      return selectorsIn(condition).map(({ text }) => ({ field: text, compares: true }));
  }
}

function through({ plugin, options, ecs }: ResolvedFilter, event: EventShape): void {
  if (plugin.shape !== undefined) plugin.shape(options as never, event, ecs);
  else {
    const sets = plugin.sets?.(options as never, ecs);
    if (sets === undefined) event.any(mentionsOf(options));
    else for (const name of sets) event.set(name, UNKNOWN, "");
  }
  const common = options as { readonly add_field?: Hash; readonly remove_field?: readonly string[] };
  for (const [name, value] of Object.entries(common.add_field ?? {})) event.addTo(name, value, "add_field");
  for (const name of common.remove_field ?? []) {
    if (name.includes("%{")) event.any();
    else event.remove(name);
  }
  if (((options["add_tag"] ?? []) as readonly string[]).length > 0) event.add("tags", TEXT, "add_tag");
}

/** Code and templates, in which names of fields stand. */
function mentionsOf(options: Values): string {
  return JSON.stringify(Object.values(options));
}

function toOutputs(
  block: Block<ResolvedOutput | ResolvedLink>,
  event: EventShape,
  conditional: boolean,
  arrive: (end: ResolvedOutput | ResolvedLink, conditional: boolean) => void,
): void {
  for (const node of block) {
    if (node.type !== "if") arrive(node, conditional);
    else for (const branch of node.branches) toOutputs(branch.block, event, true, arrive);
  }
}
