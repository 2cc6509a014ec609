import { isMap, isScalar, type Node } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../../diagnostics/source.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import type { Processor } from "../config/config.ts";
import { readSettings, row, type SettingTable } from "../config/settings.ts";
import { elements, flatten, spanOf, type YamlSetting } from "../config/yaml-settings.ts";
import { type Condition, readCondition, readConditionNode } from "./conditions.ts";
import type { ShipperEvent } from "./event.ts";
import { noteError } from "./event-fields.ts";
import type { ProcessorDefinition, ProcessorWork } from "./processors/definition.ts";
import { type ProcessorHost, realHost } from "./processors/host.ts";
import { ABSENT, NEEDLESS, PROCESSORS } from "./processors/list.ts";

interface Reading {
  readonly source: SourceText;
  readonly found: DiagnosticCollector;
  readonly host: ProcessorHost;
}

/**
 * A list of processors, in Beats' names; what is wrong with it goes to `found`.
 * Source: Filebeat's reference, "Filter and enhance data with processors".
 */
export function readProcessors(
  source: SourceText,
  list: Node | null,
  found: DiagnosticCollector,
  host: ProcessorHost = realHost,
): Processor[] {
  if (isEmpty(list)) return [];
  return elements(list).flatMap((item) => readItem(item, { source, found, host }) ?? []);
}

function readItem(item: Node, reading: Reading): Processor | undefined {
  const { source, found } = reading;
  const at = spanOf(source, item);
  if (isMap(item) && item.has("if")) return branches(item, at, reading);
  const settings = flatten(source, item, isWhole);
  const first = isMap(item) ? item.items[0] : undefined;
  if (first === undefined) {
    found.error("SHIP003", "a processor is a list entry with a name and options", at, {
      help: "- add_tags: { tags: [web] }",
    });
    return undefined;
  }
  const key = spanOf(source, first.key as Node);
  const name = headOf(String((first.key as { value?: unknown }).value));
  const other = settings.find((setting) => headOf(setting.name) !== name);
  if (other !== undefined) {
    found.error("SHIP003", "a processor is a list entry of its own", other.key, {
      help: `put a dash before ${headOf(other.name)}, or indent it below ${name}`,
    });
    return undefined;
  }
  const definition = PROCESSORS.find((known) => known.name === name);
  if (definition === undefined) {
    unknownProcessor(name, key, found);
    return undefined;
  }
  return processorOf(definition, settings, key, reading);
}

/** Names whose values are not taken apart: `NAME.OPTION` where the option is a tree or a condition. */
function isWhole(name: string): boolean {
  const dot = name.indexOf(".");
  if (dot < 0) return false;
  const option = name.slice(dot + 1);
  if (option === "when") return true;
  const kind = PROCESSORS.find((known) => known.name === name.slice(0, dot))?.options[option]?.kind;
  return kind === "tree" || kind === "items";
}

function headOf(name: string): string {
  return name.split(".", 1)[0] as string;
}

function unknownProcessor(name: string, key: Span, found: DiagnosticCollector): void {
  if (Object.hasOwn(NEEDLESS, name)) {
    found.warning("SHIP005", `the processor "${name}" has no effect`, key, { help: NEEDLESS[name] as string });
    return;
  }
  const names = PROCESSORS.map((known) => known.name);
  const meant = suggest(name, [...names, "if"]);
  const instead = Object.hasOwn(ABSENT, name) ? ABSENT[name] : undefined;
  found.error(
    "SHIP002",
    instead === undefined ? `there is no processor "${name}"` : `the processor "${name}" is not supported`,
    key,
    {
      help: instead ?? (meant === undefined ? `${names.join(", ")} are there` : `did you mean "${meant}"?`),
    },
  );
}

