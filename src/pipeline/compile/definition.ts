import type { EcsMode } from "../../plugin/definitions.ts";

/** One file, or the text of `-e`, of a pipeline's configuration. */
export interface ConfigurationText {
  readonly name: string;
  readonly text: string;
}

/** All that a worker needs to compile a pipeline for itself; plain data. */
export interface PipelineDefinition {
  readonly id: string;
  readonly sources: readonly ConfigurationText[];
  readonly ecs: EcsMode;
  /** Logstash's `config.support_escapes`. */
  readonly supportEscapes: boolean;
  /** The id is the configuration's own (pipelines.yml), and none that the command line can change. */
  readonly named?: boolean;
}
