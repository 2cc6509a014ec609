import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { Event } from "../../event/event.ts";
import { FieldReference } from "../../event/field-reference.ts";
import { materialise } from "../../event/lazy-value.ts";
import type { Source } from "../../event/record-batch.ts";
import { SharedTree } from "../../event/shared-tree.ts";
import { childOf } from "../../event/split-path.ts";
import type { ObjectValue, Value } from "../../event/value.ts";
import { defaultsOf } from "../../plugin/check-options.ts";
import type {
  Decoder,
  DecoderHost,
  Encoder,
  EncoderHost,
  FilterHost,
  Logger,
  PluginHost,
} from "../../plugin/definitions.ts";
import type { Hash } from "../../plugin/options.ts";
import { findPlugin } from "../plugins.ts";
import { IdentityEncoding } from "../run/identity-encoding.ts";
import { FilterStep, IfStep, type Route, type Step } from "../run/program.ts";
import { linkTarget } from "../run/stages.ts";
import { isWaiting, WaitingFilterStep, WaitingIfStep } from "../run/waiting-steps.ts";
import {
  CHUNK_MILLIS,
  type Link,
  type PreparedSource,
  type Stage,
  TICK_INPUT,
  type WorkerProgram,
} from "../run/worker-program.ts";
import { compileCondition } from "./condition.ts";
import { type CommonFilterSettings, compileDecoration } from "./decorate.ts";
import type { PipelineDefinition } from "./definition.ts";
import type { TextRules } from "./raw-settings.ts";
import { textRules } from "./resolve.ts";
import { resolveGroup } from "./resolve-group.ts";
import type { Block, ResolvedCodec, ResolvedFilter, ResolvedInput, ResolvedLink, ResolvedOutput } from "./resolved.ts";
import { stateOf } from "./state.ts";

/** Records in a chunk of pipelines without state: so few that they die in the young generation (measured: a fifth less CPU than with 1,000). */
const CHUNK_EVENTS = 128;

/** Surroundings of plugins in a worker; a frozen clock in tests. */
export interface WorkerSurroundings {
  readonly log: Logger;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Compiles pipelines, joined by their `pipeline` inputs and outputs, for a worker.
 * @throws Error when the configuration has errors, which the main thread has shown before
 */
export function compileWorkerProgram(
  definitions: readonly PipelineDefinition[],
  surroundings: WorkerSurroundings,
): WorkerProgram {
  const found = new DiagnosticCollector();
  const group = resolveGroup(definitions, found, "start");
  if (found.errors > 0) throw new Error(`the configuration has errors: ${found.sorted()[0]?.message}`);
  const state = stateOf(group);
  const identities = new IdentityEncoding();
  const entrances: Entrance[] = [];
  const encoders: (Encoder | undefined)[] = [];
  const links: Link[] = [];
  let eventMillis = CHUNK_MILLIS;
  const stages = group.pipelines.map((pipeline, stage): Stage => {
    const rules = textRules(pipeline.definition, found, "start");
    const compiler = new StageCompiler(pipeline.definition, surroundings, rules, identities);
    for (const input of pipeline.inputs) {
      const chunkEvents = state.inputs.has(input.number) ? 1 : CHUNK_EVENTS;
      entrances[input.number] = { stage, chunkEvents, ...compiler.input(input) };
    }
    for (const output of pipeline.outputs) encoders[output.number] = compiler.encoder(output);
    for (const { number, id } of pipeline.links)
      links[number] = { pluginId: id, stages: group.targets[number] as readonly number[] };
    const entering = pipeline.entrances.flatMap(({ options }) => inputDecoration(options) ?? []);
    const filters = [...entering.map((decorate) => new EntranceStep(decorate)), ...compiler.steps(pipeline.filters)];
    eventMillis = Math.min(eventMillis, compiler.eventMillis);
    return { id: pipeline.definition.id, filters, route: compiler.route(pipeline.route) };
  });
  return {
    prepare: (source) =>
      prepareSource(source, source.input === TICK_INPUT ? TICKS : (entrances[source.input] as Entrance)),
    stages,
    links,
    encoders,
    waits: stages.some(({ filters }) => filters.some(isWaiting)),
    eventMillis,
    bind: (records) => identities.bind(records),
  };
}

/** How an input's records become events, and the stage they enter. */
interface Entrance {
  readonly stage: number;
  readonly decoder: Decoder;
  readonly decorate: ((event: Event) => void) | undefined;
  readonly chunkEvents: number;
}

/** Ticks are no events: nothing decodes them. */
const TICKS: Entrance = { stage: 0, decoder: { decode: () => undefined }, decorate: undefined, chunkEvents: 1 };

/** `add_field`, `tags` and `type` of a `pipeline` input. */
class EntranceStep implements Step {
  readonly #decorate: (event: Event) => void;

  constructor(decorate: (event: Event) => void) {
    this.#decorate = decorate;
  }

