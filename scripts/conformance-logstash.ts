import type { StoredTree } from "../src/event/value.ts";
import type { EcsMode } from "../src/plugin/definitions.ts";
import { bundledRulesPath } from "../src/transform/user-agent-parser.ts";
import { assertCase, type Check, type Expectation } from "./conformance-checks.ts";
import { runFilterCase } from "./conformance-filters.ts";
import { type CaseOutcome, FIXTURES, readCases } from "./conformance-root.ts";

interface LogstashCase {
  readonly id: string;
  readonly plugin: string;
  readonly name: string;
  readonly mode: "direct" | "pipeline";
  readonly config?: string;
  readonly config_hash?: Readonly<Record<string, unknown>>;
  readonly ecs_compatibility: EcsMode | null;
  readonly input: string | StoredTree | (string | StoredTree)[];
  readonly inputs_n: number;
  readonly expect: readonly Expectation[];
  readonly checks: readonly Check[];
  readonly clock?: string;
  readonly tags?: readonly string[];
}

/** Cases without a clock of their own count on this year. */
const CLOCK: number = Date.UTC(2026, 10, 23, 12);
/** Why cases with a tag cannot be run. */
const CANNOT_RUN: Readonly<Record<string, string>> = { needs_maxmind_db: "there is no city database here" };

/** The cases of Logstash's own filters and of its pattern library; undefined where they are not. `wanted`: plugins, none for all. */
export async function logstashCases(wanted: ReadonlySet<string>): Promise<CaseOutcome[] | undefined> {
  const cases = readCases<LogstashCase>("logstash-specs.jsonl");
  if (cases === undefined) return undefined;
  const outcomes: CaseOutcome[] = [];
  for (const one of cases) {
    if (wanted.size > 0 && !wanted.has(one.plugin)) continue;
    const { id, plugin: part, name } = one;
    const obstacle = one.tags?.map((tag) => CANNOT_RUN[tag]).find((reason) => reason !== undefined);
    if (obstacle !== undefined) {
      outcomes.push({ set: "logstash-specs", part, id, name, outcome: "skipped", reason: obstacle });
      continue;
    }
    const reason = await faultOf(one);
    outcomes.push(
      reason === undefined
        ? { set: "logstash-specs", part, id, name, outcome: "passed" }
        : { set: "logstash-specs", part, id, name, outcome: "failed", reason },
    );
  }
  return outcomes;
}

async function faultOf(one: LogstashCase): Promise<string | undefined> {
  try {
    await runCase(one);
    return undefined;
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error))
      .split("\n")
      .filter((line) => line.trim() !== "");
    return lines.slice(0, 6).join(" ").slice(0, 400);
  }
}

async function runCase(one: LogstashCase): Promise<void> {
  const config = (one.config ?? configOf(one.plugin, one.config_hash ?? {}))
    .replaceAll("${FIXTURES}", FIXTURES)
    .replaceAll("build/resources/main/regexes.yaml", bundledRulesPath());
  const inputs = one.inputs_n > 1 && Array.isArray(one.input) ? one.input : [one.input as string | StoredTree];
  const now = one.clock === undefined ? CLOCK : Date.parse(one.clock);
  const events = await runFilterCase({ config, inputs, ecs: one.ecs_compatibility ?? "disabled", now });
  const alive = events.filter((event) => !event.cancelled);
  // Direct cases look at the events that were given, dropped or not.
  const counted = one.mode === "direct" && one.inputs_n > 1 ? events : alive.length > 0 ? alive : events;
  assertCase(one.expect, one.checks, counted, alive.length);
}

/** A filter section of options given as JSON. */
function configOf(plugin: string, options: Readonly<Record<string, unknown>>): string {
  const settings = Object.entries(options).map(([name, value]) => `    ${name} => ${literal(value)}`);
  return `filter {\n  ${plugin.replace(/^filter-/, "")} {\n${settings.join("\n")}\n  }\n}`;
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, item]) => `${literal(name)} => ${literal(item)}`)
      .join(" ")} }`;
  }
  if (typeof value !== "string") return String(value);
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}
