import type { UserAgent } from "./user-agent-parser.ts";

/** Whether a text is a number as Ruby writes one: `10`, not `010` or `10a`. */
const WHOLE_NUMBER = /^(?:0|-?[1-9]\d*)$/;

/** `54.0.2840.59`: the parts up to the first that is missing, and a fourth one that stands behind them in the agent's own text. */
export function agentVersion({ version }: UserAgent, text: string): string | undefined {
  const parts = leading(version);
  if (parts.length === 0) return undefined;
  const joined = parts.join(".");
  if (parts.length !== 3) return joined;
  // The rules of some agents stop at the third part.
  const at = text.indexOf(joined);
  const behind = at + joined.length;
  if (at < 0 || text[behind] !== ".") return joined;
  const end = text.indexOf(" ", behind + 1);
  const fourth = end < 0 ? "" : text.slice(behind + 1, end);
  return WHOLE_NUMBER.test(fourth) ? `${joined}.${fourth}` : joined;
}

/** `10.12.1`, `XP`, `Vista SP1`: a name is followed by a space. */
export function systemVersion({ systemVersion: version }: UserAgent): string | undefined {
  const [major, minor, ...rest] = leading(version);
  if (major === undefined || minor === undefined) return major;
  return [`${major}${WHOLE_NUMBER.test(major) ? "." : " "}${minor}`, ...rest].join(".");
}

function leading(version: readonly (string | undefined)[]): readonly string[] {
  const end = version.indexOf(undefined);
  return (end < 0 ? version : version.slice(0, end)) as readonly string[];
}
