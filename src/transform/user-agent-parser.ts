import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { LiteralScanner } from "../language/literal-scanner.ts";
import { type FoundLiterals, type ListPlan, LiteralNumbers, UserAgentList } from "./user-agent-list.ts";
import { readUserAgentRules, type UserAgentRules } from "./user-agent-rules.ts";
import { UserAgentShapes } from "./user-agent-shapes.ts";

/** What a user agent's text says. Versions are texts: `10`, `XP`, `0a1`. */
export interface UserAgent {
  readonly name: string;
  readonly version: readonly (string | undefined)[];
  readonly system: string;
  readonly systemVersion: readonly (string | undefined)[];
  readonly device: string;
}

/** Given where no rule matches. */
const OTHER = "Other";

/** What the three lists do with texts of one shape. */
interface Plan {
  readonly agents: ListPlan;
  readonly systems: ListPlan;
  readonly devices: ListPlan;
}

/** Knows user agents by uap-core's rules. One pass over a text tells which few of the thousand expressions can match at all; texts like one met before need not even that. */
export class UserAgentParser {
  readonly #agents: UserAgentList;
  readonly #systems: UserAgentList;
  readonly #devices: UserAgentList;
  readonly #scanner: LiteralScanner;
  readonly #marks: Int32Array;
  readonly #found: Int32Array;
  #mark = 0;
  readonly #shapes = new UserAgentShapes<Plan>();
  readonly #makePlan = (shape: string): Plan => this.#plan(shape);

  constructor(rules: UserAgentRules) {
    const numbers = new LiteralNumbers();
    this.#agents = new UserAgentList(rules.agents, numbers);
    this.#systems = new UserAgentList(rules.systems, numbers);
    this.#devices = new UserAgentList(rules.devices, numbers);
    this.#scanner = new LiteralScanner(numbers.literals, true);
    this.#marks = new Int32Array(numbers.literals.length);
    this.#found = new Int32Array(numbers.literals.length);
  }

  parse(text: string): UserAgent {
    const plan = this.#shapes.get(text, this.#makePlan);
    if (plan !== undefined) {
      return userAgent(
        this.#agents.follow(plan.agents, text),
        this.#systems.follow(plan.systems, text),
        this.#devices.follow(plan.devices, text),
      );
    }
    const literals = this.#scan(text);
    return userAgent(
      this.#agents.find(text, literals),
      this.#systems.find(text, literals),
      this.#devices.find(text, literals),
    );
  }

  #plan(shape: string): Plan {
    const literals = this.#scan(shape);
    return {
      agents: this.#agents.plan(shape, literals),
      systems: this.#systems.plan(shape, literals),
      devices: this.#devices.plan(shape, literals),
    };
  }

  #scan(text: string): FoundLiterals {
    // After so many texts all marks are cleared, so that none is ever taken for a new one.
    if (this.#mark === 0x7fffffff) this.#marks.fill(0);
    const mark = this.#mark === 0x7fffffff ? 1 : this.#mark + 1;
    this.#mark = mark;
    const count = this.#scanner.scan(text, this.#marks, mark, this.#found);
    return { marks: this.#marks, mark, found: this.#found, count };
  }
}

type Values = readonly (string | undefined)[];

function userAgent(agent: Values = [], system: Values = [], device: Values = []): UserAgent {
  return {
    name: agent[0] ?? OTHER,
    version: agent.slice(1),
    system: system[0] ?? OTHER,
    systemVersion: system.slice(1),
    device: device[0] ?? OTHER,
  };
}

const require: NodeJS.Require = createRequire(import.meta.url);

/** The rules that come with Antler. */
export function bundledRulesPath(): string {
  return require.resolve("uap-core/regexes.yaml");
}

const parsers = new Map<string, UserAgentParser>();

/** The parser for a file of rules; a thread reads each file once. @throws UserAgentRulesError, or where the file cannot be read */
export function openUserAgentParser(
  path: string,
  readFile: (path: string) => string = (file) => readFileSync(file, "utf8"),
): UserAgentParser {
  let parser = parsers.get(path);
  if (parser === undefined) {
    parser = new UserAgentParser(readUserAgentRules(readFile(path)));
    parsers.set(path, parser);
  }
  return parser;
}
