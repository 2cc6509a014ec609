import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "bin", "antler.js");

/** What `antler` said in its log, a JSON object a line. */
export interface EndedProcess {
  readonly code: number | null;
  readonly log: readonly { readonly msg?: string }[];
}

/** `antler` as a process that can be killed and come again. */
export class AntlerProcess {
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  #stderr = "";

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  start(): void {
    this.#stderr = "";
    const child = spawn(BINARY, this.#args, { stdio: ["ignore", "ignore", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.#stderr += chunk;
    });
    this.#child = child;
  }

  /** What it has said on standard error since its last start. */
  get stderr(): string {
    return this.#stderr;
  }

  async kill(): Promise<void> {
    await this.#finish("SIGKILL");
  }

  /** Asks it to end, and waits until it has. */
  async end(): Promise<EndedProcess> {
    const code = await this.#finish("SIGTERM");
    const log = this.#stderr
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { msg?: string });
    return { code, log };
  }

  async #finish(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const closed = once(child, "close");
    child.kill(signal);
    const [code] = (await closed) as [number | null];
    return code;
  }
}