  run(events: Event[]): Event[] {
    for (const event of events) this.#decorate(event);
    return events;
  }
}

class StageCompiler {
  readonly #definition: PipelineDefinition;
  readonly #surroundings: WorkerSurroundings;
  readonly #rules: TextRules;
  readonly #identities: IdentityEncoding;
  #eventMillis = CHUNK_MILLIS;

  constructor(
    definition: PipelineDefinition,
    surroundings: WorkerSurroundings,
    rules: TextRules,
    identities: IdentityEncoding,
  ) {
    this.#definition = definition;
    this.#surroundings = surroundings;
    this.#rules = rules;
    this.#identities = identities;
  }

  get eventMillis(): number {
    return this.#eventMillis;
  }

  #host(plugin: { readonly id: string; readonly ecs: PluginHost["ecs"] }): PluginHost {
    return { pluginId: plugin.id, pipelineId: this.#definition.id, ecs: plugin.ecs, ...this.#surroundings };
  }

  input(input: ResolvedInput): { decoder: Decoder; decorate: ((event: Event) => void) | undefined } {
    const plain = this.#host(input);
    const decoderOf = (name: string): Decoder | undefined => {
      const plugin = findPlugin("codec", name);
      return plugin?.decoder?.(defaultsOf(plugin.options), plain);
    };
    const host: DecoderHost = { ...plain, decoderOf };
    const codec = this.#decoder(input.codec, host);
    const decoder = input.plugin.decoder?.(input.options, host, codec) ?? codec;
    return { decoder, decorate: inputDecoration(input.options) };
  }

  #decoder(codec: ResolvedCodec, host: PluginHost): Decoder {
    const decoder = codec.plugin.decoder?.(codec.options, { ...host, ecs: codecEcs(codec, host) });
    if (decoder === undefined) throw new Error(`the codec ${codec.plugin.name} cannot read`);
    return decoder;
  }

  steps(block: Block<ResolvedFilter>): Step[] {
    return block.map((node) => {
      if (node.type === "filter") return this.#filter(node);
      const branches = node.branches.map((branch) => ({
        condition: branch.condition === undefined ? undefined : compileCondition(branch.condition, this.#rules),
        steps: this.steps(branch.block),
      }));
      return branches.some(({ steps }) => steps.some(isWaiting)) ? new WaitingIfStep(branches) : new IfStep(branches);
    });
  }

  #filter(node: ResolvedFilter): FilterStep {
    const host: FilterHost = { ...this.#host(node), child: (parent) => childOf(parent, node.id) };
    const filter = node.plugin.create(node.options, host);
    if (filter.timeoutMillis !== undefined && filter.timeoutMillis > 0) {
      this.#eventMillis = Math.min(this.#eventMillis, filter.timeoutMillis);
    }
    const Kind = filter.wait === undefined ? FilterStep : WaitingFilterStep;
    return new Kind(node.id, filter, compileDecoration(node.options as CommonFilterSettings));
  }

  route(block: Block<ResolvedOutput | ResolvedLink>): Route {
    const parts = block.map((node): Route => {
      if (node.type !== "if") {
        const target = node.type === "link" ? linkTarget(node.number) : node.number;
        return { collect: (_event, targets) => targets.push(target) };
      }
      const branches = node.branches.map((branch) => ({
        condition: branch.condition === undefined ? undefined : compileCondition(branch.condition, this.#rules),
        route: this.route(branch.block),
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

  encoder(output: ResolvedOutput): Encoder | undefined {
    const host: EncoderHost = {
      ...this.#host(output),
      writeIdentity: (event, out) => this.#identities.write(event, out),
    };
    const codec = output.codec?.plugin.encoder?.(output.codec.options, { ...host, ecs: codecEcs(output.codec, host) });
    if (output.codec !== undefined && codec === undefined)
      throw new Error(`the codec ${output.codec.plugin.name} cannot write`);
    return output.plugin.encoder?.(output.options, host, codec ?? NO_CODEC);
  }
}

/** A codec's own `ecs_compatibility`, else its plugin's. */
function codecEcs(codec: ResolvedCodec, host: PluginHost): PluginHost["ecs"] {
  return (codec.options["ecs_compatibility"] as PluginHost["ecs"] | undefined) ?? host.ecs;
}

const NO_CODEC: Encoder = {
  encode() {
    throw new Error("this output has no codec");
  },
};

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
function prepareSource(source: Source, entrance: Entrance): PreparedSource {
  const model = new Event(0, {});
  for (const [reference, value] of source.fields) new FieldReference(reference).set(model, value);
  const constants = Object.keys(model.fields).map((name): PreparedSource["constants"][number] => {
    const value = materialise(model.fields[name] as Value);
    const scalar = typeof value !== "object" || value === null;
    return [name, scalar ? value : new SharedTree(value as ObjectValue)];
  });
  const metadata = Object.keys(model.metadata).length === 0 ? undefined : model.metadataObject();
  return { source, constants, metadata, ...entrance };
}
