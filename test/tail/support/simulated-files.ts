import type { FileStat, TailClock, TailEnvironment, TailFileSystem } from "../../../src/tail/environment.ts";

interface Inode {
  readonly number: number;
  data: Buffer;
  /** What a loss of power leaves. */
  synced: Buffer;
  readonly born: number;
  modified: number;
  changed: number;
  links: number;
  descriptors: number;
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}

/** Files in memory with inodes, whose numbers are given out again at once if `reuse`. Time is the clock's, in milliseconds. */
export class SimulatedFiles {
  readonly names: Map<string, Inode> = new Map();
  readonly #syncedNames: Map<string, Inode> = new Map();
  readonly #numbers = new Set<number>();
  readonly #clock: SimulatedClock;
  readonly knowsBirth: boolean;
  readonly #reuse: boolean;
  /** Writes fail with ENOSPC. */
  full = false;

  constructor(clock: SimulatedClock, knowsBirth: boolean, reuse: boolean) {
    this.#clock = clock;
    this.#reuse = reuse;
    this.knowsBirth = knowsBirth;
  }

  inode(path: string): Inode {
    const inode = this.names.get(path);
    if (inode === undefined) throw failure("ENOENT", path);
    return inode;
  }

  exists(path: string): boolean {
    return this.names.has(path);
  }

