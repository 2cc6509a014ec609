import type { ResolvedGroup } from "./resolve-group.ts";
import type { Block, ResolvedFilter, ResolvedPipeline } from "./resolved.ts";

/** Which parts of a group keep something from event to event. */
export interface GroupState {
  /** Ids of the filters that do, with their pipeline's where there are several. */
  readonly filters: readonly string[];
  /** Numbers of the inputs whose events come to such a filter: they are worked on by one worker, in order, one by one. */
  readonly inputs: ReadonlySet<number>;
}

export function stateOf(group: ResolvedGroup): GroupState {
  const filters: string[] = [];
  const inputs = new Set<number>();
  const leads = new Map<number, boolean>();
  // Each pipeline stands before those that it sends to.
  for (let place = group.pipelines.length - 1; place >= 0; place--) {
    const pipeline = group.pipelines[place] as ResolvedPipeline;
    const own = statefulFilters(pipeline.filters);
    const name = (id: string): string => (group.pipelines.length === 1 ? id : `${pipeline.definition.id}/${id}`);
    filters.unshift(...own.map(({ id }) => name(id)));
    const next = pipeline.links.flatMap(({ number }) => group.targets[number] ?? []);
    const stateful = own.length > 0 || next.some((target) => leads.get(target) === true);
    leads.set(place, stateful);
    if (stateful) for (const { number } of pipeline.inputs) inputs.add(number);
  }
  return { filters, inputs };
}

function statefulFilters(block: Block<ResolvedFilter>): ResolvedFilter[] {
  return block.flatMap((node) => {
    if (node.type === "if") return node.branches.flatMap((branch) => statefulFilters(branch.block));
    return node.plugin.stateful?.(node.options as never) === true ? [node] : [];
  });
}
