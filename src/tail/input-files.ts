import { basename } from "node:path";
import { crc32 } from "node:zlib";
import {
  beginsOtherwise,
  bytesBefore,
  compareWithPast,
  HEADER_LIMIT,
  isCopyName,
  isPrefixOf,
  lookAt,
  type OpenFile,
  verify,
} from "./content.ts";
import { Discovery, type FoundFile, nameStem } from "./discover.ts";
import { isPlainUtf8, lineEncoding } from "./encoding.ts";
import type { FileStat, TailEnvironment } from "./environment.ts";
import { fingerprintOf, HEAD_BYTES, TAIL_BYTES } from "./fingerprint.ts";
import type { Framer } from "./framer.ts";
import type { Harvester } from "./harvester.ts";
import type { InflatingFiles, Survey } from "./inflating-files.ts";
import { Multiline } from "./multiline.ts";
import { DEFAULT_MESSAGE_MAX_BYTES, type TailInputOptions } from "./options.ts";
import { PlainLines } from "./plain-lines.ts";
import { copyKey, type Registry } from "./registry.ts";
import type { KnownCopy } from "./registry-format.ts";
import { TextLines } from "./text-lines.ts";
import { SEARCHES, TrackedFile } from "./tracked-file.ts";

const MAX_GENERATION = 0xffffff;
/** Generations of one file that are remembered after their content is gone from its place. */
const PAST_KEPT = 64;
const COPIES_KEPT = 4096;
/** A copy of a file that is still whole is a rotation in progress for so long; then it counts as a file of its own. */
const COPY_SETTLES_MS = 60_000;

/** Scans that a file waits for while it is not clear whether it is a copy of one that is not in its place. */
const SCANS_WAITED = 2;

/** What an open file is to one that is known. */
type Relation = "continues" | "covered" | "no" | "unsure";

/** What the parts of a tail work with: gzip files can be opened as their content. */
export type InflatingEnvironment = TailEnvironment & { readonly fs: InflatingFiles };

/** The descriptor of a file that is open, if it is. */
export type DescriptorOf = (file: TrackedFile) => number | null;

/** The files of one input: which tracked file an inode is, and what a new one turns out to be. */
export class InputFiles {
  readonly options: TailInputOptions;
  readonly discovery: Discovery;
  readonly multiline: Multiline | null;
  readonly byInode: Map<string, TrackedFile> = new Map();
  firstScan = true;
  readonly #env: InflatingEnvironment;
  readonly #registry: Registry;
  readonly #waited = new Map<string, number>();
  readonly #byStem = new Map<string, TrackedFile[]>();
  #firstStart = true;

  /** @throws TypeError for options that cannot be. */
  constructor(options: TailInputOptions, environment: InflatingEnvironment, registry: Registry) {
    this.options = options;
    this.#env = environment;
    this.#registry = registry;
    this.discovery = new Discovery(options, environment);
    this.multiline = this.#newMultiline();
    lineEncoding(options.encoding ?? "utf-8", new Uint8Array());
  }

  /** Takes the files of the registry that are this input's, or were an input's that is no more and match here later. */
  adopt(file: TrackedFile): void {
    this.#firstStart = false;
    file.input = this.options.name;
    if (!file.past) this.byInode.set(file.key, file);
    this.#index(file);
  }

