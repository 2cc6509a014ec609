/**
 * CPU of both ends of the Beats protocol for a million events of 400 bytes, over loopback TCP, each end in a process of its own.
 * Run: node dist/bench/lumberjack.js [events] [bytes]. One JSON line per compression level; seconds of user and kernel time.
 */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EventSlices } from "../src/lumberjack/events.ts";
import { LumberjackSender } from "../src/lumberjack/sender.ts";
import { LumberjackServer } from "../src/lumberjack/server.ts";

const WINDOW = 2_048;
const [mode = "main", ...rest] = process.argv.slice(2).filter((arg) => arg.startsWith("--"));
const [events = 1_000_000, bytes = 400] = process.argv
  .slice(2)
  .filter((arg) => !arg.startsWith("--"))
  .map(Number);

interface Cpu {
  user_s: number;
  kernel_s: number;
}

/** CPU since `from`. */
function cpu(from?: NodeJS.CpuUsage): Cpu {
  const used = process.cpuUsage(from);
  return { user_s: used.user / 1e6, kernel_s: used.system / 1e6 };
}

/** One window of log-like JSON events of about `size` bytes. */
function oneWindow(size: number): EventSlices {
  const starts = new Int32Array(WINDOW);
  const ends = new Int32Array(WINDOW);
  const texts = Array.from({ length: WINDOW }, (_, i) => {
    const message = `10.${i % 256}.${(i * 7) % 256}.1 - - [23/Nov/2026:00:00:${i % 60} +0000] "GET /path/${(i * 7919) % 10007}?q=${i}" 200`;
    const text = JSON.stringify({
      "@timestamp": "2026-11-23T00:00:00.000Z",
      host: { name: "web-1" },
      log: { offset: i * 200, file: { path: "/var/log/nginx/access.log" } },
      message,
    });
    return `${text.slice(0, -2)}${" lorem-ipsum".repeat(50).slice(0, size - text.length)}"}`;
  });
  let at = 0;
  texts.forEach((text, i) => {
    starts[i] = at;
    at += text.length;
    ends[i] = at;
  });
  return { bytes: Buffer.from(texts.join("")), starts, ends, count: WINDOW };
}

async function receive(): Promise<void> {
  const target = Buffer.allocUnsafe(1024 * 1024);
  let used = 0;
  let from: NodeJS.CpuUsage | undefined;
  let received = 0;
  const server = new LumberjackServer({
    host: "127.0.0.1",
    port: 0,
    onEvents: (_, block) => {
      from ??= process.cpuUsage();
      // As the beats input does: every event is copied into a batch.
      const source = new Uint8Array(block.bytes.buffer, block.bytes.byteOffset, block.bytes.length);
      for (let i = 0; i < block.count; i++) {
        const start = block.starts[i] as number;
        const end = block.ends[i] as number;
        if (used + end - start > target.length) used = 0;
        target.set(source.subarray(start, end), used);
        used += end - start;
      }
      received += block.count;
      block.acknowledge(block.count);
    },
  });
  const { port } = await server.listen();
  process.on("message", () => process.send?.({ received, ...cpu(from), rss_mb: process.memoryUsage().rss / 1e6 }));
  process.on("disconnect", () => process.exit());
  process.send?.({ port });
}

async function main(): Promise<void> {
  const window = oneWindow(bytes);
  for (const compressionLevel of [0, 1, 3]) {
    const child = fork(fileURLToPath(import.meta.url), ["--receive"]);
    const answer = (): Promise<Record<string, number>> => new Promise((resolve) => child.once("message", resolve));
    const { port } = (await answer()) as { port: number };
    const sender = new LumberjackSender({ hosts: [{ host: "127.0.0.1", port }], compressionLevel });
    await sender.send(window);
    const began = performance.now();
    const from = process.cpuUsage();
    let left = Math.ceil(events / WINDOW);
    const lane = async (): Promise<void> => {
      while (left-- > 0) await sender.send(window);
    };
    await Promise.all([lane(), lane()]);
    const client = { ...cpu(from), rss_mb: process.memoryUsage().rss / 1e6 };
    const wall_s = (performance.now() - began) / 1000;
    const report = answer();
    child.send("report");
    const server = await report;
    console.log(JSON.stringify({ bench: "lumberjack", compressionLevel, events, bytes, wall_s, client, server }));
    sender.close();
    child.disconnect();
  }
}

await (mode === "--receive" && rest.length === 0 ? receive() : main());
