import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Context, createContext, Script } from "node:vm";

/** A Ruby object, class or method table as Opal has it: members by name, methods under `$name`. */
export interface RubyObject {
  // biome-ignore lint/suspicious/noExplicitAny: Opal's objects have any member
  [member: string]: any;
}

const require = createRequire(import.meta.url);

/** Opal's files that a realm can load. Source: the npm packages opal-runtime and opal-compiler, version 3 (Opal 1.7.3). */
const FILES: Record<"runtime" | "base64" | "stringio" | "pathname" | "compiler", () => string> = {
  runtime: () => require.resolve("opal-runtime/src/opal.js"),
  base64: () => require.resolve("opal-runtime/src/base64.js"),
  stringio: () => require.resolve("opal-runtime/src/stringio.js"),
  pathname: () => require.resolve("opal-runtime/src/pathname.js"),
  compiler: () => require.resolve("opal-compiler/src/opal-builder.js"),
};

export type OpalFile = keyof typeof FILES;

/** Where V8's code for Opal's files may be kept between starts; both do nothing when there is no such place. */
export interface CodeStore {
  read(name: string): Buffer | undefined;
  write(name: string, bytes: Buffer): void;
}

export const NO_CODE_STORE: CodeStore = { read: () => undefined, write: () => undefined };

/** The runtime's last statement loads the core classes; what they take from the runtime is replaced before it. */
const LOAD_CORE = "\nOpal.queue(function(Opal)";

/**
 * A JavaScript realm with Ruby's core classes. They give methods to strings, numbers, arrays and so on of their realm, which is why it is
 * a realm of its own: those of the program stay as they are. Objects cross its border with care: an array for Ruby must be made inside.
 */
export class OpalRealm {
  readonly context: Context;
  readonly opal: RubyObject;
  readonly #code: CodeStore;
  readonly #array: (list: readonly unknown[]) => unknown[];

  /** `prepare` runs inside, with Opal's runtime but without the core classes yet. */
  constructor(print: (text: string) => void, prepare: (opal: RubyObject) => void, code: CodeStore = NO_CODE_STORE) {
    this.#code = code;
    const say = (text: unknown): void => print(String(text).replace(/\n$/, ""));
    this.context = createContext(
      { console: { log: say, warn: say, error: say } },
      { codeGeneration: { strings: false, wasm: false } },
    );
    const source = read("runtime");
    const split = source.lastIndexOf(LOAD_CORE);
    if (split < 0) throw new Error("opal-runtime is not the version that this program was made for");
    this.#run("runtime", source.slice(0, split));
    this.opal = this.evaluate("Opal") as RubyObject;
    this.inside(prepare)(this.opal);
    this.evaluate(source.slice(split), "runtime.js");
    this.#array = this.evaluate("(list) => Array.prototype.slice.call(list)") as (
      list: readonly unknown[],
    ) => unknown[];
  }

  /** Loads one of Opal's files, which registers modules for `Opal.require`. */
  load(file: OpalFile): void {
    this.#run(file, read(file));
  }

  evaluate(javascript: string, name = "ruby"): unknown {
    return new Script(javascript, { filename: name }).runInContext(this.context);
  }

  /** The same function made again inside the realm, so that what it makes belongs there. It must refer to nothing but its parameters. */
  inside<F extends (...given: never[]) => unknown>(made: F): F {
    return this.evaluate(`(${made.toString()})`) as F;
  }

  array(list: readonly unknown[]): unknown[] {
    return this.#array(list);
  }

  #run(file: OpalFile, source: string): void {
    const cached = this.#code.read(file);
    const script = new Script(source, {
      filename: `${file}.js`,
      ...(cached === undefined ? {} : { cachedData: cached }),
    });
    script.runInContext(this.context);
    if (cached === undefined || script.cachedDataRejected === true) this.#code.write(file, script.createCachedData());
  }
}

function read(file: OpalFile): string {
  return readFileSync(FILES[file](), "utf8");
}
