import { digitBlind, digitShape } from "../language/digit-shape.ts";
import { type Alternatives, requiredLiterals, shortestOf } from "../language/required-literals.ts";
import type { UserAgentRule } from "./user-agent-rules.ts";

/** Longer literals are cut: their beginnings tell enough. */
const LITERAL_LIMIT = 8;
/** Requirements that are looked at before a rule's expression is tried. */
const NEEDS_LIMIT = 2;

/** Numbers of literals, shared by all lists of a parser. */
export class LiteralNumbers {
  readonly #numbers = new Map<string, number>();

  of(literal: string): number {
    let number = this.#numbers.get(literal);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(literal, number);
    }
    return number;
  }

  get literals(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}

/** The literals that a text has: the first `count` of `found`, which are marked with `mark` too. */
export interface FoundLiterals {
  readonly marks: Int32Array;
  readonly mark: number;
  readonly found: Int32Array;
  readonly count: number;
}

/** What a rule gives: family, then versions. */
type Values = readonly (string | undefined)[];

/** What a list's rules do with all texts of one shape, which differ in their digits only. */
export interface ListPlan {
  /** Rules that look at the digits, to be tried first. */
  readonly tries: readonly number[];
  /** The rule that matches every text of the shape, unless one of those has; its groups' places, beginnings and ends. */
  readonly end: { readonly rule: UserAgentRule; readonly places: Int32Array } | undefined;
}

/** A list of rules, of which the first that matches counts. Expressions are compiled when a text first asks for them. */
export class UserAgentList {
  readonly #rules: readonly UserAgentRule[];
  readonly #expressions: (RegExp | undefined)[];
  /** By rule, its expression that takes all digits alike; null where there is none. */
  readonly #blind = new Map<number, { readonly expression: RegExp; readonly isSame: boolean } | null>();
  /** By rule: sets of literals, of each of which one must be there. */
  readonly #needs: readonly (readonly Int32Array[])[];
  /** By literal, the rules of whose first set it is; rules without needs, as bits. */
  readonly #rulesOf = new Map<number, Int32Array>();
  readonly #always: Int32Array;
  /** Rules to be tried, as bits. */
  readonly #candidates: Int32Array;

  constructor(rules: readonly UserAgentRule[], numbers: LiteralNumbers) {
    this.#rules = rules;
    this.#expressions = new Array<RegExp | undefined>(rules.length).fill(undefined);
    this.#needs = rules.map(({ pattern }) =>
      needsOf(pattern).map((one) => Int32Array.from(one, (text) => numbers.of(text))),
    );
    this.#always = new Int32Array(Math.ceil(rules.length / 32));
    this.#candidates = new Int32Array(this.#always.length);
    const rulesOf = new Map<number, number[]>();
    this.#needs.forEach(([first], rule) => {
      if (first === undefined) setBit(this.#always, rule);
      for (const literal of first ?? []) rulesOf.set(literal, [...(rulesOf.get(literal) ?? []), rule]);
    });
    for (const [literal, list] of rulesOf) this.#rulesOf.set(literal, Int32Array.from(list));
  }

  /** The values of the first rule that matches and gives a family; undefined when there is none. */
  find(text: string, literals: FoundLiterals): Values | undefined {
    let values: Values | undefined;
    this.#first(literals, (rule) => {
      values = this.#try(rule, text);
      return values !== undefined;
    });
    return values;
  }

  /** @param shape a text whose digits are all 0 */
  plan(shape: string, literals: FoundLiterals): ListPlan {
    const tries: number[] = [];
    let end: ListPlan["end"];
    this.#first(literals, (rule) => {
      const blind = this.#blindExpression(rule);
      if (blind?.isSame === true)
        end = this.#try(rule, shape) && {
          rule: this.#rules[rule] as UserAgentRule,
          places: placesOf(blind.expression, shape),
        };
      else if (blind === null || blind.expression.test(shape)) tries.push(rule);
      return end !== undefined;
    });
    return { tries, end };
  }

  /** As `find`, for a text of the plan's shape. */
  follow({ tries, end }: ListPlan, text: string): Values | undefined {
    for (let i = 0; i < tries.length; i++) {
      const values = this.#try(tries[i] as number, text);
      if (values !== undefined) return values;
    }
    return end && valuesOf(end.rule, groupsAt(end.places, text));
  }

  /** Offers the rules that the literals allow, in their order, until one is taken. */
  #first({ marks, mark, found, count }: FoundLiterals, take: (rule: number) => boolean): void {
    const candidates = this.#candidates;
    candidates.set(this.#always);
    for (let i = 0; i < count; i++) {
      const list = this.#rulesOf.get(found[i] as number);
      if (list === undefined) continue;
      for (let at = 0; at < list.length; at++) setBit(candidates, list[at] as number);
    }
    for (let word = 0; word < candidates.length; word++) {
      for (let bits = candidates[word] as number; bits !== 0; bits &= bits - 1) {
        const rule = word * 32 + 31 - Math.clz32(bits & -bits);
        if (holds(this.#needs[rule] as readonly Int32Array[], marks, mark) && take(rule)) return;
      }
    }
  }

  #try(rule: number, text: string): Values | undefined {
    const match = this.#expression(rule).exec(text);
    if (match === null) return undefined;
    const values = valuesOf(this.#rules[rule] as UserAgentRule, match);
    return values[0] === undefined ? undefined : values;
  }

  #blindExpression(rule: number): { readonly expression: RegExp; readonly isSame: boolean } | null {
    let found = this.#blind.get(rule);
    if (found === undefined) {
      const { pattern, ignoreCase } = this.#rules[rule] as UserAgentRule;
      const made = digitBlind(pattern);
      found =
        made === undefined
          ? null
          : {
              // With places of groups where they count.
              expression: new RegExp(made.pattern, `${ignoreCase ? "i" : ""}${made.isSame ? "d" : ""}`),
              isSame: made.isSame,
            };
      this.#blind.set(rule, found);
    }
    return found;
  }

  #expression(i: number): RegExp {
    let expression = this.#expressions[i];
    if (expression === undefined) {
      const { pattern, ignoreCase } = this.#rules[i] as UserAgentRule;
      expression = new RegExp(pattern, ignoreCase ? "i" : "");
      this.#expressions[i] = expression;
    }
    return expression;
  }
}

