import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { usageOf } from "./process-usage.ts";

/** A counting server in a process of its own; `count` is what reached it. */
export interface Sink {
  readonly port: number;
  readonly pid: number;
  count(): number;
  stop(): void;
}

export async function startSink(script: string, args: readonly string[] = []): Promise<Sink> {
  const child = fork(new URL(script, import.meta.url), args);
  let documents = 0;
  const port = await new Promise<number>((resolve) => {
    child.on("message", (message: { port?: number; documents?: number }) => {
      if (message.port !== undefined) resolve(message.port);
      documents = message.documents ?? documents;
    });
  });
  return { port, pid: child.pid as number, count: () => documents, stop: () => child.kill() };
}

export interface AntlerRun {
  readonly wall_s: number;
  readonly cpu_s: number;
  readonly rss_mb: number;
}

/** Runs `antler` until `finished` says so, and measures it from its start. */
export async function runAntler(
  args: readonly string[],
  finished: (child: ChildProcess) => Promise<void>,
): Promise<AntlerRun> {
  const binary = new URL("../../bin/antler.js", import.meta.url).pathname;
  const begin = performance.now();
  const child = spawn(binary, args, { stdio: ["ignore", "ignore", "inherit"] });
  const exited = once(child, "exit");
  try {
    await Promise.race([
      finished(child),
      exited.then(([code]) => {
        throw new Error(`antler ended by itself with ${String(code)}`);
      }),
    ]);
    const wall = (performance.now() - begin) / 1000;
    const usage = usageOf(child.pid as number);
    return { wall_s: Math.round(wall * 100) / 100, cpu_s: usage.cpuSeconds, rss_mb: usage.rssMegabytes };
  } finally {
    child.kill("SIGKILL");
  }
}

/** Waits until `count()` has reached `wanted`; fails when nothing moves for a minute. */
export async function reached(count: () => number, wanted: number): Promise<void> {
  let last = -1;
  let movedAt = performance.now();
  while (count() < wanted) {
    if (count() !== last) {
      last = count();
      movedAt = performance.now();
    } else if (performance.now() - movedAt > 60_000) throw new Error(`stuck at ${last} of ${wanted} events`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
