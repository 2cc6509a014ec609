import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { closeSlice } from "../src/store/close-slice.ts";
import { OpenSlice } from "../src/store/open-slice.ts";
import { listSlices } from "../src/store/slice-files.ts";
import { round } from "./bare-loop.ts";
import type { BenchOptions } from "./main.ts";
import { usageOf } from "./process-usage.ts";
import { writeRandomLines } from "./random-lines.ts";

const BINARY: string = new URL("../../bin/antler.js", import.meta.url).pathname;
const SAMPLE_MS = 20;

/** Parts of texts that few lines have: in any field, and in one. */
const SEARCHES = ["*zq7*", "url.query:*zq7*", "url.path:*wallet*weather* and http.response.status_code >= 500"];

/** `antler up --once` over lines that are all different into a fresh store; then that store's size closed, and searches in it. */
export async function* up(options: BenchOptions): AsyncGenerator<object> {
  mkdirSync(options.folder, { recursive: true });
  const path = join(options.folder, `nginx-access-random-${options.events}.log`);
  if (!existsSync(path)) {
    await writeRandomLines(`${path}.part`, options.events);
    renameSync(`${path}.part`, path);
  }
  const rawBytes = statSync(path).size;
  const data = mkdtempSync(join(options.folder, "up-"));
  try {
    const run = await runMeasured(["up", "--once", "--data", data, path]);
    const told = /is stored: ([\d,]+) events in ([\d.]+) s/.exec(run.said);
    if (told === null) throw new Error(`antler up said: ${run.said}`);
    const events = Number((told[1] as string).replaceAll(",", ""));
    const seconds = Number(told[2]);
    yield {
      bench: "up",
      events,
      stored_s: seconds,
      events_per_s: Math.round(events / seconds),
      process_s: run.seconds,
      cpu_s: run.cpuSeconds,
      cpu_us_per_event: round((run.cpuSeconds * 1e6) / events),
      rss_mb: run.rssMegabytes,
    };
    // With the slice that is still open, as somebody finds it who searches at once.
    yield* searches(data);
    yield await closedSize(join(data, "up", "main", "store"), rawBytes);
  } finally {
    rmSync(data, { recursive: true });
  }
}

async function* searches(data: string): AsyncGenerator<object> {
  for (const query of SEARCHES) {
    const search = await runMeasured(["search", query, "--json", "--data", data]);
    const found = search.printed.split("\n").length - 1;
    yield {
      bench: "search",
      query,
      found,
      process_s: search.seconds,
      cpu_s: search.cpuSeconds,
      rss_mb: search.rssMegabytes,
    };
  }
}

/** Closes the slice that is open still, and compares all with the raw lines. */
async function closedSize(store: string, rawBytes: number): Promise<object> {
  for (const number of (await listSlices(store)).open) {
    const { slice } = await OpenSlice.recover(store, number);
    await slice.close();
    await closeSlice(store, slice);
  }
  const { closed } = await listSlices(store);
  const bytes = closed.reduce((sum, { manifest }) => sum + manifest.bytes, 0);
  const rows = closed.reduce((sum, { manifest }) => sum + manifest.rows, 0);
  return {
    bench: "store",
    rows,
    slices: closed.length,
    raw_mb: round(rawBytes / 1e6),
    closed_mb: round(bytes / 1e6),
    ratio: round(bytes / rawBytes),
    bytes_per_row: round(bytes / rows),
  };
}

interface Measured {
  readonly said: string;
  readonly printed: string;
  /** From its start to its end. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly rssMegabytes: number;
}

/** Runs `antler` to its end; what it used is read until shortly before. */
async function runMeasured(args: readonly string[]): Promise<Measured> {
  const begin = performance.now();
  const child = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  let usage = { cpuSeconds: 0, rssMegabytes: 0 };
  const look = setInterval(() => {
    try {
      const now = usageOf(child.pid as number);
      if (now.rssMegabytes > 0) usage = now;
    } catch {
      // It has ended.
    }
  }, SAMPLE_MS);
  const [code] = await once(child, "close");
  clearInterval(look);
  if (code !== 0) throw new Error(`antler ${args[0]} ended with ${String(code)}: ${said}`);
  return { said, printed, seconds: round((performance.now() - begin) / 1000), ...usage };
}
