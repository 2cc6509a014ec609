import { DiagnosticCollector } from "../../diagnostics/diagnostic.ts";
import { renderDiagnostics } from "../../diagnostics/render.ts";
import { resolveGroup } from "../../pipeline/compile/resolve-group.ts";
import { spooledEvents } from "../../shipper/spool/spooled-events.ts";
import { imbalance, sumOf } from "../../telemetry/ledger.ts";
import { dataFolder, defaultDataFolder } from "../data-folder.ts";
import { EXIT_CONFIGURATION, EXIT_USAGE } from "../exit-codes.ts";
import { claimsOf } from "../ledger/claims.ts";
import { prove } from "../ledger/prove.ts";
import { type FoundLedgers, isFolder, readLedgers } from "../ledger/read-ledgers.ts";
import { renderLedgers } from "../ledger/render-ledger.ts";
import { renderProof } from "../ledger/render-proof.ts";
import { type CommandOptions, pipelineSet } from "../pipeline-set.ts";

/** `antler ledger`: what was counted, and with `--prove` whether it is there. The exit code: 1 when something does not add up. */
export function runLedgerCommand(options: CommandOptions): Promise<number> {
  return options["prove"] === true ? proveLedger(options) : showLedger(options);
}

async function showLedger(options: CommandOptions): Promise<number> {
  const folder = (options["path.data"] as string | undefined) ?? defaultDataFolder();
  const found = ledgersIn(folder);
  if (found === undefined) return EXIT_USAGE;
  const { ledgers } = found;
  const missing = ledgers.filter(({ snapshot }) => imbalance(snapshot) !== 0).length + found.unreadable.length;
  const waiting = new Map<string, number>();
  for (const { spool } of ledgers) if (spool !== undefined) waiting.set(spool, await spooledEvents(spool));
  if (options["json"] === true) {
    const rows = ledgers.map(({ spool, ...ledger }) => ({
      ...ledger,
      imbalance: imbalance(ledger.snapshot),
      ...(spool === undefined ? {} : { waiting: waiting.get(spool) }),
    }));
    process.stdout.write(`${JSON.stringify({ ledgers: rows, unreadable: found.unreadable }, null, 2)}\n`);
  } else {
    process.stdout.write(renderLedgers(ledgers, waiting));
    process.stdout.write(missing === 0 ? "everything read has its end\n" : "the ledger does not balance\n");
  }
  return missing === 0 ? 0 : 1;
}

async function proveLedger(options: CommandOptions): Promise<number> {
  const diagnostics = new DiagnosticCollector();
  const set = pipelineSet(options, diagnostics);
  if (typeof set === "number") return set;
  const group = resolveGroup(set.definitions, diagnostics, "check");
  if (diagnostics.errors > 0) {
    process.stderr.write(renderDiagnostics(diagnostics.sorted()));
    return EXIT_CONFIGURATION;
  }
  const folder = dataFolder((options["path.data"] as string | undefined) ?? set.dataPath, "pipeline", set.id);
  const found = ledgersIn(folder);
  if (found === undefined) return EXIT_USAGE;
  const ledger = sumOf(found.ledgers.map(({ snapshot }) => snapshot));
  const { claims, unknown } = await claimsOf(group, ledger);
  const stop = new AbortController();
  const abort = (): void => stop.abort(new Error("interrupted"));
  process.once("SIGINT", abort);
  try {
    const proof = await prove(claims, showProgress, stop.signal);
    const report = { ...proof, unknown, imbalance: imbalance(ledger), unreadable: found.unreadable };
    process.stdout.write(
      options["json"] === true ? `${JSON.stringify(report, null, 2)}\n` : renderProof(report, ledger),
    );
    const sound = proof.missing.length + proof.failed.length + unknown.length + found.unreadable.length === 0;
    return sound && report.imbalance === 0 && (options["onlyWriter"] !== true || proof.more.length === 0) ? 0 : 1;
  } finally {
    process.off("SIGINT", abort);
    await Promise.all(claims.map(({ connection }) => connection.close()));
  }
}

/** Undefined, and it is said why, where there is none. */
function ledgersIn(folder: string): FoundLedgers | undefined {
  const found = isFolder(folder) ? readLedgers(folder) : undefined;
  if (found !== undefined && found.ledgers.length + found.unreadable.length > 0) {
    for (const reason of found.unreadable) process.stderr.write(`antler: ${reason}\n`);
    return found;
  }
  process.stderr.write(`antler: there is no ledger below ${folder}; name the folder with --path.data\n`);
  return undefined;
}

function showProgress(done: number, of: number): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(done < of ? `\r\x1b[2Kasked ${done} of ${of} destinations` : "\r\x1b[2K");
}
