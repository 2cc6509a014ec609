import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");

/** A command at work, as a user has it in a terminal of its own. */
export interface RunningCommand {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Waits until the outputs, joined, match. @throws Error when the command ends before */
  hasSaid(what: RegExp): Promise<void>;
  /** Sends a signal; the exit code when it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

const LONGEST_MS = 15_000;

export function startAntler(...args: readonly string[]): RunningCommand {
  const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TZ: "UTC" } });
  const exited = once(child, "close");
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    (child[name] as Readable).setEncoding("utf8").on("data", (text: string) => {
      said[name] += text;
    });
  }
  return {
    child,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    async hasSaid(what) {
      for (let waited = 0; !what.test(said.stdout + said.stderr); waited += 20) {
        if (child.exitCode !== null || waited > LONGEST_MS) {
          throw new Error(`${String(what)} was not said, exit code ${child.exitCode}:\n${said.stdout}${said.stderr}`);
        }
        await sleep(20);
      }
    },
    async end(signal) {
      child.kill(signal);
      const [code] = (await exited) as [number | null];
      return code;
    },
  };
}