  #index(file: TrackedFile): void {
    const stem = nameStem(file.path);
    const others = this.#byStem.get(stem) ?? [];
    others.push(file);
    // Each time it has doubled, so that it costs little and does not grow for ever.
    const isPruned = others.length > 8 && (others.length & (others.length - 1)) === 0;
    this.#byStem.set(stem, isPruned ? others.filter((other) => this.#registry.files.has(other)) : others);
  }

  /**
   * Files whose copy a file at `path` may be by its name, and by its `head` if that is given; newest first. Thousands of files may have one name
   * (`0.log` in each pod's folder), so that what costs least and leaves out most is asked first.
   */
  #copyCandidates(path: string, head?: Buffer): TrackedFile[] {
    const name = basename(path);
    const hashes = new Map<number, string>();
    const mayBegin = ({ fingerprint: { length, hash } }: TrackedFile): boolean => {
      if (length === 0) return false;
      if (head === undefined || head.length < length) return true;
      const own = hashes.get(length) ?? fingerprintOf(head, length).hash;
      hashes.set(length, own);
      return own === hash;
    };
    const candidates: TrackedFile[] = [];
    for (let length = 1; length <= name.length; length++) {
      for (const file of this.#byStem.get(name.slice(0, length)) ?? []) {
        if (mayBegin(file) && isCopyName(path, file) && this.#registry.files.has(file)) candidates.push(file);
      }
    }
    return candidates.reverse();
  }

  *files(): Generator<TrackedFile> {
    for (const file of this.#registry.files) if (file.input === this.options.name) yield file;
  }

  /** Whether a file is read as what gzip made it of. */
  isGzip(path: string): boolean {
    return this.discovery.isGzip(path);
  }

  /** Opens to compare. */
  async open(path: string): Promise<number> {
    const { fs } = this.#env;
    return this.isGzip(path) ? ((await fs.openGzip(path)) as number) : fs.open(path, "r");
  }

  /** What of a gzip file's content will be compared. `file`: what it is known as. */
  survey(path: string, file: TrackedFile | null, asCopyOnly: boolean): Survey {
    const candidates = this.#copyCandidates(path);
    const offsets = [...candidates, ...(file === null ? [] : [file])].flatMap(({ position, seen, marks, past }) => [
      position.offset,
      seen.offset,
      ...(past ? marks.map(({ offset }) => offset) : []),
    ]);
    const wanted = (head: Buffer): boolean =>
      !asCopyOnly || candidates.some((candidate) => !beginsOtherwise(head, candidate));
    return { wanted, offsets };
  }

  #newMultiline(): Multiline | null {
    const { multiline, container, lineText } = this.options;
    return multiline === undefined && container === undefined
      ? null
      : new Multiline(multiline, { container, lineText });
  }

  framer(head: Uint8Array): Framer {
    const { messageMaxBytes = DEFAULT_MESSAGE_MAX_BYTES, encoding = "utf-8" } = this.options;
    if (this.multiline === null && isPlainUtf8(encoding)) return new PlainLines(messageMaxBytes);
    const multiline = this.multiline?.isStateful === true ? this.#newMultiline() : this.multiline;
    return new TextLines(messageMaxBytes, encoding, head, multiline);
  }

  /** A file that nothing is known of yet; it enters the registry when it has content. */
  fresh(path: string, stat: FileStat): TrackedFile {
    return this.#place(new TrackedFile(this.#env.random(12), 0, this.options.name, path), path, stat);
  }

  get firstStart(): boolean {
    return this.#firstStart;
  }

  /**
   * A file whose content is known from `offset` on to be wanted; null if it is empty or no longer there. Compressed content of which nothing
   * is wanted is not even looked at.
   */
  async beginAt({ path, stat }: FoundFile, offset: number | "end"): Promise<TrackedFile | null> {
    const { fs } = this.#env;
    const gzip = this.isGzip(path);
    const file = this.fresh(path, stat);
    file.version = stat.version;
    file.rotated = gzip;
    if (!gzip || offset !== "end") {
      const offsets = offset === "end" ? [] : [offset];
      const descriptor = gzip ? await fs.openGzip(path, { wanted: () => true, offsets }) : await fs.open(path, "r");
      if (descriptor === null) return null;
      try {
        const open = await lookAt(fs, descriptor);
        if (open.stat.size === 0 || `${open.stat.device}:${open.stat.inode}` !== file.key) {
          this.byInode.delete(file.key);
          return null;
        }
        const { size } = open.stat;
        const at = offset === "end" ? size : Math.min(offset, size);
        file.startAt(at, await bytesBefore(fs, descriptor, at));
        file.fingerprint = fingerprintOf(open.head);
        file.seen = { offset: size, tail: crc32(await bytesBefore(fs, descriptor, size)) };
        file.size = size;
        file.version = open.stat.version;
      } finally {
        await fs.close(descriptor);
      }
    }
    this.#registry.add(file);
    this.#index(file);
    this.#env.count("files_found");
    return file;
  }

  /** The next generation of `old`, whose content went away; a file of its own after 2^24 of them or when `another` has the inode. */
  successor(old: TrackedFile, path: string, stat: FileStat, another: boolean): TrackedFile {
    // It may have been found in a copy already.
    if (old.key === `${stat.device}:${stat.inode}`) {
      old.displace();
      old.searches = SEARCHES;
    }
    this.#forgetPast(old.id);
    this.#env.count("generations");
    if (another || old.generation === MAX_GENERATION) return this.fresh(path, stat);
    const file = new TrackedFile(old.idBytes, old.generation + 1, this.options.name, path);
    return this.#place(file, path, stat);
  }

  #place(file: TrackedFile, path: string, stat: FileStat): TrackedFile {
    file.placeAt(stat.device, stat.inode, stat.birth, path);
    file.seenAt = this.#env.clock.now();
    this.byInode.set(file.key, file);
    this.describe(file);
    return file;
  }

  describe(file: TrackedFile): void {
    const { number, fields = [], describe } = this.options;
    const { path, id, generation, device, inode } = file;
    const own = describe?.({ path, id, generation, device, inode }) ?? [];
    file.source = { input: number, fileId: file.idBytes, generation, unit: "byte", fields: [...fields, ...own] };
  }

  #forgetPast(id: string): void {
    const past = [...this.files()].filter((file) => file.id === id && file.past && file.outstanding === 0);
    past.sort((a, b) => b.generation - a.generation);
    for (const file of past.slice(PAST_KEPT)) this.#registry.remove(file);
  }

  /** What is known of an inode as a copy, if it is unchanged since. */
  #knownCopy(stat: FileStat): KnownCopy | undefined {
    const copy = this.#registry.copies.get(copyKey({ input: this.options.name, ...stat }));
    const size = stat.compressed ?? stat.size;
    return (copy?.compressed ?? copy?.size) === size && copy?.written === modificationTime(stat) ? copy : undefined;
  }

  /** Whether an inode is a copy that needs no reading as it is now. `inPlace` tells whether a file was seen or is open. */
  isCopy({ stat }: FoundFile, inPlace: (file: TrackedFile) => boolean): boolean {
    const copy = this.#knownCopy(stat);
    if (copy === undefined) return false;
    const of = [...this.files()].find((file) => file.id === copy.of && file.generation === copy.generation);
    if (of === undefined || this.#settled(stat, of)) return false;
    // What was copied and not read before the content went away is in the copy alone.
    if (copy.size > of.position.offset && (of.past || copy.size > of.size)) return false;
    // The file went away when it was compressed, and not all of it had been acknowledged when the last run ended.
    if (copy.size > of.position.offset && copy.compressed !== undefined && !inPlace(of)) return false;
    of.seenAt = this.#env.clock.now();
    return true;
  }

  #noteCopy(stat: FileStat, of: TrackedFile): void {
    const { size, compressed, device, inode } = stat;
    const since = this.#knownCopy(stat)?.since ?? this.#env.clock.now();
    const written = modificationTime(stat);
    const { id, generation } = of;
    const place = { input: this.options.name, device, inode, size, ...(compressed !== undefined && { compressed }) };
    this.#registry.addCopy({ ...place, written, since, of: id, generation });
    for (const key of this.#registry.copies.keys()) {
      if (this.#registry.copies.size <= COPIES_KEPT) break;
      this.#registry.removeCopy(key);
    }
    this.#env.count("copies");
  }

  /** Whether a copy of a file that is still whole has stood there so long that it is no rotation in progress. */
  #settled(stat: FileStat, of: TrackedFile): boolean {
    const known = this.#knownCopy(stat);
    // A compressed copy never becomes a file of its own while what it holds is there.
    if (known === undefined || of.past || of.rotated || known.compressed !== undefined) return false;
    return this.#env.clock.now() - known.since >= COPY_SETTLES_MS;
  }

  /**
   * Finds out what an open file is that no inode led to. "new": `harvester.file` entered the registry; "known": the harvester
   * now reads on as a file already known; "copy": there is nothing to read; "again": it changed under the look; "later": a scan must first say where another file is. `asCopyOnly`: a file that no glob names; `first`: the first scan found it.
   */
  async identify(
    harvester: Harvester,
    descriptorOf: DescriptorOf,
    asCopyOnly: boolean,
    first: boolean,
  ): Promise<"new" | "known" | "copy" | "foreign" | "again" | "later"> {
    const fs = this.#env.fs;
    const open = await lookAt(fs, harvester.descriptor);
    const path = harvester.path;
    const moved = first && !asCopyOnly && !this.#firstStart ? await this.#samePath(open, path) : null;
    if (moved !== null) return this.#readOnAs(harvester, moved, open, path, false);
    for (const candidate of this.#copyCandidates(path, open.head)) {
      const relation = this.#relationKnown(open, candidate) ?? (await this.#relation(open, candidate, descriptorOf));
      if (relation === "continues") {
        this.#env.count("copies");
        return this.#readOnAs(harvester, candidate, open, path, true);
      }
      if (relation === "unsure" && this.#mayWait(harvester.file.key)) return "later";
      if (relation === "unsure" && mayBeMadeOf(open.stat, candidate)) {
        return this.#readOnAs(harvester, candidate, open, path, true);
      }
      if (relation === "covered" && !this.#settled(open.stat, candidate)) {
        this.#noteCopy(open.stat, candidate);
        return "copy";
      }
    }
    if (asCopyOnly) return "foreign";
    return (await this.#begin(harvester, open, first)) ? "new" : "again";
  }

  async #begin(harvester: Harvester, open: OpenFile, first: boolean): Promise<boolean> {
    const file = harvester.file;
    this.#waited.delete(file.key);
    const { stat, head } = open;
    const end = await bytesBefore(this.#env.fs, open.descriptor, stat.size);
    if (end.length < Math.min(stat.size, TAIL_BYTES) || head.length < Math.min(stat.size, HEAD_BYTES)) return false;
    this.#registry.removeCopy(copyKey({ input: this.options.name, device: stat.device, inode: stat.inode }));
    file.fingerprint = fingerprintOf(head);
    file.looked = false;
    file.seen = { offset: stat.size, tail: crc32(end) };
    let before: Buffer = Buffer.alloc(0);
    if (first && this.#firstStart && this.options.readFrom === "end" && file.generation === 0) {
      before = end;
      file.startAt(stat.size, before);
    }
    if (stat.compressed !== undefined) file.rotated = true;
    this.#registry.add(file);
    this.#index(file);
    harvester.become(file, this.framer(head), before);
    this.#env.count("files_found");
    return true;
  }

  /** A copy that was compared while the original was whole: how much of it is new is all that remains to be asked. */
  #relationKnown(open: OpenFile, candidate: TrackedFile): "continues" | "covered" | undefined {
    const known = this.#knownCopy(open.stat);
    if (known === undefined || !candidate.past) return undefined;
    if (known.of !== candidate.id || known.generation !== candidate.generation) return undefined;
    return known.size > candidate.position.offset ? "continues" : "covered";
  }

  async #relation(open: OpenFile, candidate: TrackedFile, descriptorOf: DescriptorOf): Promise<Relation> {
    const fs = this.#env.fs;
    if (candidate.past) return compareWithPast(fs, open, candidate);
    const present = descriptorOf(candidate);
    const descriptor = present ?? (await this.open(candidate.seenPath).catch(() => null));
    if (descriptor === null) return this.#compareWithMissing(open, candidate);
    try {
      const original = await lookAt(fs, descriptor);
      const inPlace = `${original.stat.device}:${original.stat.inode}` === candidate.key;
      if (!inPlace) return await this.#compareWithMissing(open, candidate);
      const prefix = await isPrefixOf(fs, open, original);
      // Only now, since it may have been truncated meanwhile.
      const { verdict } = await verify(fs, await lookAt(fs, descriptor), candidate);
      const { size } = open.stat;
      // Once it was a copy, and is longer now: the original was cut where both are the same.
      const cut = this.#knownCopy(open.stat)?.of === candidate.id && size > original.stat.size;
      if (verdict !== "same" || cut) return compareWithPast(fs, open, candidate);
      if (!prefix) return "no";
      // So much of the original is known now: when it is cut and written anew before it is read, it is missed.
      if (size > candidate.seen.offset)
        candidate.seen = { offset: size, tail: crc32(await bytesBefore(fs, open.descriptor, size)) };
      return "covered";
    } finally {
      if (present === null) await fs.close(descriptor);
    }
  }

  /** A file that is not in its place may have moved to another filesystem, or only to a name not seen yet. */
  async #compareWithMissing(open: OpenFile, candidate: TrackedFile): Promise<Relation> {
    const relation = await compareWithPast(this.#env.fs, open, candidate);
    return relation !== "no" && candidate.position.offset < HEADER_LIMIT ? "unsure" : relation;
  }

  /** Whether a doubt about an inode may wait for one more scan. */
  #mayWait(key: string): boolean {
    const waited = this.#waited.get(key) ?? 0;
    if (this.#waited.size > 1000) this.#waited.clear();
    if (waited < SCANS_WAITED) this.#waited.set(key, waited + 1);
    return waited < SCANS_WAITED;
  }

  /** At the first scan: the file that had this path, if its content is the same; devices get other numbers at a restart. */
  async #samePath(open: OpenFile, path: string): Promise<TrackedFile | null> {
    for (const file of this.files()) {
      if (file.past || file.seenPath !== path || file.looked || file.inode !== open.stat.inode) continue;
      if (file.fingerprint.length === 0 || file.device === open.stat.device) continue;
      if ((await verify(this.#env.fs, open, file)).verdict === "same") return file;
    }
    return null;
  }

  async #readOnAs(
    harvester: Harvester,
    file: TrackedFile,
    open: OpenFile,
    path: string,
    rotated: boolean,
  ): Promise<"known"> {
    this.byInode.delete(harvester.file.key);
    if (this.byInode.get(file.key) === file) this.byInode.delete(file.key);
    const { device, inode, birth } = open.stat;
    this.#registry.removeCopy(copyKey({ input: this.options.name, device, inode }));
    file.birth = "";
    file.placeAt(device, inode, birth, path);
    // After a crash it must be found here: the old place may be gone by then.
    file.revision++;
    file.rotated ||= rotated;
    file.searches = 0;
    file.seenAt = this.#env.clock.now();
    this.byInode.set(file.key, file);
    this.describe(file);
    const { before } = await verify(this.#env.fs, open, file);
    file.forgetUnread(open.stat.size);
    harvester.become(file, this.framer(open.head), before);
    this.#registry.touch();
    return "known";
  }
}

/** Whether a gzip file is not older than what it may be made of was when it was last seen; gzip keeps the time. */
function mayBeMadeOf(stat: FileStat, file: TrackedFile): boolean {
  return stat.compressed !== undefined && Number(modificationTime(stat)) >= Number(modificationTime(file));
}

/** The first half of a version. */
export function modificationTime(stat: Pick<FileStat, "version">): string {
  return stat.version.slice(0, stat.version.indexOf(":"));
}
