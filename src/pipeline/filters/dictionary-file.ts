import { readFileSync, statSync } from "node:fs";
import type { Value } from "../../event/value.ts";
import {
  type Dictionary,
  type DictionaryFormat,
  dictionaryFormat,
  parseDictionary,
} from "../../transform/dictionary.ts";

/** What reading a dictionary needs of a filesystem. */
export interface DictionaryFiles {
  /** Bytes, and what changes when the file does; undefined when there is no file. */
  stat(path: string): { readonly size: number; readonly stamp: string } | undefined;
  read(path: string): string;
}

const REAL: DictionaryFiles = {
  stat(path) {
    const found = statSync(path, { throwIfNoEntry: false });
    return found && { size: found.size, stamp: `${found.mtimeMs}/${found.size}/${found.ino}` };
  },
  read: (path) => readFileSync(path, "utf8"),
};

export interface DictionaryFileOptions {
  readonly path: string;
  /** Milliseconds between looks at the file; 0 or less: it is read once. */
  readonly refreshMs: number;
  /** Entries that are no longer in the file stay. */
  readonly merge: boolean;
  /** Characters that a YAML file may have. */
  readonly yamlCharacters: number;
}

/** A UTF-8 character takes at most so many bytes. */
const BYTES_PER_CHARACTER = 4;

/**
 * Reads a dictionary file.
 * @throws Error with what is wrong
 */
export function readDictionary(
  path: string,
  yamlCharacters: number,
  files: DictionaryFiles = REAL,
): Map<string, Value> {
  const format = dictionaryFormat(path);
  if (format === undefined) throw new Error("a dictionary's name ends with .csv, .json, .yaml or .yml");
  const found = files.stat(path);
  if (found === undefined) throw new Error("there is no such file");
  const bound = format === "yaml" ? yamlCharacters : undefined;
  if (bound !== undefined && found.size > bound * BYTES_PER_CHARACTER) throw tooLong(bound);
  const text = files.read(path);
  if (bound !== undefined && text.length > bound && codePoints(text) > bound) throw tooLong(bound);
  return parseDictionary(text, format satisfies DictionaryFormat);
}

function tooLong(bound: number): Error {
  return new Error(`it has more than ${bound} characters (yaml_dictionary_code_point_limit)`);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/**
 * A dictionary that follows its file. One that cannot be read or is refused leaves the old one as it is; that is told once for each
 * state of the file.
 */
export class DictionaryFile {
  readonly #options: DictionaryFileOptions;
  readonly #now: () => number;
  readonly #use: (dictionary: Dictionary) => void;
  readonly #warn: (message: string) => void;
  readonly #files: DictionaryFiles;
  #dictionary: Dictionary = new Map();
  #stamp: string | undefined;
  #nextLook: number;

  /** Reads the file at once. `use` takes the first dictionary and every new one, and may throw; `now` gives epoch milliseconds. */
  constructor(
    options: DictionaryFileOptions,
    use: (dictionary: Dictionary) => void,
    now: () => number,
    warn: (message: string) => void,
    files: DictionaryFiles = REAL,
  ) {
    this.#options = options;
    this.#use = use;
    this.#now = now;
    this.#warn = warn;
    this.#files = files;
    this.#nextLook = now() + options.refreshMs;
    this.#load();
  }

  /** Looks at the file when it is time to. */
  refresh(): void {
    const { refreshMs } = this.#options;
    if (refreshMs <= 0) return;
    const now = this.#now();
    // A clock that went back does not put the next look off.
    if (now < this.#nextLook && now >= this.#nextLook - refreshMs) return;
    this.#nextLook = now + refreshMs;
    this.#load();
  }

  #load(): void {
    const { path, merge, yamlCharacters } = this.#options;
    const before = this.#stamp;
    let stamp = "unreadable";
    try {
      stamp = this.#files.stat(path)?.stamp ?? "absent";
      if (stamp === before) return;
      const read = readDictionary(path, yamlCharacters, this.#files);
      const dictionary = merge ? new Map([...this.#dictionary, ...read]) : read;
      this.#use(dictionary);
      this.#dictionary = dictionary;
    } catch (error) {
      const reason = (error as Error).message;
      if (stamp !== before) this.#warn(`cannot read the dictionary ${path}, the old one stays: ${reason}`);
    } finally {
      this.#stamp = stamp;
    }
  }
}
