import { createRequire } from "node:module";

/**
 * Rules of uap-core's regexes.yaml (its docs/specification.md): of each list the first rule whose expression matches counts.
 * `values` say what a rule gives: family, then versions one to four; undefined: the expression's group of that number.
 */
export interface UserAgentRule {
  readonly pattern: string;
  readonly ignoreCase: boolean;
  readonly values: readonly (string | undefined)[];
}

export interface UserAgentRules {
  readonly agents: readonly UserAgentRule[];
  readonly systems: readonly UserAgentRule[];
  readonly devices: readonly UserAgentRule[];
}

/** The file is no list of rules. */
export class UserAgentRulesError extends Error {}

type Entry = Readonly<Record<string, unknown>>;

const AGENT = ["family_replacement", "v1_replacement", "v2_replacement", "v3_replacement", "v4_replacement"];
const SYSTEM = ["os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement", "os_v4_replacement"];
const DEVICE = ["device_replacement"];

const require: NodeJS.Require = createRequire(import.meta.url);

/** The rules of a file's text. @throws UserAgentRulesError */
export function readUserAgentRules(text: string): UserAgentRules {
  const lists = readPlainLists(text) ?? readYaml(text);
  const rules: UserAgentRules = {
    agents: rulesOf(lists, "user_agent_parsers", AGENT),
    systems: rulesOf(lists, "os_parsers", SYSTEM),
    devices: rulesOf(lists, "device_parsers", DEVICE),
  };
  if (rules.agents.length + rules.systems.length + rules.devices.length === 0)
    throw new UserAgentRulesError("there are no rules in it: user_agent_parsers, os_parsers, device_parsers");
  return rules;
}

/** A line as uap-core writes them: `  - regex: '…'`, `    family_replacement: '…'`. */
const LINE = /^ *(- )? *(\w+): *'((?:[^']|'')*)' *(?:#.*)?$/;
const HEADING = /^(\w+): *$/;

/** Reads what needs no YAML, which takes a quarter of a second for uap-core's file; undefined for anything else. */
function readPlainLists(text: string): Record<string, Entry[]> | undefined {
  const lists: Record<string, Entry[]> = {};
  let list: Entry[] | undefined;
  let entry: Record<string, unknown> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [, dash, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      const heading = HEADING.exec(line)?.[1];
      if (heading === undefined || lists[heading] !== undefined) return undefined;
      list = [];
      lists[heading] = list;
      entry = undefined;
      continue;
    }
    if (dash !== undefined) {
      entry = {};
      list?.push(entry);
    }
    if (list === undefined || entry === undefined || entry[name] !== undefined) return undefined;
    entry[name] = value.replaceAll("''", "'");
  }
  return lists;
}

function readYaml(text: string): Entry {
  let document: unknown;
  try {
    document = (require("yaml") as typeof import("yaml")).parse(text);
  } catch (error) {
    throw new UserAgentRulesError(`it is no YAML: ${(error as Error).message}`);
  }
  if (typeof document !== "object" || document === null) throw new UserAgentRulesError("it holds no lists of rules");
  return document as Entry;
}

function rulesOf(lists: Entry, name: string, keys: readonly string[]): UserAgentRule[] {
  const list = lists[name] ?? [];
  if (!Array.isArray(list)) throw new UserAgentRulesError(`${name} is no list`);
  return list.map((entry: Entry | null, i) => {
    const pattern = entry?.["regex"];
    if (typeof pattern !== "string") throw new UserAgentRulesError(`rule ${i + 1} of ${name} has no regex`);
    const ignoreCase = entry?.["regex_flag"] === "i";
    try {
      new RegExp(pattern);
    } catch (error) {
      throw new UserAgentRulesError(`rule ${i + 1} of ${name}: ${(error as Error).message}`);
    }
    const values = keys.map((key) => (entry?.[key] === undefined ? undefined : String(entry[key])));
    return { pattern, ignoreCase, values };
  });
}
