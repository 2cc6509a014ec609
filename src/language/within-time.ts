import { createContext, Script } from "node:vm";

/** How long the code of a configuration may prepare itself, in milliseconds: a dictionary of a few million lines is read in that time. */
export const PREPARATION_LIMIT_MS = 30_000;

const CALL = new Script("call()");

/**
 * Calls a function that is ended when it takes longer, an endless loop too, in whichever realm it runs. Costs a thread for its time: for
 * what is called once, not for every event.
 * @throws Error that names the limit; what the function throws
 */
export function withinTime<T>(limitMs: number, call: () => T): T {
  try {
    return CALL.runInContext(createContext({ call }), { timeout: limitMs }) as T;
  } catch (error) {
    if ((error as Partial<NodeJS.ErrnoException> | null)?.code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    throw new Error(`it ran for ${limitMs / 1000} seconds and was ended; is there a loop without an end?`);
  }
}
