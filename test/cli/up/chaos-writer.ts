import { appendFileSync, copyFileSync, renameSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What was written: every event as its file had it, by its number. */
export type Written = Map<number, string>;

/**
 * Writes about `count` events in `durationMs` to an access log that is rotated by renaming, a syslog that is rotated by copying and truncating,
 * and an application's log with stack traces. Every event carries `n<number>n`.
 */
export async function writeLogs(
  folder: string,
  count: number,
  durationMs: number,
  random: () => number,
): Promise<Written> {
  const written: Written = new Map();
  const [access, syslog, traces] = chaosLogs(folder);
  const event = (make: (number: string) => string): string => {
    const number = written.size;
    const text = make(`n${number}n`);
    written.set(number, text);
    return text;
  };
  const append = (path: string, events: number, make: (number: string) => string): void =>
    appendFileSync(path, `${Array.from({ length: events }, () => event(make)).join("\n")}\n`);
  const digits = (below: number): number => Math.floor(random() * below);
  let renames = 0;
  let truncations = 0;
  const began = performance.now();
  while (written.size < count) {
    const events = Math.min(count - written.size, 50 + digits(count / 250));
    const which = random();
    if (which < 0.6) {
      append(
        access,
        events,
        (n) =>
          `203.0.113.${digits(256)} - - [12/Nov/2026:13:${10 + digits(50)}:00 +0000] "GET /orders/${n}?page=${digits(500)} HTTP/1.1" 200 ${digits(90_000)} "-" "curl/8.${digits(9)}.0"`,
      );
    } else if (which < 0.95)
      append(syslog, events, (n) => `Nov 12 13:${10 + digits(50)}:00 web1 worker[${digits(9999)}]: job ${n} ended ü`);
    else
      append(traces, 20, (n) => `2026-11-12 13:00:00 ERROR job ${n} failed\n    at one (a.js:1)\n    at two (b.js:2)`);
    const done = written.size / count;
    if (done > (renames + 0.6) / 2) renameSync(access, `${access}.${++renames}`);
    if (done > (truncations + 0.9) / 3) {
      copyFileSync(syslog, `${syslog}.${++truncations}`);
      truncateSync(syslog, 0);
    }
    await sleep(Math.max(0, began + durationMs * done - performance.now()));
  }
  return written;
}

/** Paths that are written to; rotated ones have a number behind. */
export function chaosLogs(folder: string): [access: string, syslog: string, traces: string] {
  return [join(folder, "nginx-access.log"), join(folder, "syslog"), join(folder, "app.log")];
}
