import { BufferPool } from "../../event/buffer-pool.ts";
import type { RecordBatch } from "../../event/record-batch.ts";
import type { Logger } from "../../plugin/definitions.ts";
import type { LetterScope } from "../../segments/dead-letter.ts";
import type { LogPlace } from "../../segments/log-reader.ts";
import type { LetterMark, SettledLog } from "../../segments/settled-log.ts";
import { type BatchCounts, emptyEntry, Ledger, type LedgerSnapshot } from "../../telemetry/ledger.ts";
import type { ResolvedGroup } from "../compile/resolve-group.ts";
import { stateOf } from "../compile/state.ts";
import { Deliveries, type RunningOutput } from "../run/deliveries.ts";
import { Dispatcher } from "../run/dispatcher.ts";
import type { WorkerSetFactory } from "../run/worker-set.ts";
import type { OpenLetter } from "./letters.ts";
import { type LetterOutcome, ReplayBatch } from "./replay-batch.ts";
import { ReplayPlan, type ReplayRecord } from "./replay-records.ts";
import { type BatchRestriction, RestrictedWorkers } from "./restricted-workers.ts";

/** Records run again together, and their bytes. */
const BATCH_RECORDS = 500;
const BATCH_BYTES = 1 << 20;
const POOL = { batchBytes: BATCH_BYTES, batchRecords: BATCH_RECORDS, totalBytes: 16 << 20 };

export interface ReplayOptions {
  readonly group: ResolvedGroup;
  /** By number. */
  readonly outputs: readonly RunningOutput[];
  readonly workers: WorkerSetFactory;
  readonly settled: SettledLog;
  /** Marks are for letters up to here. */
  readonly end: LogPlace;
  readonly log: Logger;
  readonly now: () => number;
  /** When it aborts, no more letters are taken; `close` gives up what is under way. */
  readonly signal: AbortSignal;
  readonly progress: (counts: ReplayCounts) => void;
}

/** Letters of a replay; `failed` by code. */
export interface ReplayCounts {
  read: number;
  delivered: number;
  filtered: number;
  readonly failed: Map<string, FailedAgain>;
  /** Events that were there already, of those delivered. */
  existing: number;
  conflicts: number;
  failureStore: number;
}

export interface FailedAgain {
  count: number;
  /** Of the first one. */
  readonly reason: string;
  readonly letter: string;
}

/**
 * Runs the records of dead letters through a configuration again and delivers of their events only those that were dead-lettered. A letter is
 * marked when that is done; after a crash it comes again, and its events have the identities that they had.
 */
