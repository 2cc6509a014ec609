import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import type { LedgerSnapshot } from "../../telemetry/ledger.ts";

/** A ledger as it lies on disk. */
export interface StoredLedger {
  /** What it belongs to, by its folder: `pipeline/main`. */
  readonly owner: string;
  /** The input, or what else counts: `main/file#1`. */
  readonly input: string;
  readonly snapshot: LedgerSnapshot;
  /** Folder of the spool that it belongs to. */
  readonly spool?: string;
}

export interface FoundLedgers {
  readonly ledgers: readonly StoredLedger[];
  /** Files that should hold one and cannot be read: each with the reason. */
  readonly unreadable: readonly string[];
}

/** Where ledgers may lie, and how to take them out of that file's JSON: by the name of an input or output, "" for that of the folder. */
const FILES: Readonly<Record<string, (json: unknown) => Readonly<Record<string, LedgerSnapshot | undefined>>>> = {
  "ledger.json": (json) => ({ "": json as LedgerSnapshot }),
  "registry.json": (json) => ({ "": (json as { body?: { extra?: LedgerSnapshot } }).body?.extra }),
  // Queues, of pipelines and of isolated outputs, and spools of shippers.
  "checkpoint.json": (json) => (json as { ledgers?: Record<string, LedgerSnapshot> }).ledgers ?? {},
};
const DEPTH_LIMIT = 6;

/**
 * All ledgers below a data folder, whether their owner runs or not: they are replaced whole, so that one can read at any time. What is on its way is
 * in none of them.
 */
export function readLedgers(folder: string): FoundLedgers {
  const ledgers: StoredLedger[] = [];
  const unreadable: string[] = [];
  for (const { path, name } of filesBelow(folder, 0)) {
    try {
      const found = FILES[name]?.(JSON.parse(readFileSync(path, "utf8"))) ?? {};
      for (const [input, snapshot] of Object.entries(found))
        if (snapshot?.totals !== undefined) {
          const isSpool = basename(dirname(path)) === "spool";
          const place = placeOf(relative(folder, path), input);
          ledgers.push({ ...place, snapshot, ...(isSpool ? { spool: dirname(path) } : {}) });
        }
    } catch (error) {
      unreadable.push(`${path}: ${(error as Error).message}`);
    }
  }
  ledgers.sort((a, b) => (`${a.owner}/${a.input}` < `${b.owner}/${b.input}` ? -1 : 1));
  return { ledgers, unreadable };
}

function* filesBelow(folder: string, depth: number): Generator<{ path: string; name: string }> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isFile() && Object.hasOwn(FILES, entry.name)) yield { path, name: entry.name };
    else if (entry.isDirectory() && depth < DEPTH_LIMIT) yield* filesBelow(path, depth + 1);
  }
}

/** `pipeline/main/inputs/main_file#1/registry.json` is `main_file#1` of `pipeline/main`; in queues the name is written in the file. */
function placeOf(path: string, named: string): { owner: string; input: string } {
  const parts = path.split(sep).slice(0, -1);
  const at = parts.findIndex((part) => ["inputs", "queue", "outputs", "spool"].includes(part));
  const cut = at >= 0 ? at : Math.min(parts.length, 2);
  const input = named === "" ? parts.slice(at >= 0 ? at + 1 : cut).join("/") : `${named} (${parts[at] ?? "queue"})`;
  return { owner: parts.slice(0, cut).join("/") || ".", input: input || "all" };
}

/** Whether a folder is there to be looked at. */
export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
