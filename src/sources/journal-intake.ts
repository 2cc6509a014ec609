import { crc32 } from "node:zlib";
import { FLAG_TRUNCATED, type Source } from "../event/record-batch.ts";
import type { InputHost } from "../plugin/definitions.ts";
import { JournalBatches } from "./journal-batches.ts";
import { canFollow, type JournalSelection, type JournalStart, journalParameters } from "./journal-command.ts";
import { cursorOf, placeOf } from "./journal-cursor.ts";
import { JournalPosition, type JournalPositionSnapshot, sequenceFileId } from "./journal-position.ts";
import { JournalReader, type JournalReaderTimes } from "./journal-reader.ts";
import type { JournalState } from "./journal-state.ts";
import { lineFramer } from "./line-framer.ts";

/** An entry over this many bytes of JSON is cut; its fields are lost then, its beginning is kept. */
export const ENTRY_LIMIT: number = 10 * 1024 * 1024;
/** Sources remembered; a host's journal has one. */
const SOURCES = 256;

const BRACE = 0x7b;
const LINE_FEED = 0x0a;

interface Line {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly flags: number;
}

export interface JournalIntakeOptions {
  readonly command: string;
  readonly selection: JournalSelection;
  readonly start: JournalStart;
  readonly state: JournalState;
  /** A new source with the fields of this input. */
  readonly sourceOf: () => Source;
  readonly host: Pick<InputHost, "sink" | "now" | "random" | "log">;
  readonly times?: Partial<JournalReaderTimes>;
  readonly entryLimit?: number;
}

/** From journalctl's output to batches: cuts entries, gives each its place in the journal, and stores how far all has arrived. */
export class JournalIntake {
  readonly #options: JournalIntakeOptions;
  readonly #position: JournalPosition;
  readonly #batches: JournalBatches<JournalPositionSnapshot>;
  readonly #reader: JournalReader;
  readonly #sources = new Map<string, Source>();
  #framer: ReturnType<typeof lineFramer>;
  /** The entry that a run begins with and that was read before. */
  #known: string | undefined;
  /** In the rest of an entry that was cut. */
  #inCut = false;
  #strange = 0;

  constructor(options: JournalIntakeOptions) {
    this.#options = options;
    const { state, host, selection, command, times } = options;
    this.#position = new JournalPosition(state.position);
    this.#batches = new JournalBatches(
      host.sink,
      host.now,
      () => this.#position.snapshot(),
      (position) => state.reached(position),
    );
    this.#framer = this.#newFramer();
    this.#reader = new JournalReader({
      command,
      parameters: () => this.#begin(),
      follows: canFollow(selection),
      log: host.log,
      random: host.random,
      onChunk: (chunk) => this.#take(chunk),
      onEnd: () => {
        // A line that has no end was not written to its end: the next run gives it again.
        this.#framer = this.#newFramer();
        this.#inCut = false;
      },
      ...(times === undefined ? {} : { times }),
    });
  }

  start(): void {
    this.#reader.start();
  }

  /** Stops reading; resolves when all that was read has reached its end and that is stored. */
  async stop(): Promise<void> {
    await this.#reader.stop();
    await this.#batches.drain();
    await this.#options.state.settled();
  }

  #newFramer(): ReturnType<typeof lineFramer> {
    return lineFramer("\n", this.#options.entryLimit ?? ENTRY_LIMIT);
  }

  #begin(): string[] {
    this.#known = this.#position.cursor;
    return journalParameters(this.#options.selection, this.#known, this.#options.start);
  }

  async #take(chunk: Buffer): Promise<void> {
    const lines: Line[] = [];
    this.#framer.push(chunk, (bytes, start, end, _rawLength, flags) => lines.push({ bytes, start, end, flags }));
    for (const line of lines) {
      const room = this.#takeLine(line);
      if (room !== undefined) await room;
    }
  }

  /** Undefined: done; else resolves when it is. */
  #takeLine(line: Line): Promise<void> | undefined {
    const cut = (line.flags & FLAG_TRUNCATED) !== 0;
    const cursor = cursorOf(line.bytes, line.start, line.end);
    if (cut && this.#inCut) {
      // Of the rest only the place is needed.
      if (cursor !== undefined) this.#position.advance(cursor, placeOf(cursor));
      this.#inCut = line.bytes[line.end] !== LINE_FEED;
      return undefined;
    }
    this.#inCut = cut;
    if (line.bytes[line.start] !== BRACE) {
      this.#reportStrange(line);
      return undefined;
    }
    if (cut) this.#options.host.log.warn("an entry of the journal is cut: it is too long", { limit: ENTRY_LIMIT });
    const known = this.#known;
    this.#known = undefined;
    if (cursor !== undefined && cursor === known) return undefined;
    const room = this.#batches.room(line.end - line.start);
    if (room === undefined) this.#add(line, cursor);
    return room?.then(() => this.#add(line, cursor));
  }

  #add(line: Line, cursor: string | undefined): void {
    const place = cursor === undefined ? undefined : placeOf(cursor);
    const offsets = this.#position.advance(cursor, place);
    // journalctl writes an entry's fields in any order, so the bytes cannot be summed; the cursor has a hash of them.
    const crc = cursor === undefined ? 0 : crc32(cursor);
    this.#batches.add(this.#source(place?.sequence ?? ""), line, offsets, crc);
  }

  #source(sequence: string): Source {
    let source = this.#sources.get(sequence);
    if (source === undefined) {
      if (this.#sources.size >= SOURCES) this.#sources.clear();
      source = { ...this.#options.sourceOf(), fileId: sequenceFileId(this.#options.state.id, sequence), unit: "byte" };
      this.#sources.set(sequence, source);
    }
    return source;
  }

  #reportStrange(line: Line): void {
    if (line.end === line.start) return;
    this.#strange++;
    if (this.#strange > 10) return;
    const start = line.bytes.toString("utf8", line.start, Math.min(line.end, line.start + 200));
    this.#options.host.log.warn("the journal's reader wrote what is no entry", { text: start });
  }
}
