import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { compileSprintf } from "../../language/sprintf.ts";
import {
  type DeliveryOutcome,
  defineOutput,
  type EncodedEvents,
  type Logger,
  type OutputPlugin,
} from "../../plugin/definitions.ts";
import { boolean, codec, number, path, text } from "../../plugin/options.ts";
import { allDelivered } from "./outcome.ts";

const options = {
  path: path({ description: "File to write to; may hold `%{field}` and dates", required: true }),
  codec: codec({ description: "How events are written", default: { name: "json_lines", options: {} } }),
  create_if_deleted: boolean({ description: "Make the file again when it was deleted", default: true }),
  dir_mode: number({ description: "Mode of folders that are made; -1: the system's default", default: -1 }),
  file_mode: number({ description: "Mode of files that are made; -1: the system's default", default: -1 }),
  filename_failure: text({
    description: "File, in the path's constant part, for events whose path would lead out of it",
    default: "_filepath_failures",
  }),
  flush_interval: number({
    description: "Seconds between flushes",
    default: 2,
    ignored: "every batch is written before it is acknowledged",
  }),
  gzip: boolean({ description: "Compress the file", default: false }),
  stale_cleanup_interval: number({ description: "Seconds after which unused files are closed", default: 10 }),
  write_behavior: text({
    description: "Add to a file or write it anew",
    default: "append",
    choices: ["append", "overwrite"],
  }),
};

/** Longest path in bytes; its length travels in two bytes before each event. */
const PATH_LIMIT = 4096;

export const file: OutputPlugin = defineOutput({
  name: "file",
  summary: "Writes events to files on disk, one line each unless the codec says otherwise.",
  options,
  examples: [
    { title: "One file a day", config: 'file { path => "/var/log/archive/%{+YYYY-MM-dd}.log" codec => json_lines }' },
  ],
  defaultCodec: "json_lines",

  check({ path }) {
    if (!isFieldOrDate(path.split("/").find((part) => part !== "") ?? "")) return [];
    const help = "begin it with a folder, such as /var/log/archive/%{[host][name]}.log";
    return [{ option: "path", message: "a path cannot begin with a field: events would choose any file", help }];
  },

  encoder(settings, _host, codecEncoder) {
    const where = compileSprintf(settings.path);
    const safe = pathGuard(settings.path, settings.filename_failure);
    return {
      // Each event is preceded by its path: length (two bytes, big-endian) and text.
      encode(event, out) {
        const target = Buffer.from(safe(where(event)));
        out.byte(target.length >> 8);
        out.byte(target.length & 255);
        out.put(target);
        codecEncoder.encode(event, out);
      },
    };
  },

  deliverer(settings, host) {
    const files = new OpenFiles(settings, host.now, isFieldOrDate(settings.path));
    let tail: Promise<void> = Promise.resolve();
    return Promise.resolve({
      async deliver(events: EncodedEvents, signal: AbortSignal) {
        const written = tail.then(() => files.write(events, signal, host.log));
        tail = written.then(
          () => undefined,
          () => undefined,
        );
        const rejected = await written;
        return { ...allDelivered(events.count - rejected.length), rejected };
      },
      async close() {
        await tail;
        await files.close();
      },
    });
  },
});

function isFieldOrDate(path: string): boolean {
  return /%\{[^}]+\}/.test(path);
}

/** Keeps paths made from event fields inside the constant part of the configured path. */
function pathGuard(template: string, failure: string): (path: string) => string {
  const variable = template.indexOf("%{");
  const root = variable < 0 ? "" : template.slice(0, template.lastIndexOf("/", variable) + 1);
  return (path) => {
    // Neither out of the root nor the name of a folder.
    const leaves = variable >= 0 && (/(^|\/)\.\.(\/|$)|(^|\/)\.?$/.test(path) || !path.startsWith(root));
    const target = leaves ? `${root}${failure}` : path;
    return Buffer.byteLength(target) > PATH_LIMIT || target.includes("\0") ? `${root}${failure}` : target;
  };
}

interface FileSettings {
  readonly dir_mode: number;
  readonly file_mode: number;
  readonly gzip: boolean;
  readonly stale_cleanup_interval: number;
  readonly create_if_deleted: boolean;
  readonly write_behavior: string;
}

interface OpenFile {
  readonly handle: FileHandle;
  usedAt: number;
}

/** Pause before a write is tried again that failed (disk full, folder gone), in milliseconds. */
const RETRY_MILLIS = 1000;
const OPEN_FILES_LIMIT = 256;
/** What no waiting cures in a path that an event has chosen: a folder of that name, a file where a folder should be, a name too long. */
const BAD_PATH: ReadonlySet<string> = new Set(["EISDIR", "ENOTDIR", "EEXIST", "ENAMETOOLONG", "ELOOP"]);

