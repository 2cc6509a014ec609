import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import type { PipelineDefinition } from "./definition.ts";
import { type Numbering, resolvePipeline, type Strictness } from "./resolve.ts";
import type { ResolvedInput, ResolvedLink, ResolvedOutput, ResolvedPipeline } from "./resolved.ts";

/** Pipelines that run together, joined by `pipeline` inputs and outputs. */
export interface ResolvedGroup {
  /** Each stands before those that it sends to. */
  readonly pipelines: readonly ResolvedPipeline[];
  readonly inputs: readonly ResolvedInput[];
  readonly outputs: readonly ResolvedOutput[];
  /** By number of the link, the places in `pipelines` that it sends to. */
  readonly targets: readonly (readonly number[])[];
}

/** Resolves pipelines and joins them. Everything wrong goes to `found`; the result is to be run only when `found` has no errors. */
export function resolveGroup(
  definitions: readonly PipelineDefinition[],
  found: DiagnosticCollector,
  strictness: Strictness,
): ResolvedGroup {
  const numbering: Numbering = { inputs: 0, outputs: 0, links: 0 };
  const resolved = definitions.map((definition) => resolvePipeline(definition, found, strictness, numbering));
  const owners = addressOwners(resolved, found);
  const pipelines = inOrder(resolved, owners, found);
  const place = new Map(pipelines.map((pipeline, i) => [pipeline, i]));
  const targets: number[][] = [];
  for (const link of resolved.flatMap(({ links }) => links)) {
    targets[link.number] = link.addresses.flatMap((address) => {
      const owner = owners.get(address);
      if (owner !== undefined) return place.get(owner) ?? [];
      reportDeadEnd(link, address, [...owners.keys()], found, strictness);
      return [];
    });
  }
  return {
    pipelines,
    inputs: resolved.flatMap(({ inputs }) => inputs),
    outputs: resolved.flatMap(({ outputs }) => outputs),
    targets,
  };
}

function addressOwners(
  pipelines: readonly ResolvedPipeline[],
  found: DiagnosticCollector,
): Map<string, ResolvedPipeline> {
  const owners = new Map<string, ResolvedPipeline>();
  for (const pipeline of pipelines) {
    for (const { address, place } of pipeline.entrances) {
      const other = owners.get(address);
      if (other !== undefined)
        found.error("CONF017", `the address "${address}" is taken by the pipeline "${other.definition.id}"`, place);
      else owners.set(address, pipeline);
    }
  }
  return owners;
}

function reportDeadEnd(
  link: ResolvedLink,
  address: string,
  addresses: readonly string[],
  found: DiagnosticCollector,
  strictness: Strictness,
): void {
  const meant = suggest(address, addresses);
  const help =
    meant !== undefined
      ? `did you mean "${meant}"?`
      : addresses.length > 0
        ? `the addresses: ${addresses.join(", ")}`
        : `another pipeline needs input { pipeline { address => "${address}" } }`;
  const message = `no pipeline has the address "${address}"`;
  // `check` may see only some of the pipelines.
  if (link.lenient || strictness === "check") found.warning("CONF024", message, link.place, { help });
  else found.error("CONF024", message, link.place, { help });
}

/** Senders before receivers (depth first, in the order given). A circle is an error. */
function inOrder(
  pipelines: readonly ResolvedPipeline[],
  owners: ReadonlyMap<string, ResolvedPipeline>,
  found: DiagnosticCollector,
): ResolvedPipeline[] {
  const done = new Set<ResolvedPipeline>();
  const open = new Set<ResolvedPipeline>();
  const order: ResolvedPipeline[] = [];
  const visit = (pipeline: ResolvedPipeline): void => {
    if (done.has(pipeline)) return;
    open.add(pipeline);
    for (const link of pipeline.links) {
      for (const address of link.addresses) {
        const next = owners.get(address);
        if (next === undefined) continue;
        if (open.has(next))
          found.error("CONF025", `events would go in a circle: "${next.definition.id}" sends to itself`, link.place);
        else visit(next);
      }
    }
    open.delete(pipeline);
    done.add(pipeline);
    order.unshift(pipeline);
  };
  for (const pipeline of [...pipelines].reverse()) visit(pipeline);
  return order;
}
