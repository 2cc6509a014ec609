import { createInterface } from "node:readline/promises";
import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { KqlSyntaxError } from "../../language/kql/parser.ts";
import { Letters, type OpenLetter } from "../../pipeline/dead-letters/letters.ts";
import { type FindOptions, findLetters, UsageError } from "../dlq/find-letters.ts";
import { listEach, listGroups } from "../dlq/list.ts";
import { LettersInUse, openMarks, purge } from "../dlq/marks.ts";
import { selected, selector } from "../dlq/select.ts";
import { explainLetters, showLetter } from "../dlq/show.ts";
import { EXIT_CONFIGURATION, EXIT_INTERNAL, EXIT_USAGE } from "../exit-codes.ts";

export type DlqAction = "ls" | "show" | "explain" | "replay" | "purge";

export interface DlqOptions extends FindOptions {
  readonly filter?: string;
  readonly olderThan?: string;
  readonly each?: boolean;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly with?: readonly string[];
}

/** `antler dlq ls | show | explain | replay | purge`. The exit code. */
export async function runDlqCommand(action: DlqAction, options: DlqOptions, letter = ""): Promise<number> {
  const write = (text: string): void => {
    process.stdout.write(text);
  };
  // `| head` has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const json = options.json === true;
  const found = new DiagnosticCollector();
  try {
    const which = selector(options, Date.now());
    const place = findLetters(options, found);
    if (action === "replay") {
      const { runReplay } = await import("../dlq/replay-command.ts");
      return await runReplay(place, which, options, found, write);
    }
    if (found.errors > 0) {
      process.stderr.write(renderDiagnostics(found.sorted()));
      return EXIT_CONFIGURATION;
    }
    const letters = await Letters.open(place.folder);
    if (action === "purge") return await runPurge(letters, which, options);
    if (action === "show") {
      if (await showLetter(letters, letter, json, write)) return 0;
      throw new UsageError(`there is no letter ${letter}; antler dlq ls --each shows their names`);
    }
    if (action === "explain") await explainLetters(letters, which, json, write);
    else if (options.each === true) await listEach(letters, which, json, write);
    else await listGroups(letters, which, json, write);
    return 0;
  } catch (error) {
    if (error instanceof KqlSyntaxError) process.stderr.write(`antler: --filter is no query:\n${error.excerpt()}\n`);
    else if (error instanceof UsageError) process.stderr.write(`antler: ${error.message}\n`);
    else if (error instanceof LettersInUse) {
      process.stderr.write(`antler: ${error.message}\n`);
      return EXIT_INTERNAL;
    } else if ((error as NodeJS.ErrnoException).code === "EACCES")
      process.stderr.write(
        `antler: ${(error as Error).message}: run it as the user who runs antler pipeline, or with sudo\n`,
      );
    else throw error;
    return EXIT_USAGE;
  }
}

async function runPurge(letters: Letters, which: (open: OpenLetter) => boolean, options: DlqOptions): Promise<number> {
  const settled = await openMarks(letters.folder);
  try {
    const keys: string[] = [];
    for await (const { key } of selected(letters, which)) keys.push(key);
    const count = `${keys.length} dead letter${keys.length === 1 ? "" : "s"}`;
    if (keys.length > 0 && options.yes !== true && !(await confirmed(`Give up ${count} for good?`))) {
      process.stdout.write("nothing was changed\n");
      return 1;
    }
    await purge(settled, letters, keys, Date.now());
    if (options.json === true) process.stdout.write(`${JSON.stringify({ purged: keys.length })}\n`);
    else
      process.stdout.write(
        `${count} purged${keys.length > 0 ? "; the pipeline frees their room when it needs it, or at its next start" : ""}\n`,
      );
    return 0;
  } finally {
    await settled.close();
  }
}

async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new UsageError("purge asks before it gives letters up: add --yes where nobody can answer");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
