import { randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Files kept; the oldest go when there are more. */
const FILE_LIMIT = 1000;

/**
 * A folder for what can be made again. Any trouble with it means that there is no cache, never an error. It is not used where others than
 * this user could write: what lies in it is run.
 */
export class CacheFolder {
  readonly #folder: string;
  #usable: boolean | undefined;

  /** `folder` is made at the first write, for this user only. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  read(name: string): Buffer | undefined {
    if (!this.#isOurs()) return undefined;
    try {
      return readFileSync(join(this.#folder, name));
    } catch {
      return undefined;
    }
  }

  write(name: string, bytes: Buffer | string): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#usable = undefined;
      if (!this.#isOurs()) return;
      const temporary = join(this.#folder, `.${randomBytes(6).toString("hex")}`);
      writeFileSync(temporary, bytes, { mode: 0o600 });
      renameSync(temporary, join(this.#folder, name));
      this.#forgetOldest();
    } catch {
      // As if there was no cache.
    }
  }

  #isOurs(): boolean {
    if (this.#usable !== undefined) return this.#usable;
    let usable = false;
    try {
      const { uid, mode } = lstatSync(this.#folder);
      usable = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    } catch {
      usable = false;
    }
    this.#usable = usable;
    return usable;
  }

  #forgetOldest(): void {
    const names = readdirSync(this.#folder);
    if (names.length <= FILE_LIMIT) return;
    const aged = names
      .map((name) => ({ name, time: statSync(join(this.#folder, name)).mtimeMs }))
      .sort((a, b) => a.time - b.time);
    for (const { name } of aged.slice(0, names.length - FILE_LIMIT * 0.9))
      rmSync(join(this.#folder, name), { force: true });
  }
}

/** `$XDG_CACHE_HOME/antler/ruby`, else `~/.cache/antler/ruby`. Source: XDG Base Directory Specification. */
export function rubyCacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CACHE_HOME"];
  return join(base === undefined || base === "" ? join(homedir(), ".cache") : base, "antler", "ruby");
}
