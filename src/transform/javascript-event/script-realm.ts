import type { Context } from "node:vm";
import { createContext, Script } from "node:vm";

/** Code that is no JavaScript. */
export class ScriptSyntaxError extends Error {
  /** From 1; undefined where V8 tells none. */
  readonly line: number | undefined;

  constructor(message: string, line: number | undefined) {
    super(message);
    this.name = "ScriptSyntaxError";
    this.line = line;
  }
}

/** What code gets of the program. */
export interface ScriptHost {
  /** Epoch milliseconds. */
  now(): number;
  random(): number;
  log(level: "info" | "warn" | "error", message: string): void;
}

/** The parameters of `code`; its `this` is `state`. */
const PARAMETERS = "event, emit, state";

/**
 * Checks the syntax of code: a function's body, or a script of its own.
 * @throws ScriptSyntaxError
 */
export function parseScript(code: string, kind: "body" | "script", name: string): Script {
  // The wrapper stands on a line of its own before the code, so that lines count from 1.
  const text = kind === "body" ? `(function (${PARAMETERS}) { "use strict";\n${code}\n})` : code;
  try {
    return new Script(text, { filename: name, lineOffset: kind === "body" ? -1 : 0 });
  } catch (error) {
    const { message, stack = "" } = error as Error;
    const line = /:(\d+)(?:\n|$)/.exec(stack.split("\n")[0] ?? "")?.[1];
    throw new ScriptSyntaxError(message, line === undefined ? undefined : Number(line));
  }
}

/**
 * A realm for one plugin's code: JavaScript's own objects, `console` (to the log), `URL`, `URLSearchParams`, `TextEncoder`, `TextDecoder`,
 * `atob`, `btoa`; no `require`, no `process`, no network, no files, no timers. It keeps code apart, and is no wall against hostile code.
 */
export class ScriptRealm {
  readonly #context: Context;

  constructor(host: ScriptHost) {
    const say =
      (level: "info" | "warn" | "error") =>
      (...given: unknown[]): void =>
        host.log(
          level,
          given.map((one) => (typeof one === "string" ? one : (JSON.stringify(one) ?? String(one)))).join(" "),
        );
    const console = {
      log: say("info"),
      info: say("info"),
      debug: () => undefined,
      warn: say("warn"),
      error: say("error"),
    };
    const own = { console, URL, URLSearchParams, TextEncoder, TextDecoder, atob, btoa };
    this.#context = createContext(own, { codeGeneration: { strings: false, wasm: false } });
    this.inside(useClock)(
      () => host.now(),
      () => host.random(),
    );
  }

  run(script: Script): unknown {
    return script.runInContext(this.#context);
  }

  /** A function or variable that a script made at its top. */
  global(name: string): unknown {
    return new Script(`typeof ${name} === "undefined" ? undefined : ${name}`).runInContext(this.#context);
  }

  /** The same function made again inside; it must refer to nothing but its parameters. */
  inside<F extends (...given: never[]) => unknown>(made: F): F {
    return new Script(`(${made.toString()})`).runInContext(this.#context) as F;
  }

  define(name: string, value: unknown): void {
    Object.defineProperty(this.#context, name, { value, writable: true, configurable: true });
  }
}

/** The host's clock and random numbers in place of the real ones. Runs inside the realm. */
function useClock(now: () => number, random: () => number): void {
  const Real = Date;
  class Clock extends Real {
    constructor(...given: unknown[]) {
      super(...((given.length === 0 ? [now()] : given) as [number]));
    }
    static override now(): number {
      return now();
    }
  }
  Object.defineProperty(Clock, "name", { value: "Date" });
  globalThis.Date = Clock as unknown as DateConstructor;
  Math.random = random;
}
