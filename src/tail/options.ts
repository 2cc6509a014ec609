import type { Value } from "../event/value.ts";

/** Fields of a source: field reference and value. */
export type SourceFields = readonly (readonly [string, Value])[];

/** A file, as told to `describe`. */
export interface FileDescription {
  readonly path: string;
  /** 24 hexadecimal digits. */
  readonly id: string;
  readonly generation: number;
  readonly device: string;
  readonly inode: string;
}

export const MULTILINE_TYPES = ["pattern", "count", "while_pattern", "stacktrace"] as const;

/** How lines make events; names and defaults as in Filebeat's multiline parser. */
export interface MultilineOptions {
  readonly type: (typeof MULTILINE_TYPES)[number];
  /** For pattern and while_pattern. */
  readonly pattern?: RegExp;
  readonly negate?: boolean;
  /** Where lines that match belong: to the line before them ("after" it) or to the line that follows. Default "after". */
  readonly match?: "after" | "before";
  /** A line that ends the event it belongs to. */
  readonly flushPattern?: RegExp;
  /** Lines of an event with type count. */
  readonly countLines?: number;
  /** Lines kept of an event; further ones are left out and the event is marked truncated. Default 500. */
  readonly maxLines?: number;
  /** An event whose next line does not come is complete after this time. Default 5,000 ms; 0 waits for ever. */
  readonly timeoutMs?: number;
  /** Lines are joined without "\n" between them. */
  readonly skipNewline?: boolean;
}

export interface TailInputOptions {
  /** Number of the input, for `Source.input`. */
  readonly number: number;
  /** Names the input in the registry; stable across changes of the configuration, different for each input. */
  readonly name: string;
  /** Absolute paths and globs (`*`, `**`, `?`, `[ab]`, `{a,b}`). */
  readonly paths: readonly string[];
  /** Files left out: expressions on the path, or globs. */
  readonly exclude?: readonly (RegExp | string)[];
  /** Only files whose path matches one of these. */
  readonly include?: readonly RegExp[];
  /** Whether symbolic links are read as what they lead to. Default true. */
  readonly symlinks?: boolean;
  /**
   * What of the files is gzip: "auto" those named `*.gz`, which are read once, as their content; "gzip" all; "none": those named `*.gz` are left
   * out. Default "auto".
   */
  readonly compression?: "auto" | "gzip" | "none";
  /** Whether `*` matches names that begin with a dot. Default false. */
  readonly hidden?: boolean;
  /** Fields that every event of the input gets. */
  readonly fields?: SourceFields;
  /** Fields that every event of a file gets, after `fields`. */
  readonly describe?: (file: FileDescription) => SourceFields;
  /** Files not modified for so long are not begun. Default 0: off. */
  readonly ignoreOlderMs?: number;
  /** Files not modified since then (epoch milliseconds) are not begun. Default: none. */
  readonly ignoreSince?: number;
  /** A file is closed when it has been read to its end; it is opened again when it changes. Default false. */
  readonly closeOnEof?: boolean;
  /** A file is closed after so long, wherever it is read, and opened again by the next scan. Default 0: off. */
  readonly closeAfterMs?: number;
  /** Files not modified for so long, and read to their end, leave the registry. Default 0: off. */
  readonly cleanInactiveMs?: number;
  /** Descriptors of this input open at a time. Default 0: as many as the tail may have. */
  readonly harvesterLimit?: number;
  /** A file read to its end and unchanged for so long is closed, and opened again when it changes. Default 5 minutes. */
  readonly closeInactiveMs?: number;
  /** A removed file is closed at its end. Default true; false holds it until it is inactive. */
  readonly closeRemoved?: boolean;
  /** A renamed file is closed at its end. Default false. */
  readonly closeRenamed?: boolean;
  /** Where files begin that are there at the first start. Default "beginning". */
  readonly readFrom?: "beginning" | "end";
  /** Longest record in source bytes; what is longer is cut and marked. Default 10 MiB. */
  readonly messageMaxBytes?: number;
  /** A last line without its end is taken as it is when nothing was added for so long; what comes later is another. Default 0: it waits. */
  readonly lineTimeoutMs?: number;
  readonly multiline?: MultilineOptions;
  /** Lines are a container runtime's: parts of one line are joined, and multiline looks at the texts. A record is the raw lines, with "\n" between them. */
  readonly container?: "auto" | "docker" | "cri";
  /** What of a line multiline looks at, where that is not the line itself. A record is the raw lines, with "\n" between them. */
  readonly lineText?: (line: string) => string;
  /** Default "utf-8". Also utf-16, utf-16le, utf-16be, latin1, Filebeat's names except EBCDIC and hz-gb-2312, and whatever iconv-lite knows in which 0x0A is only a line feed. */
  readonly encoding?: string;
}

export interface TailOptions {
  readonly inputs: readonly TailInputOptions[];
  /** Folder of registry.json; made if absent. */
  readonly registryFolder: string;
  /**
   * Epoch milliseconds: where an input has its first start, files begin at the first line that is not older, and their rotated and compressed
   * siblings are read before them, oldest first. Instead of `readFrom`.
   */
  readonly since?: number;
  /** Zone of lines whose time names none, for `since`. Default: the host's. */
  readonly timezone?: string;
  /** Bytes of one read. Default 512 KiB (measured: 64 KiB costs 60 % more CPU). */
  readonly bufferSize?: number;
  /** Bytes that one file may deliver before the next file has its turn. Default 4 MiB. */
  readonly turnBytes?: number;
  /** How long a part-filled batch waits. Default 50 ms. */
  readonly lingerMs?: number;
  /** Time between scans of the folders. Default 10 s. */
  readonly scanMs?: number;
  /** First time between looks at a file at its end; it doubles up to `pollMaxMs`. Default 1 s. */
  readonly pollMs?: number;
  /** Default 10 s. */
  readonly pollMaxMs?: number;
  /** Descriptors open at a time. Default 1,024. */
  readonly harvesterLimit?: number;
  /** Time between writes of the registry. Default 1 s. */
  readonly flushMs?: number;
  /** Files not seen for so long leave the registry. Default 7 days. */
  readonly forgetAfterMs?: number;
  /** While `diskFull` says so, a removed file that is still open is given up after so long, read or not. Default 0: never. */
  readonly releaseDeletedAfterMs?: number;
  readonly diskFull?: () => boolean;
  /** A value of the owner, stored in the registry in the same write (its ledger). */
  readonly extra?: () => unknown;
}

export type ResolvedTailOptions = Required<Omit<TailOptions, "extra" | "since" | "diskFull">> &
  Pick<TailOptions, "extra" | "since" | "diskFull">;

export function withDefaults(options: TailOptions): ResolvedTailOptions {
  return {
    releaseDeletedAfterMs: 0,
    bufferSize: 512 * 1024,
    turnBytes: 4 * 1024 * 1024,
    lingerMs: 50,
    scanMs: 10_000,
    pollMs: 1000,
    pollMaxMs: 10_000,
    harvesterLimit: 1024,
    flushMs: 1000,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    forgetAfterMs: 7 * 24 * 3600 * 1000,
    ...options,
  };
}

export const DEFAULT_MESSAGE_MAX_BYTES: number = 10 * 1024 * 1024;
export const DEFAULT_CLOSE_INACTIVE_MS: number = 5 * 60 * 1000;
