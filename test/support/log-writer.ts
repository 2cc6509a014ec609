import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";

/**
 * A daemon that writes a log, as a process of its own: `log-writer.js PATH LINES-A-SECOND LINES`. Line n is `line n x…`. On SIGHUP it opens its log again and then
 * makes `PATH.reopened`, so that who rotates it knows. It ends when all lines are written.
 */
const [path = "", rate = "1000", total = "1000"] = process.argv.slice(2);
const TICK_MS = 10;
let descriptor = openSync(path, "a");
let written = 0;
const began = performance.now();

process.on("SIGHUP", () => {
  closeSync(descriptor);
  descriptor = openSync(path, "a");
  writeFileSync(`${path}.tmp-reopened`, "");
  renameSync(`${path}.tmp-reopened`, `${path}.reopened`);
});

const timer = setInterval(() => {
  const due = Math.min(Number(total), Math.floor(((performance.now() - began) / 1000) * Number(rate)));
  let text = "";
  for (; written < due; written++) text += `line ${written} ${"x".repeat((written * 37) % 90)}\n`;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  if (written < Number(total)) return;
  clearInterval(timer);
  closeSync(descriptor);
  process.exit(0);
}, TICK_MS);
