import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { CacheFolder, rubyCacheFolder } from "./cache-folder.ts";
import { type CompiledRuby, type RubySource, RubySyntaxError } from "./compiled-unit.ts";
import type { CodeStore } from "./opal-realm.ts";
import { RubyCompiler } from "./ruby-compiler.ts";

type Outcome = CompiledRuby | RubySyntaxError;

/** Sources met in this process are kept up to here. */
const KEPT = 1000;

/** The compiler is let go after so long without work, in milliseconds. */
const IDLE_MS = 10_000;

/** Compiles sources, each once: what this process or another one compiled before comes from memory or the cache folder. */
export class CachedCompiler {
  readonly #cache: CacheFolder;
  readonly #kept = new Map<string, Outcome>();
  #compiler: RubyCompiler | undefined;
  #version: string | undefined;
  #forgetting: NodeJS.Timeout | undefined;

  constructor(cache: CacheFolder) {
    this.#cache = cache;
  }

  /** @throws RubySyntaxError */
  compile(source: RubySource): CompiledRuby {
    this.#version ??= compilerVersion();
    const digest = createHash("sha256").update(this.#version).update(JSON.stringify(source)).digest("hex");
    const id = `U${digest.slice(0, 32)}`;
    let outcome = this.#kept.get(id);
    if (outcome === undefined) {
      outcome = this.#cached(id) ?? this.#compile(source, id);
      if (this.#kept.size >= KEPT) this.#kept.clear();
      this.#kept.set(id, outcome);
    }
    if (outcome instanceof RubySyntaxError) throw outcome;
    return outcome;
  }

  #cached(id: string): CompiledRuby | undefined {
    const bytes = this.#cache.read(`${id}.json`);
    if (bytes === undefined) return undefined;
    try {
      const found = JSON.parse(bytes.toString()) as CompiledRuby;
      return found.id === id && typeof found.javascript === "string" ? found : undefined;
    } catch {
      return undefined;
    }
  }

  #compile(source: RubySource, id: string): Outcome {
    this.#compiler ??= new RubyCompiler(codeStore(this.#cache));
    // Opal takes 60 MB, and nothing is compiled once a pipeline runs.
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => {
      this.#compiler = undefined;
    }, IDLE_MS).unref();
    try {
      const made = this.#compiler.compile(source, id);
      this.#cache.write(`${id}.json`, JSON.stringify(made));
      return made;
    } catch (error) {
      if (error instanceof RubySyntaxError) return error;
      const reason = String((error as Partial<Error> | undefined)?.message ?? error);
      return new RubySyntaxError(`this code cannot be compiled: ${reason}`, source.parts[0]?.name ?? "code", undefined);
    }
  }
}

/** V8's code of Opal's files, which depends on V8's version; V8 itself refuses what is not for it. */
export function codeStore(cache: CacheFolder): CodeStore {
  const name = (file: string): string => `${file}-${process.versions.v8}-${process.arch}.code`;
  return {
    read: (file) => cache.read(name(file)),
    write: (file, bytes) => cache.write(name(file), bytes),
  };
}

/** Changes when the compiler does: it is a digest of its files. */
function compilerVersion(): string {
  const folder = new URL(".", import.meta.url);
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).sort()) {
    if (/\.[jt]s$/.test(name)) hash.update(name).update(readFileSync(new URL(name, folder)));
  }
  return hash.digest("hex");
}

let shared: { readonly folder: string; readonly compiler: CachedCompiler } | undefined;

/** The compiler of this thread, with the user's cache folder. */
export function sharedCompiler(): CachedCompiler {
  const folder = rubyCacheFolder();
  if (shared?.folder !== folder) shared = { folder, compiler: new CachedCompiler(new CacheFolder(folder)) };
  return shared.compiler;
}
