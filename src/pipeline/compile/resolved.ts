import type { ExpressionNode } from "../../language/conf-ast.ts";
import type { CodecPlugin, EcsMode, FilterPlugin, InputPlugin, OutputPlugin } from "../../plugin/definitions.ts";

/** A configuration whose plugins are found and whose options are checked. */

export type Values = Readonly<Record<string, unknown>>;

interface ResolvedPlugin<P> {
  readonly plugin: P;
  /** The user's `id`, else name and count among plugins of that name: `grok#1`. */
  readonly id: string;
  readonly options: Values;
  readonly ecs: EcsMode;
}

export interface ResolvedCodec {
  readonly plugin: CodecPlugin;
  readonly options: Values;
}

export interface ResolvedInput extends ResolvedPlugin<InputPlugin> {
  /** Its place among the pipeline's inputs. */
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
  readonly inputs: readonly ResolvedInput[];
  readonly filters: Block<ResolvedFilter>;
  readonly route: Block<ResolvedOutput>;
  readonly outputs: readonly ResolvedOutput[];
}
