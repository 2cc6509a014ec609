import { type DroppedCounts, readDropped } from "../../pipeline/dead-letters/dropped-counts.ts";
import {
  bareReason,
  currentScope,
  failedEvent,
  type Letters,
  letterDocument,
  type OpenLetter,
} from "../../pipeline/dead-letters/letters.ts";
import { segmentBytes } from "../../segments/log-reader.ts";
import { localTime } from "../search/table.ts";
import { namedWidth, terminalWidth } from "../search/terminal-width.ts";
import { cutToWidth, padToWidth, printable, textWidth } from "../search/text-width.ts";
import { groupsOf, type LetterGroup } from "./groups.ts";
import { selected } from "./select.ts";

type Which = (open: OpenLetter) => boolean;

/** Writes text to standard output. */
export type Write = (text: string) => void;

/** `antler dlq ls`: letters by reason. */
export async function listGroups(letters: Letters, which: Which, json: boolean, write: Write): Promise<void> {
  const groups = await groupsOf(selected(letters, which));
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const bytes = await segmentBytes(letters.folder);
  const dropped = await readDropped(letters.folder);
  if (json) {
    const { folder, damaged } = letters;
    write(
      `${JSON.stringify({ folder, letters: count, bytes, damaged, dropped, groups: groups.map(groupJson) }, null, 2)}\n`,
    );
    return;
  }
  const rows = groups.map((group) => [
    String(group.count),
    group.code,
    group.output ?? group.stage,
    localTime(new Date(group.first).toISOString()).slice(0, 19),
    localTime(new Date(group.last).toISOString()).slice(0, 19),
    group.reason,
  ]);
  write(table(["LETTERS", "CODE", "WHERE", "FIRST", "LAST", "REASON"], rows));
  write(`${count} dead letter${count === 1 ? "" : "s"}, ${sizeText(bytes)} in ${letters.folder}\n`);
  write(notes(letters, dropped));
}

/** `antler dlq ls --each`: one line a letter. */
export async function listEach(letters: Letters, which: Which, json: boolean, write: Write): Promise<void> {
  if (json) {
    for await (const open of selected(letters, which)) write(`${JSON.stringify(letterJson(open))}\n`);
    return;
  }
  const rows: string[][] = [];
  for await (const open of selected(letters, which)) {
    const { code, stage, output } = currentScope(open);
    const time = localTime(new Date(open.letter.time).toISOString()).slice(0, 19);
    rows.push([
      open.name,
      time,
      code,
      output ?? stage,
      open.attempts === 0 ? "" : String(open.attempts),
      bareReason(open),
    ]);
  }
  write(table(["LETTER", "TIME", "CODE", "WHERE", "REPLAYS", "REASON"], rows));
  write(notes(letters, {}));
}

function notes({ damaged }: Letters, dropped: DroppedCounts): string {
  const lines = Object.entries(dropped).map(([why, codes]) => {
    const all = Object.entries(codes).map(([code, count]) => `${count} ${code}`);
    return `dropped (${why}): ${all.join(", ")}`;
  });
  if (damaged > 0) lines.push(`${damaged} damaged record${damaged === 1 ? " is" : "s are"} left out`);
  return lines.map((line) => `${line}\n`).join("");
}

function groupJson({ first, last, explanation, ...group }: LetterGroup): object {
  return { ...group, ...explanation, first: new Date(first).toISOString(), last: new Date(last).toISOString() };
}

/** A letter for `--json`: what queries see, and its source. */
export function letterJson(open: OpenLetter): object {
  const { event_as_failed: _, ...document } = letterDocument(open);
  const own = ["name", "code", "reason", "stage", "pipeline", "input", "output", "attempts", "time", "id", "raw"];
  return {
    ...Object.fromEntries(own.map((name) => [name, document[name]])),
    readAt: open.letter.origin === undefined ? null : new Date(open.letter.origin.readAt).toISOString(),
    sourceFields: open.letter.origin?.fields ?? [],
    event: failedEvent(open.letter) ?? null,
  };
}

/** Rows in columns; the last one is cut where the terminal ends. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const cells = [head, ...rows].map((row) => row.map(printable));
  const width = terminalWidth(process.stdout) ?? namedWidth();
  const widths = head.map((_, i) => Math.max(...cells.map((row) => Math.min(60, textWidth(row[i] as string)))));
  return cells
    .map((row) => {
      const line = row
        .map((cell, i) => (i === row.length - 1 ? cell : padToWidth(cutToWidth(cell, 60), widths[i] as number)))
        .join("  ");
      return `${(width === undefined ? line : cutToWidth(line, width)).trimEnd()}\n`;
    })
    .join("");
}

export function sizeText(bytes: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
