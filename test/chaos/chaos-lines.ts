import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DeadLetterStore } from "../../src/segments/dead-letter-store.ts";

/** One line in so many has a text where the mapping wants a number. */
const BAD_EVERY = 100;

/** A file of so many lines, `line-5 n=5 …`, below `folder`; ids of the lines that a mapping takes, and of those that it does not. */
export function writeLines(folder: string, count: number): { good: Set<string>; bad: Set<string>; log: string } {
  const good = new Set<string>();
  const bad = new Set<string>();
  const logs = join(folder, "logs");
  mkdirSync(logs);
  const log = join(logs, "app.log");
  let lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const isBad = i % BAD_EVERY === 17;
    const id = `line-${i}`;
    (isBad ? bad : good).add(id);
    lines.push(`${id} n=${isBad ? "many" : i} the rest of the line is what lines are made of\n`);
    if (lines.length === 10_000 || i === count - 1) {
      appendFileSync(log, lines.join(""));
      lines = [];
    }
  }
  return { good, bad, log };
}

/** Waits until the dead letters of the pipeline "main" are so many. */
export async function deadLettersReached(data: string, wanted: number): Promise<void> {
  for (let tries = 0; tries < 100 && (await deadLetters(data)).size < wanted; tries++) await sleep(300);
}

/** Ids of the lines in the dead letters; a letter that a killed pipeline left and its successor wrote again counts once. */
export async function deadLetters(data: string): Promise<Set<string>> {
  const copy = mkdtempSync(join(tmpdir(), "antler-dead-letters-"));
  try {
    execFileSync("cp", ["-r", join(data, "pipeline", "main", "dead-letters"), copy]);
    const store = await DeadLetterStore.open(join(copy, "dead-letters"));
    const ids = new Set<string>();
    for await (const { raw } of store.entries()) ids.add(Buffer.from(raw).toString("utf8").split(" ")[0] as string);
    await store.close();
    return ids;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