type Rejected = DeliveryOutcome["rejected"][number];

/** The events of a batch for one file. */
interface Share {
  readonly indices: number[];
  readonly parts: Buffer[];
}

function byPath(events: EncodedEvents): Map<string, Share> {
  const shares = new Map<string, Share>();
  for (let i = 0, start = 0; i < events.count; i++) {
    const end = events.ends[i] as number;
    const from = start + 2 + events.bytes.readUInt16BE(start);
    const path = events.bytes.toString("utf8", start + 2, from);
    const share = shares.get(path) ?? { indices: [], parts: [] };
    share.indices.push(i);
    share.parts.push(events.bytes.subarray(from, end));
    shares.set(path, share);
    start = end;
  }
  return shares;
}

class OpenFiles {
  readonly #settings: FileSettings;
  readonly #now: () => number;
  readonly #open = new Map<string, OpenFile>();
  readonly #begun = new Set<string>();
  readonly #eventsChoose: boolean;
  #complaint = "";

  constructor(settings: FileSettings, now: () => number, eventsChoose: boolean) {
    this.#settings = settings;
    this.#now = now;
    this.#eventsChoose = eventsChoose;
  }

  /**
   * Writes a batch, file by file. A file that cannot be written to holds the batch until it can; events whose own path can never be a
   * file are given back.
   */
  async write(events: EncodedEvents, signal: AbortSignal, log: Logger): Promise<Rejected[]> {
    const rejected: Rejected[] = [];
    for (const [path, { indices, parts }] of byPath(events)) {
      const bytes = await this.#compressed(Buffer.concat(parts));
      for (;;) {
        signal.throwIfAborted();
        try {
          await this.#append(path, bytes);
          break;
        } catch (error) {
          const { code = "", message: reason } = error as NodeJS.ErrnoException;
          await this.#drop(path);
          if (this.#eventsChoose && BAD_PATH.has(code)) {
            rejected.push(...indices.map((index) => ({ index, code, reason })));
            break;
          }
          if (reason !== this.#complaint)
            log.warn("cannot write a file, trying again until it can be", { path, reason });
          this.#complaint = reason;
          await sleep(RETRY_MILLIS, undefined, { signal });
        }
      }
    }
    await this.#closeStale();
    return rejected;
  }

  async close(): Promise<void> {
    for (const path of [...this.#open.keys()]) await this.#drop(path);
  }

  async #compressed(bytes: Buffer): Promise<Buffer> {
    if (!this.#settings.gzip) return bytes;
    const { gzipSync } = await import("node:zlib");
    return gzipSync(bytes);
  }

  /** Writes all or nothing: what a full disk cut off is taken back, so that a retry does not double it. */
  async #append(path: string, bytes: Buffer): Promise<void> {
    const { handle } = await this.#handle(path);
    const { size } = await handle.stat();
    let written = 0;
    try {
      while (written < bytes.length) written += (await handle.write(bytes, written)).bytesWritten;
    } catch (error) {
      if (written > 0) await handle.truncate(size).catch(() => undefined);
      throw error;
    }
  }

  async #handle(path: string): Promise<OpenFile> {
    let found = this.#open.get(path);
    if (found !== undefined && this.#settings.create_if_deleted && (await found.handle.stat()).nlink === 0) {
      await this.#drop(path);
      found = undefined;
    }
    if (found === undefined) {
      const { dir_mode: folderMode, file_mode: fileMode } = this.#settings;
      await mkdir(dirname(path), { recursive: true, ...(folderMode >= 0 ? { mode: folderMode } : {}) });
      const anew = this.#settings.write_behavior === "overwrite" && !this.#begun.has(path);
      const handle = await open(path, anew ? "w" : "a", fileMode >= 0 ? fileMode : undefined);
      this.#begun.add(path);
      found = { handle, usedAt: 0 };
      this.#open.set(path, found);
    }
    found.usedAt = this.#now();
    return found;
  }

  async #drop(path: string): Promise<void> {
    const found = this.#open.get(path);
    this.#open.delete(path);
    await found?.handle.close().catch(() => undefined);
  }

  async #closeStale(): Promise<void> {
    const oldest = this.#now() - this.#settings.stale_cleanup_interval * 1000;
    for (const [path, { usedAt }] of [...this.#open]) {
      if (usedAt < oldest || this.#open.size > OPEN_FILES_LIMIT) await this.#drop(path);
    }
  }
}
