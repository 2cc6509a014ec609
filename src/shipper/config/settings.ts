import { isMap, isScalar, type Node } from "yaml";
import type { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import type { SourceText, Span } from "../../diagnostics/source.ts";
import { suggest } from "../../diagnostics/suggest.ts";
import { explanationOf } from "./explained.ts";
import { readRegexp } from "./read-regexp.ts";
import { KIND_EXAMPLES, readKind, type SettingKind } from "./setting-kinds.ts";
import { plain, type YamlSetting } from "./yaml-settings.ts";

/** One setting: its kind, its default as one would write it (undefined: none), what it does, or the newer name that means the same. */
export interface SettingRow {
  readonly kind: SettingKind;
  readonly fallback?: string | number | boolean;
  readonly text: string;
  readonly alias?: string;
}

export type SettingTable = Readonly<Record<string, SettingRow>>;

export function row(kind: SettingKind, fallback: SettingRow["fallback"], text: string): SettingRow {
  return { kind, text, ...(fallback === undefined ? {} : { fallback }) };
}

/** An older name of a setting. */
export function older(kind: SettingKind, alias: string): SettingRow {
  return { kind, alias, text: `older name of \`${alias}\`` };
}

/** Settings as read, with the defaults of their table. */
export class Settings {
  readonly #table: SettingTable;
  readonly #found: DiagnosticCollector;
  readonly #values = new Map<string, { value: unknown; span: Span }>();

  constructor(table: SettingTable, found: DiagnosticCollector) {
    this.#table = table;
    this.#found = found;
  }

  put(name: string, value: unknown, span: Span): void {
    this.#values.set(name, { value, span });
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  span(name: string): Span | undefined {
    return this.#values.get(name)?.span;
  }

  text(name: string): string {
    return this.#get(name) as string;
  }

  /** undefined where it is not set and has no default, or is empty. */
  optional(name: string): string | undefined {
    const value = this.#get(name) as string | undefined;
    return value === "" ? undefined : value;
  }

  number(name: string): number {
    return this.#get(name) as number;
  }

  boolean(name: string): boolean {
    return this.#get(name) as boolean;
  }

  list(name: string): readonly string[] {
    return (this.#get(name) as string[] | undefined) ?? [];
  }

  tree<T>(name: string): T {
    return (this.#get(name) ?? {}) as T;
  }

  /** One of `values`; another one is an error, and the first of them is given. */
  choice<T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name);
    if ((values as readonly string[]).includes(value)) return value as T;
    this.#found.error("SHIP003", `${name} is ${values.slice(0, -1).join(", ")} or ${values.at(-1)}`, this.span(name));
    return values[0] as T;
  }

  /** A whole number from `least` to `most`; else an error, and the nearest is given. */
  within(name: string, least: number, most: number): number {
    const value = this.number(name);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    this.#found.error("SHIP003", `${name} is a whole number from ${least} to ${most}`, this.span(name));
    return least;
  }

  /** Milliseconds; "off" in Filebeat is 0 or less, here 0. */
  duration(name: string): number {
    return Math.max(0, this.number(name));
  }

  regexps(name: string): RegExp[] {
    return this.list(name).flatMap((pattern) => readRegexp(pattern, this.span(name), this.#found) ?? []);
  }

  #get(name: string): unknown {
    const known = this.#values.get(name);
    if (known !== undefined) return known.value;
    const row = this.#table[name];
    if (row === undefined) throw new Error(`no setting ${name} in its table`);
    return row.fallback === undefined ? undefined : readKind(row.kind, row.fallback);
  }
}

/** What reading a list of settings needs besides the list. */
export interface ReadingContext {
  readonly source: SourceText;
  readonly found: DiagnosticCollector;
  /** Beginnings of names that have been explained: once is enough. */
  readonly explained: Set<string>;
  /** In place of environment variables, by name: `path.config` and its like. */
  readonly variables: Readonly<Record<string, string>>;
  /** Files that a pattern of `filebeat.config.inputs` names. */
  readonly included: (pattern: string) => readonly SourceText[];
}

/** Checks names and kinds of settings. `prefix` is what stands before the names in the table, for suggestions. */
export function readSettings(
  settings: readonly YamlSetting[],
  table: SettingTable,
  context: ReadingContext,
  prefix = "",
): Settings {
  const { found } = context;
  const values = new Settings(table, found);
  for (const setting of settings) {
    const { name, key, span, node } = setting;
    const row = Object.hasOwn(table, name) ? table[name] : undefined;
    if (row === undefined) {
      const known = Object.keys(table);
      const isGroup = isEmpty(node) && known.some((other) => other.startsWith(`${name}.`));
      if (!isGroup) unknownSetting(prefix + name, key, known, context);
      continue;
    }
    let isWhole = true;
    const value = plain(node, context.variables, ({ message, help }) => {
      found.error("CONF007", message, span, { help });
      isWhole = false;
    });
    if (value === null || !isWhole) continue;
    const read = readKind(row.kind, value);
    if (read === undefined) found.error("SHIP003", `${prefix}${name} must be ${KIND_EXAMPLES[row.kind]}`, span);
    else if (row.alias === undefined || !values.has(row.alias)) values.put(row.alias ?? name, read, span);
  }
  return values;
}

/** `name:` with nothing behind it, or `{}`. */
function isEmpty(node: Node | null): boolean {
  return node === null || (isMap(node) && node.items.length === 0) || (isScalar(node) && node.value === null);
}

function unknownSetting(
  name: string,
  key: Span,
  known: readonly string[],
  { found, explained: said }: ReadingContext,
): void {
  const explained = explanationOf(name);
  if (explained !== undefined) {
    if (explained.refused) found.error("SHIP002", `"${name}" is not supported`, key, { help: explained.help });
    else if (!said.has(explained.prefix))
      found.warning("SHIP005", `"${name}" has no effect`, key, { help: explained.help });
    said.add(explained.prefix);
    return;
  }
  const meant = suggest(name, known);
  found.error(
    "SHIP002",
    `unknown setting "${name}"`,
    key,
    meant === undefined ? {} : { help: `did you mean "${meant}"?` },
  );
}
