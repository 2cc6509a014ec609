import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { materialise } from "../../event/lazy-value.ts";
import type { Source } from "../../event/record-batch.ts";
import { SharedTree } from "../../event/shared-tree.ts";
import { splitOf } from "../../event/split-path.ts";
import type { ObjectValue, Value } from "../../event/value.ts";
import type { Decoder, Encoder, EncoderHost, FilterHost, Logger, PluginHost } from "../../plugin/definitions.ts";
import type { Hash } from "../../plugin/options.ts";
import { IdentityEncoding } from "../run/identity-encoding.ts";
import { FilterStep, IfStep, type Route, type Step } from "../run/program.ts";
import { CHUNK_MILLIS, type PreparedSource, type WorkerProgram } from "../run/worker-program.ts";
import { compileCondition } from "./condition.ts";
import { type CommonFilterSettings, compileDecoration } from "./decorate.ts";
import type { PipelineDefinition } from "./definition.ts";
import type { TextRules } from "./raw-settings.ts";
import { resolvePipeline, textRules } from "./resolve.ts";
import type { Block, ResolvedCodec, ResolvedFilter, ResolvedInput, ResolvedOutput } from "./resolved.ts";

/** Records in a chunk of pipelines without state. */
const CHUNK_EVENTS = 1000;

/** Surroundings of plugins in a worker; a frozen clock in tests. */
export interface WorkerSurroundings {
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

/** Compiles a pipeline for a worker. @throws Error when the configuration has errors, which the main thread has shown before */
export function compileWorkerProgram(definition: PipelineDefinition, surroundings: WorkerSurroundings): WorkerProgram {
  const found = new DiagnosticCollector();
  const resolved = resolvePipeline(definition, found, "start");
  if (found.errors > 0) throw new Error(`the configuration has errors: ${found.sorted()[0]?.message}`);
  return new ProgramCompiler(definition, surroundings, textRules(definition, found, "start")).program(
    resolved.inputs,
    resolved.filters,
    resolved.route,
    resolved.outputs,
  );
}

class ProgramCompiler {
  readonly #definition: PipelineDefinition;
  readonly #surroundings: WorkerSurroundings;
  readonly #rules: TextRules;
  readonly #identities = new IdentityEncoding();
  #eventMillis = CHUNK_MILLIS;

  constructor(definition: PipelineDefinition, surroundings: WorkerSurroundings, rules: TextRules) {
    this.#definition = definition;
    this.#surroundings = surroundings;
    this.#rules = rules;
  }

  program(
    inputs: readonly ResolvedInput[],
    filters: Block<ResolvedFilter>,
    route: Block<ResolvedOutput>,
    outputs: readonly ResolvedOutput[],
  ): WorkerProgram {
    const prepared = inputs.map((input) => this.#input(input));
    const steps = this.#steps(filters);
    return {
      prepare: (source) => {
        const of = prepared[source.input] as (typeof prepared)[number];
        return prepareSource(source, of.decoder, of.decorate);
      },
      filters: steps,
      route: this.#route(route),
      encoders: outputs.map((output) => this.#encoder(output)),
      chunkEvents: CHUNK_EVENTS,
      eventMillis: this.#eventMillis,
      bind: (records) => this.#identities.bind(records),
    };
  }

  #host(plugin: { readonly id: string; readonly ecs: PluginHost["ecs"] }): PluginHost {
    return { pluginId: plugin.id, pipelineId: this.#definition.id, ecs: plugin.ecs, ...this.#surroundings };
  }

  #input(input: ResolvedInput): { decoder: Decoder; decorate: ((event: Event) => void) | undefined } {
    const host = this.#host(input);
    const codec = this.#decoder(input.codec, host);
    const decoder = input.plugin.decoder?.(input.options, host, codec) ?? codec;
    return { decoder, decorate: inputDecoration(input.options) };
  }

  #decoder(codec: ResolvedCodec, host: PluginHost): Decoder {
    const decoder = codec.plugin.decoder?.(codec.options, host);
    if (decoder === undefined) throw new Error(`the codec ${codec.plugin.name} cannot read`);
    return decoder;
  }