function processorOf(
  definition: ProcessorDefinition,
  all: readonly YamlSetting[],
  key: Span,
  { source, found, host }: Reading,
): Processor | undefined {
  const { name, options } = definition;
  const before = found.errors;
  const bare = all.find((setting) => setting.name === name && !isEmpty(setting.node));
  if (bare !== undefined) {
    found.error("SHIP003", `the options of ${name} are names and values`, bare.span);
    return undefined;
  }
  const settings = all
    .filter((setting) => setting.name !== name)
    .map((setting) => ({ ...setting, name: setting.name.slice(name.length + 1) }));
  const isWhen = (setting: YamlSetting): boolean => headOf(setting.name) === "when";
  const context = { source, found, explained: new Set<string>(), variables: {}, included: () => [] };
  const table: SettingTable = { ...options, tag: row("text", undefined, "a name for it") };
  const known = settings.filter((setting) => !isWhen(setting) && knows(name, table, setting, found));
  const read = readSettings(known, table, context, `${name}.`);
  for (const option of found.errors > before ? [] : definition.required)
    if (!read.has(option) && !settings.some((setting) => setting.name === option))
      found.error("SHIP004", `${name} needs ${option}`, key, { help: options[option]?.text ?? "" });
  const condition = whenOf(settings.filter(isWhen), key, { source, found });
  if (name === "drop_event" && !settings.some(isWhen))
    found.warning("SHIP004", "drop_event without a condition drops every event", key, { help: "when: …" });
  if (found.errors > before) return undefined;
  const work = definition.make(read, { at: key, found, host });
  return work === undefined || found.errors > before ? undefined : guarded(name, work, condition);
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null);
}

function knows(name: string, table: SettingTable, setting: YamlSetting, found: DiagnosticCollector): boolean {
  if (Object.hasOwn(table, setting.name)) return true;
  const meant = suggest(setting.name, [...Object.keys(table), "when"]);
  found.error("SHIP002", `${name} has no option "${setting.name}"`, setting.key, {
    help: meant === undefined ? `${[...Object.keys(table), "when"].join(", ")} are there` : `did you mean "${meant}"?`,
  });
  return false;
}

/** `when: { … }` or names such as `when.not.contains.tags`. */
function whenOf(
  settings: readonly YamlSetting[],
  at: Span,
  reading: { readonly source: SourceText; readonly found: DiagnosticCollector },
): Condition | undefined {
  if (settings.length === 0) return undefined;
  const parts = settings.flatMap((setting) =>
    setting.name === "when"
      ? flatten(reading.source, setting.node, () => false)
      : [{ ...setting, name: setting.name.slice("when.".length) }],
  );
  return readCondition(parts, settings[0]?.key ?? at, reading);
}

function guarded(name: string, { run, reads }: ProcessorWork, condition: Condition | undefined): Processor {
  return {
    name,
    reads: reads === undefined || condition === undefined ? reads : [...reads, ...condition.reads],
    run(event) {
      if (condition !== undefined && !condition.test(event)) return true;
      try {
        return run(event);
      } catch (error) {
        noteError(event, `${name}: ${(error as Error).message}`);
        return true;
      }
    },
  };
}

/** `if`, `then`, `else`. */
function branches(item: Node, at: Span, reading: Reading): Processor | undefined {
  if (!isMap(item)) return undefined;
  const { source, found } = reading;
  const before = found.errors;
  const part = (name: string): Node | null => (item.get(name, true) as Node | undefined) ?? null;
  for (const { key } of item.items) {
    const name = String((key as { value?: unknown }).value);
    if (!["if", "then", "else"].includes(name))
      found.error("SHIP002", `if has no "${name}"`, spanOf(source, key as Node), {
        help: "if, then and else are there",
      });
  }
  const condition = readConditionNode(part("if"), at, reading);
  const then = readList(part("then"), reading);
  const otherwise = readList(part("else"), reading);
  if (then.length === 0 && found.errors === before) found.error("SHIP004", "if needs then, a list of processors", at);
  if (condition === undefined || found.errors > before) return undefined;
  const all = [...then, ...otherwise];
  const reads = all.some((processor) => processor.reads === undefined)
    ? undefined
    : [...condition.reads, ...all.flatMap((processor) => processor.reads as readonly string[])];
  return {
    name: "if",
    reads,
    run: (event: ShipperEvent) => (condition.test(event) ? then : otherwise).every((processor) => processor.run(event)),
  };
}

function readList(list: Node | null, { source, found, host }: Reading): Processor[] {
  return readProcessors(source, list, found, host);
}
