import { isSeq, type Node } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../../diagnostics/source.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import type { Value } from "../../event/value.ts";
import { readRegexp } from "../config/read-regexp.ts";
import { elements, flatten, plain, spanOf, type YamlSetting } from "../config/yaml-settings.ts";
import type { ShipperEvent } from "./event.ts";
import { getField } from "./event-fields.ts";
import { networkTest } from "./networks.ts";

/** A condition of Beats (`when`, `if`). Source: Filebeat's reference, "Define processors", Conditions. */
export interface Condition {
  readonly test: (event: ShipperEvent) => boolean;
  /** Fields that it looks at. */
  readonly reads: readonly string[];
}

const KINDS = ["equals", "contains", "regexp", "range", "network", "has_fields", "or", "and", "not"] as const;
type Kind = (typeof KINDS)[number];

type FieldTest = (value: Value | undefined) => boolean;

interface Reading {
  readonly source: SourceText;
  readonly found: DiagnosticCollector;
}

/** A condition from its settings, names such as `equals.http.response.status_code`; undefined, with an error, where it is none. */
export function readCondition(settings: readonly YamlSetting[], at: Span, reading: Reading): Condition | undefined {
  const { found } = reading;
  const first = settings[0];
  if (first === undefined) {
    found.error("SHIP004", "the condition is empty", at, { help: `${KINDS.join(", ")} are there` });
    return undefined;
  }
  const kind = headOf(first.name);
  const other = settings.find(({ name }) => headOf(name) !== kind);
  if (other !== undefined) {
    found.error("SHIP003", "a condition is one thing", other.key, {
      help: `join them: and: [{ ${kind}: … }, { ${headOf(other.name)}: … }]`,
    });
    return undefined;
  }
  if (!(KINDS as readonly string[]).includes(kind)) {
    const meant = suggest(kind, KINDS);
    found.error("SHIP002", `there is no condition "${kind}"`, first.key, {
      help: meant === undefined ? `${KINDS.join(", ")} are there` : `did you mean "${meant}"?`,
    });
    return undefined;
  }
  const inner = settings.map((setting) => ({ ...setting, name: setting.name.slice(kind.length + 1) }));
  return conditionOf(kind as Kind, inner, first, reading);
}

/** A condition from a YAML node. */
export function readConditionNode(node: Node | null, at: Span, reading: Reading): Condition | undefined {
  return readCondition(
    flatten(reading.source, node, () => false),
    at,
    reading,
  );
}

function headOf(name: string): string {
  return name.split(".", 1)[0] as string;
}

function conditionOf(
  kind: Kind,
  settings: readonly YamlSetting[],
  first: YamlSetting,
  reading: Reading,
): Condition | undefined {
  switch (kind) {
    case "not": {
      const inner = readCondition(
        settings.filter(({ name }) => name !== ""),
        first.span,
        reading,
      );
      return inner && { test: (event) => !inner.test(event), reads: inner.reads };
    }
    case "or":
    case "and":
      return joined(kind, first, reading);
    case "has_fields": {
      const fields = elements(first.node).map((node) => String(settingValue(node, reading)));
      if (fields.length === 0) return wrong(first, "has_fields is a list of names", reading);
      return { test: (event) => fields.every((field) => getField(event, field) !== undefined), reads: fields };
    }
    case "range":
      return rangeOf(settings, reading);
    default:
      return byField(kind, settings, reading);
  }
}

function joined(kind: "or" | "and", first: YamlSetting, reading: Reading): Condition | undefined {
  const items = isSeq(first.node) ? elements(first.node) : [];
  if (items.length === 0) return wrong(first, `${kind} is a list of conditions`, reading);
  const conditions = items.map((item) => readConditionNode(item, spanOf(reading.source, item), reading));
  if (conditions.includes(undefined)) return undefined;
  const parts = conditions as Condition[];
  const reads = parts.flatMap((part) => part.reads);
  return kind === "or"
    ? { test: (event) => parts.some((part) => part.test(event)), reads }
    : { test: (event) => parts.every((part) => part.test(event)), reads };
}

function byField(
  kind: "equals" | "contains" | "regexp" | "network",
  settings: readonly YamlSetting[],
  reading: Reading,
): Condition | undefined {
  const tests: [field: string, test: FieldTest][] = [];
  for (const setting of settings) {
    if (setting.name === "") return wrong(setting, `${kind} needs a field and what it is compared with`, reading);
    const value = settingValue(setting.node, reading);
    const made = kind === "regexp" ? patternTest(value, setting, reading) : fieldTest(kind, value);
    if (made === undefined) return undefined;
    if (typeof made === "string") return wrong(setting, made, reading);
    tests.push([setting.name, made]);
  }
  return allOf(tests);
}

function allOf(tests: readonly (readonly [field: string, test: FieldTest])[]): Condition {
  return {
    test: (event) => tests.every(([field, test]) => test(getField(event, field))),
    reads: tests.map(([field]) => field),
  };
}

/** What a field is asked; a text: what is wrong with `wanted`. */
function fieldTest(kind: "equals" | "contains" | "network", wanted: unknown): FieldTest | string {
  switch (kind) {
    case "equals":
      if (typeof wanted === "object") return "equals takes a number, a text or true or false";
      return (value) => value === wanted;
    case "contains": {
      if (typeof wanted === "object") return "contains takes a text";
      const text = String(wanted);
      return anyText((value) => value.includes(text));
    }
    case "network": {
      const test = networkTest((Array.isArray(wanted) ? wanted : [wanted]).map(String));
      return typeof test === "string" ? test : anyText(test);
    }
  }
}

function patternTest(pattern: unknown, { span }: YamlSetting, { found }: Reading): FieldTest | undefined {
  const expression = readRegexp(String(pattern), span, found);
  return expression && anyText((value) => expression.test(value));
}

/** Whether a text, or one of a list, passes; numbers and booleans count as their text. */
function anyText(test: (text: string) => boolean): FieldTest {
  const one = (value: Value | undefined): boolean => {
    if (typeof value === "string") return test(value);
    return (typeof value === "number" || typeof value === "boolean") && test(String(value));
  };
  return (value) => (Array.isArray(value) ? value.some((item) => one(item as Value)) : one(value));
}

const BOUNDS: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  gte: (value, bound) => value >= bound,
  gt: (value, bound) => value > bound,
  lte: (value, bound) => value <= bound,
  lt: (value, bound) => value < bound,
};

function rangeOf(settings: readonly YamlSetting[], reading: Reading): Condition | undefined {
  const tests: [string, FieldTest][] = [];
  for (const setting of settings) {
    const dot = setting.name.lastIndexOf(".");
    const within = BOUNDS[setting.name.slice(dot + 1)];
    const bound = toNumber(settingValue(setting.node, reading));
    if (dot < 1 || within === undefined || bound === undefined)
      return wrong(setting, "range takes numbers as gte, gt, lte or lt of a field", reading);
    tests.push([
      setting.name.slice(0, dot),
      (value) => {
        const number = toNumber(value);
        return number !== undefined && within(number, bound);
      },
    ]);
  }
  return allOf(tests);
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i.test(value)
    ? Number(value)
    : undefined;
}

function settingValue(node: Node | null, { found, source }: Reading): unknown {
  return plain(node, {}, ({ message, help }) =>
    found.error("CONF007", message, node === null ? undefined : spanOf(source, node), { help }),
  );
}

function wrong({ span }: YamlSetting, message: string, { found }: Reading): undefined {
  found.error("SHIP003", message, span);
  return undefined;
}
