import { createInterface } from "node:readline/promises";

/** Asks on the terminal; without one (or with a report for machines) the answer is no, and why is said. */
export async function confirmed(question: string, forMachines: boolean, signal: AbortSignal): Promise<boolean> {
  if (forMachines || process.stdin.isTTY !== true || process.stdout.isTTY !== true) {
    process.stderr.write("antler: nothing is applied: there is no terminal to ask on. --yes applies without asking\n");
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [y/N] `, { signal }).catch((error: Error) => {
      // Ctrl-C, Ctrl-D.
      if (error.name === "AbortError") return "\n";
      throw error;
    });
    if (/^y(es)?$/i.test(answer.trim())) return true;
    process.stdout.write(`${answer === "\n" ? answer : ""}nothing is applied\n`);
    return false;
  } finally {
    terminal.close();
  }
}
