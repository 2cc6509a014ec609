import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { on, once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { readPipelineFolder, SHIPPED_PIPELINES } from "../../../src/cli/pipeline-folder.ts";
import { DocumentReader } from "../../../src/store/document.ts";
import { StoreReader } from "../../../src/store/store-reader.ts";
import { seeded } from "../../support/seeded.ts";
import { chaosLogs, type Written, writeLogs } from "./chaos-writer.ts";

const LINES = Number(process.env["ANTLER_UP_LINES"] ?? 40_000);
const KILLS = Number(process.env["ANTLER_UP_KILLS"] ?? 4);
const SEED = Number(process.env["ANTLER_UP_SEED"] ?? Date.now() % 1_000_000);
/** A fifth die while they begin, the others so long after they have begun. */
const [SHORTEST_LIFE_MS, LONGEST_LIFE_MS] = [50, 3500 + LINES / 100];
const BEGINNING_MS = 1500;
const BINARY = join(import.meta.dirname, "..", "..", "..", "..", "bin", "antler.js");

describe("antler up, killed with -9 while files are written and rotated", function () {
  this.timeout(15 * 60_000);
  let folder: string;
  let child: ChildProcess | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-up-chaos-"));
  });

  after(() => {
    child?.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  it(`every event is in the store once (${LINES} events, ${KILLS} kills, seed ${SEED})`, async () => {
    const logs = join(folder, "logs");
    mkdirSync(logs);
    const said: string[] = [];
    const store = join(folder, "store");
    const pipelines = withSmallSlices(join(folder, "pipelines"), store, Math.max(2_000_000, LINES * 30));
    const up = (...more: string[]): ChildProcess => {
      const globs = chaosLogs(logs).map((path) => `${path}*`);
      const args = ["up", "--data", join(folder, "data"), "--pipelines", pipelines, ...more, ...globs];
      child = spawn(BINARY, args, { stdio: ["ignore", "ignore", "pipe"] });
      child.stderr?.setEncoding("utf8").on("data", (text: string) => said.push(text));
      return child;
    };
    for (const path of chaosLogs(logs)) writeFileSync(path, "");

    const random = seeded(SEED);
    const lives = Array.from({ length: KILLS }, () => {
      const early = random() < 0.2;
      return {
        early,
        ms: early ? random() * 1500 : SHORTEST_LIFE_MS + random() * (LONGEST_LIFE_MS - SHORTEST_LIFE_MS),
      };
    });
    const total = lives.reduce((sum, { early, ms }) => sum + ms + (early ? 0 : BEGINNING_MS), 0);
    const writing = writeLogs(logs, LINES, 0.9 * total, random);
    for (const { early, ms } of lives) {
      const victim = up();
      const exited = once(victim, "exit");
      if (!early) await hasSaid(victim, "storing in");
      await sleep(ms);
      victim.kill("SIGKILL");
      assert.deepEqual(await exited, [null, "SIGKILL"], said.join(""));
    }
    const written = await writing;
    // Whole seconds of waiting between looks: what came twice would come now.
    const [code] = await once(up("--once"), "exit");
    assert.equal(code, 0, said.join(""));

    const faults = await compare(store, written);
    const closed = readdirSync(store).filter((name) => name.endsWith(".parquet")).length;
    process.stderr.write(
      `      ${written.size} events, ${KILLS} kills, ${closed} closed slices; at last ${said.at(-1)}`,
    );
    assert.deepEqual(faults, { missing: [], twice: [], changed: [], foreign: [] }, said.join(""));
    assert.ok(closed > 2, `${closed} slices were closed`);
  });
});

async function hasSaid(process: ChildProcess, wanted: string): Promise<void> {
  for await (const [text] of on(process.stderr as Readable, "data", { close: ["end"] }))
    if (String(text).includes(wanted)) return;
}

/** The pipelines that come with Antler, but storing in `store`, whose slices are so small that deaths hit their closing. Their folder. */
function withSmallSlices(folder: string, store: string, sliceBytes: number): string {
  const put = (id: string, text: string): void => {
    mkdirSync(join(folder, id), { recursive: true });
    writeFileSync(join(folder, id, "pipeline.conf"), text);
  };
  for (const { id, sources } of readPipelineFolder(SHIPPED_PIPELINES))
    put(id, (sources[0]?.text ?? "").replaceAll('send_to => "deliver"', 'send_to => "small"'));
  put(
    "small",
    `input { pipeline { address => "small" } }\noutput { store { path => "${store}" slice_bytes => ${sliceBytes} } }`,
  );
  return folder;
}

/** Events that are not in the store once and as they were written: a few of each kind. */
async function compare(
  folder: string,
  written: Written,
): Promise<Record<"missing" | "twice" | "changed" | "foreign", string[]>> {
  const faults = { missing: [] as string[], twice: [] as string[], changed: [] as string[], foreign: [] as string[] };
  const seen = new Set<number>();
  const reader = await StoreReader.open(folder, 1);
  assert.deepEqual(reader.damaged, []);
  try {
    const fields = reader.fields.filter(({ path }) => path === "event.original");
    const documents = new DocumentReader(fields);
    const everything = { where: undefined, since: undefined, until: undefined };
    for await (const rows of reader.rows(everything, fields, 0)) {
      for (const row of rows) {
        const text = String(documents.flat(row).get("event.original"));
        const number = Number(/n(\d+)n/.exec(text)?.[1] ?? Number.NaN);
        const wanted = written.get(number);
        if (wanted === undefined) faults.foreign.push(text);
        else if (seen.has(number)) faults.twice.push(text);
        else if (text !== wanted) faults.changed.push(text);
        seen.add(number);
      }
    }
  } finally {
    reader.close();
  }
  for (const [number, text] of written) if (!seen.has(number)) faults.missing.push(text);
  const count = Object.values(faults).reduce((sum, list) => sum + list.length, 0);
  if (count > 0)
    process.stderr.write(
      `      faults: ${Object.entries(faults)
        .map(([name, list]) => `${list.length} ${name}`)
        .join(", ")}\n`,
    );
  return Object.fromEntries(Object.entries(faults).map(([name, list]) => [name, list.slice(0, 5)])) as typeof faults;
}