  create(path: string): Inode {
    let number = 1;
    while (this.#numbers.has(number)) number++;
    this.#numbers.add(number);
    const now = this.#clock.tick();
    const inode: Inode = {
      number,
      data: Buffer.alloc(0),
      synced: Buffer.alloc(0),
      born: now,
      modified: now,
      changed: now,
      links: 1,
      descriptors: 0,
    };
    this.unlink(path);
    this.names.set(path, inode);
    return inode;
  }

  append(inode: Inode, text: string | Uint8Array): void {
    inode.data = Buffer.concat([inode.data, Buffer.from(text as string)]);
    inode.modified = inode.changed = this.#clock.tick();
  }

  rewrite(inode: Inode, text: string): void {
    inode.data = Buffer.from(text);
    inode.modified = inode.changed = this.#clock.tick();
  }

  copy(from: string, to: string): void {
    this.append(this.create(to), this.inode(from).data);
  }

  rename(from: string, to: string): void {
    const inode = this.inode(from);
    if (from === to) return;
    this.unlink(to);
    this.names.delete(from);
    this.names.set(to, inode);
    inode.changed = this.#clock.tick();
  }

  unlink(path: string): void {
    const inode = this.names.get(path);
    if (inode === undefined) return;
    this.names.delete(path);
    inode.links--;
    this.release(inode);
  }

  release(inode: Inode): void {
    const kept = inode.links > 0 || inode.descriptors > 0 || [...this.#syncedNames.values()].includes(inode);
    if (!kept && this.#reuse) this.#numbers.delete(inode.number);
  }

  stat(inode: Inode): FileStat {
    return {
      kind: "file",
      device: "1",
      inode: String(inode.number),
      size: inode.data.length,
      modified: inode.modified,
      version: `${inode.modified}:${inode.changed}`,
      birth: this.knowsBirth && inode.born < inode.changed ? String(inode.born) : "",
      links: inode.links,
    };
  }

  sync(folder: string): void {
    for (const path of [...this.#syncedNames.keys()]) if (path.startsWith(`${folder}/`)) this.#syncedNames.delete(path);
    for (const [path, inode] of this.names) if (path.startsWith(`${folder}/`)) this.#syncedNames.set(path, inode);
  }

  /** Power goes: in `folder` only what was synced is left. */
  losePower(folder: string): void {
    for (const path of [...this.names.keys()]) if (path.startsWith(`${folder}/`)) this.names.delete(path);
    for (const [path, inode] of this.#syncedNames) {
      inode.data = inode.synced;
      inode.links = 1;
      this.names.set(path, inode);
    }
  }
}

/** A clock that stands until it is moved. Every file operation takes a tick, so that file times differ. */
export class SimulatedClock implements TailClock {
  #now = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return Math.floor(this.#now);
  }

  /** With the fraction that `now` leaves out; timers are this exact. */
  exact(): number {
    return this.#now;
  }

  tick(): number {
    this.#now += 0.001;
    return this.#now;
  }

  setTimeout(run: () => void, ms: number): unknown {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers = this.#timers.filter((other) => other !== timer);
  }

  forget(): void {
    this.#timers = [];
  }

  /** Goes to the next timer that is due by `limit` and runs it; false if there is none. */
  advance(limit: number): boolean {
    const next = this.#timers.reduce<{ at: number; run: () => void } | null>(
      (first, timer) => (first === null || timer.at < first.at ? timer : first),
      null,
    );
    if (next === null || next.at > limit) {
      this.#now = Math.max(this.#now, limit);
      return false;
    }
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    return true;
  }
}

/** One process's view of the files: each operation waits until `step` lets it happen; a process that died does nothing more. */
export class SimulatedProcess {
  readonly messages: string[] = [];
  readonly counters: Map<string, number> = new Map();
  readonly #files: SimulatedFiles;
  readonly #clock: SimulatedClock;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #matches: (path: string) => boolean;
  #waiting: (() => void)[] = [];
  #open = new Map<number, Inode>();
  #nextDescriptor = 3;
  #dead = false;
  steps = 0;

  constructor(
    files: SimulatedFiles,
    clock: SimulatedClock,
    random: (bytes: number) => Uint8Array,
    matches: (path: string) => boolean,
  ) {
    this.#files = files;
    this.#clock = clock;
    this.#random = random;
    this.#matches = matches;
  }

  /** Lets one waiting operation happen; false if none waits. */
  step(): boolean {
    const operation = this.#waiting.shift();
    if (operation === undefined) return false;
    this.steps++;
    operation();
    return true;
  }

  die(): void {
    this.#dead = true;
    this.#waiting = [];
    for (const inode of this.#open.values()) {
      inode.descriptors--;
      this.#files.release(inode);
    }
    this.#open = new Map();
  }

  /** An operation of this process: happens when `step` lets it, or never. */
  operation<T>(run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return;
      this.#waiting.push(() => {
        try {
          resolve(run());
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  #inode(descriptor: number): Inode {
    const inode = this.#open.get(descriptor);
    if (inode === undefined) throw failure("EBADF", String(descriptor));
    return inode;
  }

  readonly fs: TailFileSystem = {
    stat: (path) => this.operation(() => this.#files.stat(this.#files.inode(path))),
    open: (path, mode) =>
      this.operation(() => {
        if (mode === "w" && this.#files.full) throw failure("ENOSPC", path);
        const inode = mode === "w" ? this.#files.create(path) : this.#files.inode(path);
        inode.descriptors++;
        this.#open.set(this.#nextDescriptor, inode);
        return this.#nextDescriptor++;
      }),
    fstat: (descriptor) => this.operation(() => this.#files.stat(this.#inode(descriptor))),
    read: (descriptor, into, at, length, position) =>
      this.operation(() => {
        const bytes = this.#inode(descriptor).data.subarray(position, position + length);
        into.set(bytes, at);
        return bytes.length;
      }),
    write: (descriptor, bytes) =>
      this.operation(() => {
        if (this.#files.full) throw failure("ENOSPC", String(descriptor));
        this.#files.append(this.#inode(descriptor), bytes);
      }),
    fsync: (descriptor) =>
      this.operation(() => {
        const inode = this.#inode(descriptor);
        inode.synced = inode.data;
      }),
    close: (descriptor) =>
      this.operation(() => {
        const inode = this.#inode(descriptor);
        this.#open.delete(descriptor);
        inode.descriptors--;
        this.#files.release(inode);
      }),
    fsyncFolder: (path) => this.operation(() => this.#files.sync(path)),
    rename: (from, to) => this.operation(() => this.#files.rename(from, to)),
    readFile: (path) => this.operation(() => Buffer.from(this.#files.inode(path).data)),
    readFolder: (path) =>
      this.operation(() =>
        [...this.#files.names.keys()]
          .filter((name) => name.startsWith(`${path}/`))
          .map((name) => name.slice(path.length + 1)),
      ),
    makeFolder: () => this.operation(() => undefined),
  };

  environment(): TailEnvironment {
    const note = (message: string): void => void this.messages.push(message);
    return {
      fs: this.fs,
      clock: {
        now: () => this.#clock.now(),
        setTimeout: (run, ms) => this.#clock.setTimeout(() => this.#dead || run(), ms),
        clearTimeout: (timer) => this.#clock.clearTimeout(timer),
      },
      random: this.#random,
      log: { info: note, warn: note, error: note },
      count: (counter, by = 1) => void this.counters.set(counter, (this.counters.get(counter) ?? 0) + by),
      glob: () => this.operation(() => [...this.#files.names.keys()].filter(this.#matches)),
      watch: null,
    };
  }
}
