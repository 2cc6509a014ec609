import { closeSync, openSync, readSync } from "node:fs";
import { inputFile } from "./input-file.ts";
import type { BenchOptions } from "./main.ts";

/** The yardstick: read the file in chunks and count its lines, nothing else. */
export async function bareLoop(options: BenchOptions): Promise<{ lines: number; bare_cpu_s: number }> {
  const path = await inputFile(options);
  const before = process.cpuUsage();
  const descriptor = openSync(path, "r");
  const chunk = Buffer.alloc(256 * 1024);
  let lines = 0;
  for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk)) {
    for (let at = chunk.indexOf(10); at >= 0 && at < read; at = chunk.indexOf(10, at + 1)) lines++;
  }
  closeSync(descriptor);
  const used = process.cpuUsage(before);
  return { lines, bare_cpu_s: round((used.user + used.system) / 1e6) };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
