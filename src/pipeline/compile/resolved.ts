import type { Span } from "../../diagnostics/source.ts";
import type { ExpressionNode, PluginNode } from "../../language/conf-ast.ts";
import type { CodecPlugin, EcsMode, FilterPlugin, InputPlugin, OutputPlugin } from "../../plugin/definitions.ts";
import type { PipelineDefinition } from "./definition.ts";

/** A configuration whose plugins are found and whose options are checked. */

export type Values = Readonly<Record<string, unknown>>;

interface ResolvedPlugin<P> {
  readonly plugin: P;
  /** The user's `id`, else name and count among plugins of that name: `grok#1`. */
  readonly id: string;
  readonly options: Values;
  readonly ecs: EcsMode;
  /** As it is written. */
  readonly node: PluginNode;
}

export interface ResolvedCodec {
  readonly plugin: CodecPlugin;
  readonly options: Values;
}

export interface ResolvedInput extends ResolvedPlugin<InputPlugin> {
  /** Its place among the inputs of all pipelines that are joined. */
  readonly number: number;
  readonly codec: ResolvedCodec;
}

export interface ResolvedFilter extends ResolvedPlugin<FilterPlugin> {
  readonly type: "filter";
}

export interface ResolvedOutput extends ResolvedPlugin<OutputPlugin> {
  readonly type: "output";
  readonly number: number;
  /** undefined: the output writes events in its own way. */
  readonly codec: ResolvedCodec | undefined;
}

/** A `pipeline` input: other pipelines' way in. */
export interface ResolvedEntrance extends ResolvedPlugin<InputPlugin> {
  readonly address: string;
  readonly place: Span;
}

/** A `pipeline` output: the way to other pipelines. */
export interface ResolvedLink extends ResolvedPlugin<OutputPlugin> {
  readonly type: "link";
  readonly number: number;
  readonly addresses: readonly string[];
  /** An address that nobody has is no error. */
  readonly lenient: boolean;
  readonly place: Span;
}

export interface ResolvedIf<T> {
  readonly type: "if";
  readonly branches: readonly ResolvedBranch<T>[];
}

export interface ResolvedBranch<T> {
  readonly condition: ExpressionNode | undefined;
  readonly block: Block<T>;
}

export type Block<T> = readonly (T | ResolvedIf<T>)[];

export interface ResolvedPipeline {
  readonly definition: PipelineDefinition;
  readonly inputs: readonly ResolvedInput[];
  readonly entrances: readonly ResolvedEntrance[];
  readonly filters: Block<ResolvedFilter>;
  readonly route: Block<ResolvedOutput | ResolvedLink>;
  readonly outputs: readonly ResolvedOutput[];
  readonly links: readonly ResolvedLink[];
}

/** All filters of a block, in the branches of its conditions too. */
export function filtersOf(block: Block<ResolvedFilter>): ResolvedFilter[] {
  return block.flatMap((node) =>
    node.type === "if" ? node.branches.flatMap(({ block }) => filtersOf(block)) : [node],
  );
}
