import { type Explanation, explain, reasonShape } from "../../pipeline/dead-letters/explain.ts";
import { currentScope, type OpenLetter } from "../../pipeline/dead-letters/letters.ts";

/** Letters that failed for the same reason. */
export interface LetterGroup {
  readonly code: string;
  readonly stage: string;
  readonly output: string | undefined;
  /** Without what differs from letter to letter. */
  readonly reason: string;
  /** Of the first letter. */
  readonly explanation: Explanation;
  /** Name of the first letter. */
  readonly example: string;
  count: number;
  /** Epoch milliseconds. */
  first: number;
  last: number;
}

/** Groups that are told apart; what comes beyond counts with others of its code. */
const GROUPS_LIMIT = 1000;

/** Letters by stage, output, code and reason; the greatest groups first. */
export async function groupsOf(letters: AsyncIterable<OpenLetter>): Promise<LetterGroup[]> {
  const groups = new Map<string, LetterGroup>();
  for await (const open of letters) {
    const { code, stage, output } = currentScope(open);
    const reason = groups.size < GROUPS_LIMIT ? reasonShape(open) : "(other reasons)";
    const key = JSON.stringify([stage, output, code, reason]);
    const { time } = open.letter;
    const group = groups.get(key);
    if (group === undefined) {
      const explanation = explain(open);
      groups.set(key, {
        code,
        stage,
        output,
        reason,
        explanation,
        example: open.name,
        count: 1,
        first: time,
        last: time,
      });
    } else {
      group.count++;
      group.first = Math.min(group.first, time);
      group.last = Math.max(group.last, time);
    }
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}
