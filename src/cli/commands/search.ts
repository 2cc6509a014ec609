import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { KqlNode } from "../../language/kql/ast.ts";
import { KqlSyntaxError, parseKql } from "../../language/kql/parser.ts";
import { endOf, newsSince } from "../../store/follow.ts";
import { kqlCondition } from "../../store/kql-sql.ts";
import { StoreVersionError } from "../../store/slice-files.ts";
import { NoStoreError, type Selection, SliceGoneError, StoreReader } from "../../store/store-reader.ts";
import { upFolder } from "../data-folder.ts";
import { EXIT_USAGE } from "../exit-codes.ts";
import { wantsColour } from "../search/colours.ts";
import { bucketLength, histogramLines } from "../search/histogram.ts";
import { printer } from "../search/printer.ts";
import { namedWidth, terminalWidth } from "../search/terminal-width.ts";
import { parseTime } from "../search/time-option.ts";

export interface SearchOptions {
  readonly since?: string;
  readonly until?: string;
  readonly columns?: string;
  readonly limit?: string;
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly histogram?: boolean;
  readonly data?: string;
}

/** Rows of a table when nobody says; with `--json` all. */
const TABLE_LIMIT = 100;
const FOLLOW_MS = 500;
/** Times that a search begins anew because slices were closed or removed under it. */
const ATTEMPTS = 5;
/** By custom 128 and the number of SIGINT. */
const EXIT_INTERRUPTED = 130;
/** The folder of what follows. */
let scratch: string | undefined;

/** A command line that cannot be meant. */
class UsageError extends Error {}

/** `antler search`: KQL over the store that `antler up` fills. The exit code. */
export async function runSearchCommand(text: string, options: SearchOptions): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => {
    stop.abort();
    // Only what follows has something to tidy up.
    if (options.follow !== true) process.exit(EXIT_INTERRUPTED);
  });
  // `| head` has seen enough.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
    process.exit(0);
  });
  try {
    const search = prepare(text, options);
    const folder = join(upFolder(options.data), "store");
    if (options.follow === true) await follow(folder, search, stop.signal);
    else if (options.histogram === true) await histogram(folder, search);
    else await list(folder, search);
    return 0;
  } catch (error) {
    if (error instanceof KqlSyntaxError) process.stderr.write(`antler: this is no query:\n${error.excerpt()}\n`);
    else if (error instanceof UsageError || error instanceof StoreVersionError)
      process.stderr.write(`antler: ${error.message}\n`);
    else if (error instanceof NoStoreError)
      process.stderr.write(`antler: ${error.message}: antler up makes one, or give its --data folder\n`);
    else if ((error as NodeJS.ErrnoException).code === "EACCES")
      process.stderr.write(
        `antler: ${(error as Error).message}: search as the user who runs antler up, or with sudo\n`,
      );
    else throw error;
    return EXIT_USAGE;
  }
}

interface Search {
  readonly query: KqlNode;
  readonly options: SearchOptions;
  readonly now: number;
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** 0: all. */
  readonly limit: number;
}

function prepare(text: string, options: SearchOptions): Search {
  const now = Date.now();
  const time = (name: "since" | "until"): number | undefined => {
    const given = options[name];
    if (given === undefined) return undefined;
    const parsed = parseTime(given, now);
    if (parsed === undefined)
      throw new UsageError(`--${name} ${given} is no time: 15m, 2h, 1d, today, or 2026-11-23T10:00`);
    return parsed;
  };
  const limit = options.limit === undefined ? (options.json === true ? 0 : TABLE_LIMIT) : Number(options.limit);
  if (!Number.isInteger(limit) || limit < 0)
    throw new UsageError(`--limit ${options.limit} is no whole number; 0 is all`);
  if (options.columns?.split(",").some((column) => column.trim() === ""))
    throw new UsageError("--columns names no field between two commas: @timestamp,message");
  if (options.follow === true && options.histogram === true)
    throw new UsageError("--follow and --histogram do not go together");
  return { query: parseKql(text), options, now, since: time("since"), until: time("until"), limit };
}

function selectionOf(reader: StoreReader, { query, now, since, until }: Search): Selection {
  return { where: kqlCondition(query, { fields: reader.fields, now }), since, until };
}

async function list(folder: string, search: Search): Promise<void> {
  const out = printer(search.options);
  const unknown = new Set<string>();
  const count = await withReader(folder, async (reader) => {
    let rows = 0;
    for (const column of unknownColumns(search.options, reader)) unknown.add(column);
    for await (const piece of reader.rows(selectionOf(reader, search), out.fields(reader.fields), search.limit)) {
      rows += piece.length;
      await out.print(piece);
    }
    return rows;
  });
  for (const column of unknown) process.stderr.write(`warning: there is no field ${column} in the store\n`);
  if (count === 0) process.stderr.write("nothing found\n");
  else if (count === search.limit && search.options.limit === undefined)
    process.stderr.write(`the ${count} newest; --limit 0 shows all\n`);
}

function unknownColumns({ columns }: SearchOptions, { fields }: StoreReader): string[] {
  const names = columns?.split(",").map((column) => column.trim()) ?? [];
  return names.filter((name) => !fields.some(({ path }) => path === name || path.startsWith(`${name}.`)));
}

async function histogram(folder: string, search: Search): Promise<void> {
  const colour = wantsColour(process.stdout);
  const lines = await withReader(folder, async (reader) => {
    const selection = selectionOf(reader, search);
    const span = await reader.span(selection);
    if (span === undefined) return [];
    const step = bucketLength(span[0], span[1]);
    const level = reader.fields.find(({ path }) => path === "log.level");
    return histogramLines(
      await reader.histogram(selection, step, level),
      step,
      terminalWidth(process.stdout) ?? namedWidth() ?? 100,
      colour,
    );
  });
  if (lines.length === 0) process.stderr.write("nothing found\n");
  else process.stdout.write(`${lines.join("\n")}\n`);
}

/** What comes in from now on, the oldest first, until Ctrl-C. */
async function follow(folder: string, search: Search, signal: AbortSignal): Promise<void> {
  const out = printer(search.options);
  const own = await mkdtemp(join(tmpdir(), "antler-follow-"));
  scratch = own;
  try {
    await withReader(folder, async () => undefined);
    let place = await endOf(folder);
    while (!signal.aborted) {
      await sleep(FOLLOW_MS, undefined, { signal }).catch(() => undefined);
      const news = await newsSince(folder, place, own);
      place = news.place;
      if (news.closed.length === 0 && news.lines.length === 0) continue;
      const reader = await StoreReader.ofNews(news, 1);
      try {
        const fields = out.fields(reader.fields);
        for await (const piece of reader.rows(selectionOf(reader, search), fields, 0, "ASC")) await out.print(piece);
      } finally {
        reader.close();
      }
    }
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

/** Uses a reader; again when slices were closed or removed meanwhile, as long as nothing has been given out. */
async function withReader<T>(folder: string, use: (reader: StoreReader) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let reader: StoreReader | undefined;
    try {
      reader = await StoreReader.open(folder, availableParallelism());
      for (const { path, reason } of reader.damaged)
        process.stderr.write(`warning: ${path} cannot be read and is left out: ${reason}\n`);
      return await use(reader);
    } catch (error) {
      const gone =
        error instanceof SliceGoneError ||
        /No such file|No files found|cannot open file/i.test((error as Error).message);
      if (!gone || attempt === ATTEMPTS) throw error;
    } finally {
      reader?.close();
    }
  }
}
