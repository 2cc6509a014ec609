import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../../diagnostics/source.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import type { Configuration, PluginNode, SectionKind, Statement } from "../../language/conf-ast.ts";
import { parseConfiguration } from "../../language/conf-parser.ts";
import { checkOptions, defaultsOf } from "../../plugin/check-options.ts";
import type { EcsMode, Plugin } from "../../plugin/definitions.ts";
import type { CodecChoice } from "../../plugin/options.ts";
import type { NamedSetting, ReportSetting } from "../../plugin/settings.ts";
import { findPlugin, type PluginsByKind, pluginNames } from "../plugins.ts";
import { insteadOf } from "./absent-plugins.ts";
import { checkBranches } from "./check-branches.ts";
import { checkFields } from "./check-fields.ts";
import { COMMON_OPTIONS } from "./common-options.ts";
import { checkConditions } from "./condition.ts";
import type { PipelineDefinition } from "./definition.ts";
import { rawSettings, type TextRules } from "./raw-settings.ts";
import type {
  Block,
  ResolvedCodec,
  ResolvedEntrance,
  ResolvedFilter,
  ResolvedIf,
  ResolvedInput,
  ResolvedLink,
  ResolvedOutput,
  ResolvedPipeline,
  Values,
} from "./resolved.ts";

/** What depends on the host is an error at start and a warning in `check`. */
export type Strictness = "start" | "check";

/** Running numbers of inputs, outputs and links, over all pipelines that are joined. */
export interface Numbering {
  inputs: number;
  outputs: number;
  links: number;
}

/**
 * Parses a pipeline's configuration, finds its plugins and checks their options. Everything wrong goes to `found`; the result is to be
 * run only when `found` has no errors.
 */
export function resolvePipeline(
  definition: PipelineDefinition,
  found: DiagnosticCollector,
  strictness: Strictness,
  numbering: Numbering = { inputs: 0, outputs: 0, links: 0 },
): ResolvedPipeline {
  const sources: SourceText[] = definition.sources.map(({ name, text }) => ({ name, text }));
  const configuration = parseConfiguration(sources, found);
  const rules = textRules(definition, found, strictness);
  return new Resolver(definition, rules, found, numbering).pipeline(configuration);
}

export function textRules(
  definition: PipelineDefinition,
  found: DiagnosticCollector,
  strictness: Strictness,
): TextRules {
  return {
    supportEscapes: definition.supportEscapes,
    environment: process.env,
    hostProblem: strictness === "start" ? "error" : "warning",
    found,
  };
}

class Resolver {
  readonly #definition: PipelineDefinition;
  readonly #ecs: EcsMode;
  readonly #numbering: Numbering;
  readonly #rules: TextRules;
  readonly #found: DiagnosticCollector;
  readonly #counts = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #inputs: ResolvedInput[] = [];
  readonly #outputs: ResolvedOutput[] = [];
  readonly #entrances: ResolvedEntrance[] = [];
  readonly #links: ResolvedLink[] = [];

  constructor(definition: PipelineDefinition, rules: TextRules, found: DiagnosticCollector, numbering: Numbering) {
    this.#definition = definition;
    this.#ecs = definition.ecs;
    this.#numbering = numbering;
    this.#rules = rules;
    this.#found = found;
  }

