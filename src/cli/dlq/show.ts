import { parseIdentity } from "../../event/identity.ts";
import { explain } from "../../pipeline/dead-letters/explain.ts";
import { failedEvent, type Letters, type OpenLetter } from "../../pipeline/dead-letters/letters.ts";
import { printable } from "../search/text-width.ts";
import { groupsOf } from "./groups.ts";
import { letterJson, type Write } from "./list.ts";
import { selected } from "./select.ts";

/** Bytes of a record or an event that are shown; `--json` has all. */
const SHOWN_BYTES = 16 * 1024;

/** `antler dlq show`: one letter whole. False when there is none of that name. */
export async function showLetter(letters: Letters, name: string, json: boolean, write: Write): Promise<boolean> {
  for await (const open of letters.open()) {
    if (open.name !== name) continue;
    write(json ? `${JSON.stringify(letterJson(open), null, 2)}\n` : letterText(open));
    return true;
  }
  return false;
}

function letterText(open: OpenLetter): string {
  const { letter, name, attempts, scopes } = open;
  const identity = parseIdentity(letter.id);
  const { problem, remedy } = explain(open);
  const event = failedEvent(letter);
  const lines = [
    `letter    ${name}, written ${new Date(letter.time).toISOString()}${attempts === 0 ? "" : `, replayed ${attempts} times in vain`}`,
    `pipeline  ${letter.pipeline}${letter.origin === undefined ? "" : `, input ${letter.origin.input}, read ${new Date(letter.origin.readAt).toISOString()}`}`,
    ...(identity === undefined
      ? []
      : [
          `record    ${Buffer.from(identity.fileId).toString("hex")} generation ${identity.generation}, offset ${identity.offset}, ${identity.length} bytes`,
        ]),
    ...(letter.origin?.fields ?? []).map(([field, value]) => `          ${field} = ${JSON.stringify(value)}`),
    ...scopes.flatMap(({ stage, code, reason, output }) => [
      `failed    ${output ?? stage}: ${code}`,
      ...reason.split("\n").map((line) => `          ${printable(line)}`),
    ]),
    "",
    `problem   ${printable(problem)}`,
    `way out   ${remedy}`,
    "",
    "record as it entered:",
    cut(Buffer.from(letter.raw).toString("utf8")),
    "",
    event === undefined ? "There was no event." : "event as it failed:",
    ...(event === undefined ? [] : [cut(JSON.stringify(event, null, 2))]),
  ];
  return `${lines.join("\n")}\n`;
}

function cut(text: string): string {
  const shown = text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}\n… (--json has all of it)` : text;
  return shown
    .split("\n")
    .map((line) => `  ${/^ */.exec(line)?.[0]}${printable(line.trimStart())}`)
    .join("\n");
}

/** `antler dlq explain`: what went wrong, and what can be done, group by group. */
export async function explainLetters(
  letters: Letters,
  which: (open: OpenLetter) => boolean,
  json: boolean,
  write: Write,
): Promise<void> {
  const groups = await groupsOf(selected(letters, which));
  if (json) {
    const told = groups.map(({ count, code, output, stage, explanation, example }) => ({
      letters: count,
      code,
      where: output ?? stage,
      ...explanation,
      example,
    }));
    write(`${JSON.stringify(told, null, 2)}\n`);
    return;
  }
  // Letters whose reasons differ and whose explanation is the same are told of once.
  const told = new Map<string, { count: number; code: string; remedy: string; example: string }>();
  for (const { count, code, explanation, example } of groups) {
    const known = told.get(explanation.problem);
    if (known === undefined) told.set(explanation.problem, { count, code, remedy: explanation.remedy, example });
    else known.count += count;
  }
  for (const [problem, { count, code, remedy, example }] of told) {
    write(`${count} letter${count === 1 ? "" : "s"}, ${code}\n  ${printable(problem)}\n  ${remedy}\n`);
    write(`  For example: antler dlq show ${example}\n\n`);
  }
  if (groups.length === 0) write("no dead letters\n");
}