export class Replay {
  readonly counts: ReplayCounts = {
    read: 0,
    delivered: 0,
    filtered: 0,
    failed: new Map(),
    existing: 0,
    conflicts: 0,
    failureStore: 0,
  };
  readonly #options: ReplayOptions;
  readonly #plan: ReplayPlan;
  readonly #dispatcher: Dispatcher;
  readonly #deliveries: Deliveries;
  readonly #restrictions = new Map<SharedArrayBuffer, BatchRestriction>();
  readonly #batches = new Map<RecordBatch, ReplayBatch>();
  readonly #ends = new Set<Promise<void>>();
  readonly #ledger: Ledger;
  #giveUp: () => void = () => undefined;
  readonly #givenUp: Promise<undefined> = new Promise((resolve) => {
    this.#giveUp = () => resolve(undefined);
  });

  constructor(options: ReplayOptions) {
    const { group, outputs, workers, log } = options;
    this.#options = options;
    this.#ledger = new Ledger(options.settled.note as LedgerSnapshot | undefined);
    this.#plan = new ReplayPlan(group, new Map(outputs.map(({ id }, number) => [id, number])));
    this.#deliveries = new Deliveries(outputs, false);
    const { inputs } = stateOf(group);
    this.#dispatcher = new Dispatcher(
      new BufferPool(POOL),
      (events) => new RestrictedWorkers(workers, this.#restrictions, events),
      this.#deliveries,
      {
        append: (batch, dead) => {
          for (const one of dead) this.#batches.get(batch)?.failed(one);
          return Promise.resolve();
        },
      },
      log,
      (input) => inputs.has(input),
    );
  }

  /** Takes letters until there are no more, or the signal aborts, and waits for what became of them. */
  async run(letters: AsyncIterable<OpenLetter>): Promise<void> {
    await this.#dispatcher.start();
    let records = new Map<string, ReplayRecord>();
    let bytes = 0;
    for await (const open of letters) {
      if (this.#options.signal.aborted) break;
      this.counts.read++;
      const record = this.#plan.record(open);
      if ("code" in record) {
        this.#failedAgain(open, record.code, record.reason);
        continue;
      }
      const together = records.get(record.id);
      if (together !== undefined) {
        together.letters.push(open);
        continue;
      }
      const readAt = records.values().next().value?.readAt ?? record.readAt;
      const full = records.size >= BATCH_RECORDS || bytes + record.raw.length > BATCH_BYTES;
      if (records.size > 0 && (full || readAt !== record.readAt)) {
        await this.#submit([...records.values()]);
        records = new Map();
        bytes = 0;
      }
      records.set(record.id, record);
      bytes += record.raw.length;
    }
    if (records.size > 0 && !this.#options.signal.aborted) await this.#submit([...records.values()]);
    await Promise.race([Promise.all(this.#ends), this.#givenUp]);
  }

  /** Gives up what is under way; its letters stay as they are. */
  abort(): void {
    this.#giveUp();
    this.#deliveries.abort();
  }

  /** What replays of these letters have brought where, since there are marks. */
  get ledger(): LedgerSnapshot {
    return this.#ledger.snapshot();
  }

  async close(): Promise<void> {
    this.#deliveries.abort();
    await this.#dispatcher.stop();
    await this.#deliveries.close();
  }

  async #submit(records: readonly ReplayRecord[]): Promise<void> {
    const room = this.#dispatcher.acquire(records.reduce((sum, { raw }) => sum + raw.length, 0));
    const batch = await Promise.race([room, this.#givenUp]);
    if (batch === undefined) return;
    batch.readAt = (records[0] as ReplayRecord).readAt;
    for (const { source, raw, offset, length, crc, flags } of records)
      batch.append(batch.sourceIndex(source), raw, 0, raw.length, offset, length, crc, flags);
    const replayed = new ReplayBatch(records, this.#plan);
    this.#restrictions.set(batch.data, replayed.restriction);
    this.#batches.set(batch, replayed);
    const end = new Promise<void>((resolve, reject) => {
      this.#dispatcher.submit(batch, (counts) => {
        this.#restrictions.delete(batch.data);
        this.#batches.delete(batch);
        this.#settle(replayed.outcomes(), counts).then(resolve, reject);
      });
    });
    this.#ends.add(end);
    end.then(
      () => this.#ends.delete(end),
      () => undefined,
    );
  }

  async #settle(outcomes: readonly LetterOutcome[], counts: BatchCounts): Promise<void> {
    const { settled, now, progress } = this.#options;
    // Marks and ledger in one write. Its totals stay: the pipeline has counted these events where they failed.
    this.#ledger.add({ ...counts, totals: emptyEntry() });
    await settled.add(
      outcomes.map((outcome) => this.#markOf(outcome, now())),
      this.#ledger.snapshot(),
    );
    for (const { open, remaining, how } of outcomes) {
      const failed = remaining[0];
      if (failed === undefined) this.counts[how]++;
      else this.#failedAgain(open, failed.code, failed.reason);
    }
    for (const output of counts.outputs.values()) {
      this.counts.existing += output.existing;
      this.counts.conflicts += output.conflicts;
      this.counts.failureStore += output.failureStore;
    }
    progress(this.counts);
  }

  #markOf({ open, remaining, how }: LetterOutcome, time: number): LetterMark {
    const mark = { key: open.key, upTo: this.#options.end, time };
    if (remaining.length === 0) return { ...mark, how };
    const scopes: readonly LetterScope[] = remaining;
    return { ...mark, attempts: open.attempts + 1, scopes };
  }

  #failedAgain({ name }: OpenLetter, code: string, reason: string): void {
    const failed = this.counts.failed.get(code);
    if (failed === undefined) this.counts.failed.set(code, { count: 1, reason, letter: name });
    else failed.count++;
  }
}