  pipeline(configuration: Configuration): ResolvedPipeline {
    const statements = (kind: SectionKind): Statement[] =>
      configuration.sections.filter((section) => section.kind === kind).flatMap((section) => section.statements);
    for (const statement of statements("input")) this.#input(statement);
    const filters = this.#block(statements("filter"), (node) => this.#filter(node));
    const route = this.#block(statements("output"), (node) => this.#output(node));
    const pipeline: ResolvedPipeline = {
      definition: this.#definition,
      inputs: this.#inputs,
      entrances: this.#entrances,
      filters,
      route,
      outputs: this.#outputs,
      links: this.#links,
    };
    // Plugins that were not found could set anything.
    if (this.#found.errors === 0) checkFields(pipeline, this.#found);
    return pipeline;
  }

  #input(statement: Statement): void {
    if (statement.type === "if") {
      this.#found.error("CONF001", "there are no conditions in the input section", statement.span, {
        help: "put them in the filter section",
      });
      return;
    }
    const resolved = this.#plugin("input", statement);
    if (resolved === undefined) return;
    const { plugin } = resolved;
    if (plugin.address !== undefined) {
      this.#entrances.push({ ...resolved, address: plugin.address(resolved.options), place: statement.nameSpan });
      return;
    }
    if (plugin.readsDeadLettersOf?.(resolved.options) === this.#definition.id) this.#ownLetters(statement);
    const codec = this.#codecOf(resolved.options, plugin.defaultCodec) as ResolvedCodec;
    if (codec.plugin.decoder === undefined)
      this.#wrongWay(statement, codec.plugin.name, "only writes: inputs cannot use it");
    const further = plugin.furtherCodecs?.(resolved.options);
    for (const name of further?.names ?? []) {
      if (findPlugin("codec", name)?.decoder !== undefined) continue;
      const setting = statement.attributes.findLast((attribute) => attribute.name === further?.option);
      this.#unknown("codec", name, setting?.value.span ?? statement.nameSpan);
    }
    this.#inputs.push({ ...resolved, number: this.#numbering.inputs++, codec });
  }

  /** What it cannot deliver would come in again, without end. In `check` a pipeline of plain files has no id of its own yet. */
  #ownLetters(statement: PluginNode): void {
    const { id, named } = this.#definition;
    this.#found.add({
      code: "CONF025",
      severity: named === true ? "error" : this.#rules.hostProblem,
      message: `events would go in a circle: the pipeline "${id}" would read the dead letters that it writes`,
      span: statement.nameSpan,
      help: "let a pipeline with another pipeline.id read them, or set pipeline_id to the pipeline whose letters are meant",
    });
  }

  #filter(node: PluginNode): ResolvedFilter | undefined {
    const resolved = this.#plugin("filter", node);
    return resolved === undefined ? undefined : { type: "filter", ...resolved };
  }

  #output(node: PluginNode): ResolvedOutput | ResolvedLink | undefined {
    const resolved = this.#plugin("output", node);
    if (resolved === undefined) return undefined;
    if (resolved.plugin.addresses !== undefined) {
      const link: ResolvedLink = {
        type: "link",
        ...resolved,
        number: this.#numbering.links++,
        addresses: resolved.plugin.addresses(resolved.options),
        lenient: resolved.options["ensure_delivery"] === false,
        place: node.nameSpan,
      };
      this.#links.push(link);
      return link;
    }
    const codec = this.#codecOf(resolved.options, resolved.plugin.defaultCodec);
    if (codec !== undefined && codec.plugin.encoder === undefined)
      this.#wrongWay(node, codec.plugin.name, "only reads: outputs cannot use it");
    const output: ResolvedOutput = { type: "output", ...resolved, number: this.#numbering.outputs++, codec };
    this.#outputs.push(output);
    return output;
  }

  #block<T>(statements: readonly Statement[], resolve: (node: PluginNode) => T | undefined): Block<T> {
    const block: (T | ResolvedIf<T>)[] = [];
    for (const statement of statements) {
      if (statement.type === "plugin") {
        const resolved = resolve(statement);
        if (resolved !== undefined) block.push(resolved);
        continue;
      }
      for (const branch of statement.branches) {
        if (branch.condition !== undefined) checkConditions(branch.condition, this.#rules, this.#found);
      }
      const branches = statement.branches.map((branch) => ({
        condition: branch.condition,
        block: this.#block(branch.statements, resolve),
      }));
      const choice: ResolvedIf<T> = { type: "if", branches };
      checkBranches(choice, this.#found);
      block.push(choice);
    }
    return block;
  }

  #plugin<K extends SectionKind>(
    kind: K,
    node: PluginNode,
  ): { plugin: PluginsByKind[K]; id: string; options: Values; ecs: EcsMode; node: PluginNode } | undefined {
    const plugin = findPlugin(kind, node.name);
    if (plugin === undefined) {
      this.#unknown(kind, node.name, node.nameSpan);
      return undefined;
    }
    const settings = rawSettings(node.attributes, this.#rules);
    const ecs = ecsOf(settings) ?? this.#ecs;
    const { values, ok } = checkOptions(
      plugin,
      COMMON_OPTIONS[kind],
      settings,
      node.nameSpan,
      ecs,
      this.#report,
      this.#checkCodec,
      suggest,
    );
    if (!ok) return undefined;
    return { plugin, id: this.#id(node, values), options: values, ecs, node };
  }

  /** An id that changes only when the user changes it, or adds plugins of the same name before it. */
  #id(node: PluginNode, values: Values): string {
    const own = values["id"] as string | undefined;
    if (own !== undefined) {
      if (this.#ids.has(own))
        this.#found.error("CONF017", `the id ${JSON.stringify(own)} is used twice`, node.nameSpan);
      this.#ids.add(own);
      return own;
    }
    const count = (this.#counts.get(node.name) ?? 0) + 1;
    this.#counts.set(node.name, count);
    return `${node.name}#${count}`;
  }

  readonly #report: ReportSetting = ({ place, severity, ...rest }) => {
    const own = severity === "host" ? this.#rules.hostProblem : severity;
    this.#found.add({ ...rest, severity: own, span: place as Span });
  };

  readonly #checkCodec = (name: string, settings: readonly NamedSetting[], place: object): CodecChoice | undefined => {
    const plugin = findPlugin("codec", name);
    if (plugin === undefined) {
      this.#unknown("codec", name, place as Span);
      return undefined;
    }
    const ecs = ecsOf(settings) ?? this.#ecs;
    const { values } = checkOptions(
      plugin,
      COMMON_OPTIONS.codec,
      settings,
      place,
      ecs,
      this.#report,
      this.#checkCodec,
      suggest,
    );
    return { name, options: values };
  };

  #codecOf(options: Values, fallback: string | undefined): ResolvedCodec | undefined {
    const chosen = options["codec"] as CodecChoice | undefined;
    const name = chosen?.name ?? fallback;
    const plugin = name === undefined ? undefined : findPlugin("codec", name);
    if (plugin === undefined) return undefined;
    return { plugin, options: { ...defaultsOf(plugin.options), ...chosen?.options } };
  }

  #wrongWay(node: PluginNode, codec: string, why: string): void {
    const setting = node.attributes.findLast(({ name }) => name === "codec");
    this.#found.error("CONF016", `the codec "${codec}" ${why}`, setting?.value.span ?? node.nameSpan);
  }

  #unknown(kind: Plugin["kind"], name: string, span: Span): void {
    const names = pluginNames(kind);
    const instead = insteadOf(kind, name);
    if (instead !== undefined) {
      this.#found.error("CONF009", `Antler has no ${kind} "${name}"`, span, { help: instead });
      return;
    }
    const meant = suggest(name, names);
    const help = meant === undefined ? `the ${kind}s: ${names.join(", ")}` : `did you mean "${meant}"?`;
    this.#found.error("CONF009", `there is no ${kind} "${name}"`, span, { help });
  }
}

function ecsOf(settings: readonly NamedSetting[]): EcsMode | undefined {
  const setting = settings.findLast(({ name }) => name === "ecs_compatibility")?.value;
  return setting?.kind === "scalar" && ["disabled", "v1", "v8"].includes(setting.text)
    ? (setting.text as EcsMode)
    : undefined;
}
