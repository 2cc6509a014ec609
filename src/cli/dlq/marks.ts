import { mkdirSync } from "node:fs";
import type { Letters } from "../../pipeline/dead-letters/letters.ts";
import { segmentsOf } from "../../segments/log-reader.ts";
import { SettledLog, settledFolder } from "../../segments/settled-log.ts";
import { FolderInUse, lockFolder } from "../data-folder.ts";

/** Another replay or purge is at the same letters. */
export class LettersInUse extends Error {
  constructor(folder: string) {
    super(`another replay or purge works on ${folder}: wait until it has ended`);
  }
}

/** The marks of letters, for this process alone until it ends. @throws LettersInUse */
export async function openMarks(lettersFolder: string): Promise<SettledLog> {
  const folder = settledFolder(lettersFolder);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    await lockFolder(folder);
  } catch (error) {
    throw error instanceof FolderInUse ? new LettersInUse(lettersFolder) : error;
  }
  return SettledLog.open(lettersFolder, (await segmentsOf(lettersFolder))[0] ?? 0);
}

/** Letters settled in one write. */
const TOGETHER = 1000;

/** Settles letters without delivering them. */
export async function purge(
  settled: SettledLog,
  letters: Letters,
  keys: readonly string[],
  time: number,
): Promise<void> {
  for (let at = 0; at < keys.length; at += TOGETHER) {
    const some = keys.slice(at, at + TOGETHER);
    await settled.add(some.map((key) => ({ key, upTo: letters.end, time, how: "purged" })));
  }
}
