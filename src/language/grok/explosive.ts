import { type CharSet, disjoint, union } from "./char-set.ts";
import { parsePlain } from "./plain-parser.ts";
import { edgeOf } from "./plain-simplify.ts";
import type { Edge, PlainNode } from "./plain-syntax.ts";
import { requiredText } from "./required-text.ts";

/** A repetition of at least so many rounds can be entered in many ways. */
const MANY = 10;
/** Suspects tried in one pattern. */
const SUSPECTS_TRIED = 8;
/** Rounds of the repeated text: from, to, and what is added each time. */
const LEAST_ROUNDS = 6;
const MOST_ROUNDS = 40;
const MORE_ROUNDS = 2;
/** A search that takes so long on a text this short is none that grows like the text, or its cube. */
const PROOF_MILLIS = 10;
/** By how much two more rounds must lengthen the search, at least, in the last steps. */
const GROWTH = 1.7;
/** What no pattern wants behind the repeated text. */
const MISFIT = "\u0001";

/** A text on which a pattern takes exponential time. */
export interface Explosion {
  /** What is repeated, and what stands before and behind. */
  readonly before: string;
  readonly repeated: string;
  readonly behind: string;
  /** Rounds and milliseconds of the longest search made. */
  readonly rounds: number;
  readonly millis: number;
}

/**
 * Looks for a repetition inside a repetition, and tries whether a text of its rounds makes the search explode. Only what is shown is
 * reported. `text` is an expanded pattern, `search` runs it; undefined where nothing was shown, or the pattern is beyond what is analysed.
 */
export function findExplosion(text: string, search: (input: string) => void): Explosion | undefined {
  if (!/\)(?:[*+]|\{\d)/.test(text)) return undefined;
  const node = parsePlain(likePlain(text));
  if (node === undefined) return undefined;
  const suspects: { before: string; repeated: string }[] = [];
  collect(node, "", suspects);
  const behind = `${MISFIT}${requiredText(node)}${MISFIT}`;
  for (const { before, repeated } of suspects.slice(0, SUSPECTS_TRIED)) {
    const shown = demonstrate(before, repeated, behind, search);
    if (shown !== undefined) return shown;
  }
  return undefined;
}

/** The expression without what the plain part does not have, as near as can be: it finds suspects only, the trial is made with the true one. */
function likePlain(text: string): string {
  return text
    .replace(/\(\?[imx-]+\)/g, "")
    .replace(/\(\?(?:>|[imx-]+:)/g, "(?:")
    .replace(/\[:\w+:\]|\\p\{\w+\}/g, "\\w")
    .replace(/([*+?}])\+/g, "$1");
}

function demonstrate(
  before: string,
  repeated: string,
  behind: string,
  search: (input: string) => void,
): Explosion | undefined {
  let last = 0;
  let growing = 0;
  for (let rounds = LEAST_ROUNDS; rounds <= MOST_ROUNDS; rounds += MORE_ROUNDS) {
    const input = before + repeated.repeat(rounds) + behind;
    const start = performance.now();
    search(input);
    const millis = performance.now() - start;
    growing = last > 0 && millis > last * GROWTH ? growing + 1 : 0;
    if (millis > PROOF_MILLIS) return growing >= 2 ? { before, repeated, behind, rounds, millis } : undefined;
    last = millis;
  }
  return undefined;
}

/** Repetitions of something that has a repetition in it, with a text that leads to them. */
function collect(node: PlainNode, before: string, found: { before: string; repeated: string }[]): void {
  switch (node.kind) {
    case "sequence": {
      let lead = before;
      for (const item of node.items) {
        collect(item, lead, found);
        lead += sample(item, 0);
      }
      return;
    }
    case "choice":
      for (const branch of node.branches) collect(branch, before, found);
      return;
    case "repeat":
      if (node.max >= MANY && isAmbiguous(node.body)) {
        for (const repeated of new Set([sample(node.body, 1), sample(node.body, 0)]))
          if (repeated !== "") found.push({ before, repeated });
      }
      collect(node.body, before, found);
      return;
    case "capture":
      collect(node.body, before, found);
      return;
    default:
  }
}

/** Whether rounds of a repetition can share out the same characters in more than one way. */
function isAmbiguous(body: PlainNode): boolean {
  return sprawls(body) || !disjoint(continuation(body).set, edgeOf(body, "first").set) || hasOverlap(body);
}

/** Characters with which what a node has matched could go on in the same round; `nullable` as in `Edge`. */
function continuation(node: PlainNode): Edge {
  switch (node.kind) {
    case "sequence": {
      let set: CharSet = [];
      for (const item of [...node.items].reverse()) {
        const own = continuation(item);
        set = union(set, own.set);
        if (!own.nullable) return { set, nullable: false };
      }
      return { set, nullable: true };
    }
    case "choice": {
      const branches = node.branches.map(continuation);
      return {
        set: branches.reduce<CharSet>((set, branch) => union(set, branch.set), []),
        nullable: branches.some(({ nullable }) => nullable),
      };
    }
    case "repeat": {
      const inner = continuation(node.body);
      const set = node.max >= MANY ? union(inner.set, edgeOf(node.body, "first").set) : inner.set;
      return { set, nullable: node.min === 0 || inner.nullable };
    }
    case "capture":
      return continuation(node.body);
    case "set":
      return { set: [], nullable: false };
    default:
      return { set: [], nullable: true };
  }
}

/** Whether a repetition in it can go on over what follows it, and so into the next round: `.*a`. */
function sprawls(node: PlainNode): boolean {
  switch (node.kind) {
    case "sequence":
      return node.items.some(
        (item, i) =>
          sprawls(item) ||
          (node.items[i + 1] !== undefined &&
            !disjoint(
              continuation(item).set,
              edgeOf({ kind: "sequence", items: node.items.slice(i + 1) }, "first").set,
            )),
      );
    case "choice":
      return node.branches.some(sprawls);
    case "repeat":
    case "capture":
      return sprawls(node.body);
    default:
      return false;
  }
}

/** Alternatives that begin alike, at any depth. */
function hasOverlap(node: PlainNode): boolean {
  switch (node.kind) {
    case "sequence":
      return node.items.some(hasOverlap);
    case "choice": {
      const firsts = node.branches.map((branch) => edgeOf(branch, "first").set);
      const meet = firsts.some((set, i) => firsts.slice(i + 1).some((other) => !disjoint(set, other)));
      return meet || node.branches.some(hasOverlap);
    }
    case "repeat":
    case "capture":
      return hasOverlap(node.body);
    default:
      return false;
  }
}

/** A text that fits, what may be missing left out, but `least` rounds of what may come many times. */
function sample(node: PlainNode, least: number): string {
  switch (node.kind) {
    case "set":
      return characterOf(node.set);
    case "sequence":
      return node.items.map((item) => sample(item, least)).join("");
    case "choice":
      return sample(node.branches[0] as PlainNode, least);
    case "repeat":
      return sample(node.body, least).repeat(Math.max(node.min, node.max >= MANY ? least : 0));
    case "capture":
      return sample(node.body, least);
    default:
      return "";
  }
}

const USUAL = ["x", "a", "1", "A", " ", "-", "."];

function characterOf(set: CharSet): string {
  const usual = USUAL.find((character) => {
    const code = character.charCodeAt(0);
    return set.some(([low, high]) => code >= low && code <= high);
  });
  return usual ?? String.fromCodePoint(set[0]?.[0] ?? 0);
}
