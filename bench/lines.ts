import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** A small seeded generator (mulberry32), so that every run measures the same lines. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const METHODS = ["GET", "GET", "GET", "GET", "POST", "HEAD"];
const PATHS = [
  "/",
  "/products/list.html",
  "/api/v1/orders",
  "/static/app.4f2a.js",
  "/images/logo.svg",
  "/cart/checkout",
  "/search",
];
const STATUS = [200, 200, 200, 200, 304, 404, 302, 500];
const REFERRERS = ["-", "https://shop.example.com/start", "https://www.example.org/search?q=antler"];
const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
  "curl/8.4.0",
];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** One nginx combined line without its line end; about 200 bytes. One in a hundred is a line that no access pattern matches. */
export function combinedLine(random: () => number, second: number): string {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const number = (most: number): number => Math.floor(random() * most);
  if (random() < 0.01)
    return `worker process ${number(99999)} exited on signal ${number(20)}, ${"x".repeat(100 + number(60))}`;
  const t = new Date(second * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${two(t.getUTCDate())}/${MONTHS[t.getUTCMonth()]}/${t.getUTCFullYear()}:${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())} +0000`;
  const ip = `${1 + number(222)}.${number(256)}.${number(256)}.${1 + number(254)}`;
  const user = random() < 0.1 ? "alice" : "-";
  const query = random() < 0.5 ? `?page=${number(500)}&sort=price&session=${number(1e9).toString(36)}` : "";
  return `${ip} - ${user} [${date}] "${pick(METHODS)} ${pick(PATHS)}${query} HTTP/1.1" ${pick(STATUS)} ${number(90000)} "${pick(REFERRERS)}" "${pick(AGENTS)}"`;
}

/** Writes `count` lines to `path`, about 400 to each second of log time; returns the bytes written. */
export async function writeLines(path: string, count: number, seed = 1): Promise<number> {
  const random = seeded(seed);
  const out = createWriteStream(path);
  const begin = Date.UTC(2026, 10, 12, 13, 0, 0) / 1000;
  let bytes = 0;
  for (let i = 0; i < count; ) {
    const lines: string[] = [];
    for (const end = Math.min(count, i + 2000); i < end; i++)
      lines.push(combinedLine(random, begin + Math.floor(i / 400)));
    const text = `${lines.join("\n")}\n`;
    bytes += Buffer.byteLength(text);
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return bytes;
}
