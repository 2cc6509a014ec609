import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { encodeRecord } from "../../../src/segments/format.ts";

const PROCESS = join(import.meta.dirname, "queue-process.js");

/** Kills a process that works with a queue so many times with -9, then lets the rest be delivered and compares. */
export async function killRepeatedly(rounds: number): Promise<{ acknowledged: number; again: number; torn: number }> {
  const folder = mkdtempSync(join(tmpdir(), "antler-killed-queue-"));
  let torn = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const child = fork(PROCESS, [folder, String(round)], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
      const exited = once(child, "exit");
      // Mostly at work, now and then while it starts and recovers.
      if (round % 4 !== 0) await once(child, "message");
      await sleep(Math.random() * 120);
      child.kill("SIGKILL");
      await exited;
      if (round % 3 === 0 && tear(join(folder, "queue"))) torn++;
    }
    const totals = await drain(folder);
    const acknowledged = lines(join(folder, "acknowledged"));
    const delivered = lines(join(folder, "delivered"));
    const distinct = new Set(delivered);
    assert.deepEqual(
      acknowledged.filter((line) => !distinct.has(line)),
      [],
      "acknowledged and not delivered",
    );
    assert.equal(totals.read, distinct.size, "each event counts once");
    const troubles = join(folder, "troubles");
    assert.equal(existsSync(troubles) ? readFileSync(troubles, "utf8") : "", "");
    return { acknowledged: acknowledged.length, again: delivered.length - distinct.size, torn };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A record that was not written whole, at the end of the last segment, as a loss of power leaves it. */
function tear(folder: string): boolean {
  const last = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith(".segment"))
        .sort()
        .at(-1)
    : undefined;
  if (last === undefined) return false;
  const whole = encodeRecord(Buffer.from("AQB1 that is not written to its end".repeat(10)));
  const kinds = [whole.subarray(0, 1 + Math.random() * (whole.length - 1)), Buffer.alloc(500), Buffer.alloc(300, 0xa5)];
  appendFileSync(join(folder, last), kinds[Math.floor(Math.random() * kinds.length)] as Buffer);
  return true;
}

async function drain(folder: string): Promise<{ read: number }> {
  const child = fork(PROCESS, [folder, "", "drain"], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  let text = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const [code] = (await once(child, "exit")) as [number];
  assert.equal(code, 0);
  return JSON.parse(text) as { read: number };
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}