/** The requirements that tell most, cut to a length; a 0 stands for any digit. */
function needsOf(pattern: string): Alternatives[] {
  return requiredLiterals(pattern)
    .map((texts) => [...new Set(texts.map((text) => digitShape(text.slice(0, LITERAL_LIMIT))))])
    .filter((texts) => shortestOf(texts) > 1)
    .sort((a, b) => shortestOf(b) - shortestOf(a))
    .slice(0, NEEDS_LIMIT);
}

function setBit(bits: Int32Array, at: number): void {
  bits[at >> 5] = (bits[at >> 5] as number) | (1 << (at & 31));
}

function holds(needs: readonly Int32Array[], marks: Int32Array, mark: number): boolean {
  for (let i = 0; i < needs.length; i++) {
    const one = needs[i] as Int32Array;
    let found = false;
    for (let at = 0; at < one.length; at++) {
      if (marks[one[at] as number] === mark) {
        found = true;
        break;
      }
    }
    if (!found) return false;
  }
  return true;
}

/** What a rule gives: its own texts with `$1` and so on filled in, else the groups. What is empty is not given. */
function valuesOf({ values }: UserAgentRule, groups: ArrayLike<string | undefined>): (string | undefined)[] {
  const given: (string | undefined)[] = [];
  for (let i = 0; i < values.length; i++) {
    const own = values[i];
    const text = own === undefined ? groups[i + 1] : fill(own, groups);
    given.push(text === "" ? undefined : text);
  }
  return given;
}

function fill(text: string, groups: ArrayLike<string | undefined>): string {
  if (!text.includes("$")) return text;
  return text.replace(/\$(\d)/g, (_, number: string) => groups[Number(number)] ?? "").trim();
}

/** Beginning and end of a match and its groups, -1 of those that match nothing. */
function placesOf(expression: RegExp, text: string): Int32Array {
  const indices = expression.exec(text)?.indices ?? [];
  return Int32Array.from([...indices].flatMap((place) => place ?? [-1, -1]));
}

function groupsAt(places: Int32Array, text: string): (string | undefined)[] {
  const groups: (string | undefined)[] = [];
  for (let at = 0; at < places.length; at += 2) {
    const start = places[at] as number;
    groups.push(start < 0 ? undefined : text.slice(start, places[at + 1]));
  }
  return groups;
}