  #steps(block: Block<ResolvedFilter>): Step[] {
    return block.map((node) => {
      if (node.type === "filter") return this.#filter(node);
      return new IfStep(
        node.branches.map((branch) => ({
          condition: branch.condition === undefined ? undefined : compileCondition(branch.condition, this.#rules),
          steps: this.#steps(branch.block),
        })),
      );
    });
  }

  #filter(node: ResolvedFilter): FilterStep {
    const host: FilterHost = { ...this.#host(node), child: (parent) => childOf(parent, node.id) };
    const filter = node.plugin.create(node.options, host);
    if (filter.timeoutMillis !== undefined && filter.timeoutMillis > 0) {
      this.#eventMillis = Math.min(this.#eventMillis, filter.timeoutMillis);
    }
    return new FilterStep(node.id, filter, compileDecoration(node.options as CommonFilterSettings));
  }

  #route(block: Block<ResolvedOutput>): Route {
    const parts = block.map((node): Route => {
      if (node.type === "output") return { collect: (_event, targets) => targets.push(node.number) };
      const branches = node.branches.map((branch) => ({
        condition: branch.condition === undefined ? undefined : compileCondition(branch.condition, this.#rules),
        route: this.#route(branch.block),
      }));
      return {
        collect(event, targets) {
          const taken = branches.find(({ condition }) => condition === undefined || condition(event));
          taken?.route.collect(event, targets);
        },
      };
    });
    if (parts.length === 1) return parts[0] as Route;
    return {
      collect(event, targets) {
        for (const part of parts) part.collect(event, targets);
      },
    };
  }

  #encoder(output: ResolvedOutput): Encoder | undefined {
    const host: EncoderHost = {
      ...this.#host(output),
      writeIdentity: (event, out) => this.#identities.write(event, out),
    };
    const codec = output.codec?.plugin.encoder?.(output.codec.options, host);
    if (output.codec !== undefined && codec === undefined)
      throw new Error(`the codec ${output.codec.plugin.name} cannot write`);
    return output.plugin.encoder?.(output.options, host, codec ?? NO_CODEC);
  }
}

const NO_CODEC: Encoder = {
  encode() {
    throw new Error("this output has no codec");
  },
};

/** A new event from `parent`, with the next ordinal of this filter. */
export function childOf(parent: Event, pluginId: string): Event {
  parent.children ??= new Map();
  const ordinal = (parent.children.get(pluginId) ?? 0) + 1;
  parent.children.set(pluginId, ordinal);
  return parent.copy(splitOf(parent.split, pluginId, ordinal));
}

/** The input's `add_field`, `tags` and `type`. */
function inputDecoration(options: Readonly<Record<string, unknown>>): ((event: Event) => void) | undefined {
  const tags = options["tags"] as readonly string[];
  const common = compileDecoration({ add_field: options["add_field"] as Hash, add_tag: tags });
  const type = options["type"] as string | undefined;
  if (type === undefined) return common;
  return (event) => {
    common?.(event);
    event.fields["type"] ??= type;
  };
}

/** Makes what is constant for a source once: objects that events share until one of them changes its own. */
export function prepareSource(source: Source, decoder: Decoder, decorate: PreparedSource["decorate"]): PreparedSource {
  const model = new Event(0, {});
  for (const [reference, value] of source.fields) new FieldReference(reference).set(model, value);
  const constants = Object.keys(model.fields).map((name): PreparedSource["constants"][number] => {
    const value = materialise(model.fields[name] as Value);
    const scalar = typeof value !== "object" || value === null;
    return [name, scalar ? value : new SharedTree(value as ObjectValue)];
  });
  const metadata = Object.keys(model.metadata).length === 0 ? undefined : model.metadataObject();
  return { source, constants, metadata, decoder, decorate };
}
