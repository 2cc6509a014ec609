import type { Logger } from "../../telemetry/logger.ts";
import type { ShipInputFigures, ShipperFigures } from "./figures.ts";
import type { FileAction, FileChange } from "./file-history.ts";
import { BEHIND_SECONDS } from "./ship-health.ts";

/** Changes of files that one look says; of more it says how many. */
const CHANGES = 20;

const FILE_WORDS: Readonly<Record<FileAction, string>> = {
  "file-found": "a new file",
  "file-rotated": "a file was rotated: new content in its place",
  "file-renamed": "a file was renamed",
  "file-truncated": "a file was truncated: it is read from its start",
  "file-removed": "a file's content is gone from its place",
  "file-closed": "a file was closed",
  "file-forgotten": "a file left the registry",
};

/** Says changes of state in the own log, each once, with its name in `event.action`. */
export class StateLog {
  readonly #log: Logger;
  readonly #behind = new Set<string>();
  #trouble: string | undefined;
  #spooling = false;
  #registryFailing = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  inputs(inputs: readonly Pick<ShipInputFigures, "id" | "type">[]): void {
    for (const { id, type } of inputs)
      this.#log.info(`input ${id} has started`, { "event.action": "input-started", input: id, type });
  }

  files(changes: readonly FileChange[]): void {
    for (const { action, file, from } of changes.slice(0, CHANGES))
      this.#log.info(FILE_WORDS[action], {
        "event.action": action,
        "file.path": file.path,
        input: file.input,
        file: `${file.id}.${file.generation}`,
        acknowledged: file.acknowledged,
        size: file.size,
        ...(from === undefined ? {} : { from }),
      });
    const more = changes.length - CHANGES;
    if (more > 0) this.#log.info(`${more} more changes of files`, { "event.action": "files-changed", count: more });
  }

  /** What has changed since the last call. */
  figures({ output, spool, registryFailing, inputs }: Omit<ShipperFigures, "files">): void {
    const { name, trouble } = output;
    if (trouble !== undefined && this.#trouble === undefined)
      this.#log.warn(`output ${name} is held up: ${trouble}`, { "event.action": "output-down", output: name });
    if (trouble === undefined && this.#trouble !== undefined)
      this.#log.info(`output ${name} takes events again`, { "event.action": "output-up", output: name });
    this.#trouble = trouble;

    const spooling = spool !== undefined && spool.events > 0;
    if (spooling !== this.#spooling) {
      const action = spooling ? "spool-began" : "spool-drained";
      const message = spooling ? "events wait in the spool" : "nothing waits in the spool any more";
      this.#log.info(message, { "event.action": action, events: spool?.events, bytes: spool?.bytes });
    }
    this.#spooling = spooling;

    if (registryFailing !== this.#registryFailing) {
      const action = { "event.action": registryFailing ? "registry-failing" : "registry-written" };
      if (registryFailing) this.#log.warn("the registry cannot be written", action);
      else this.#log.info("the registry is written again", action);
    }
    this.#registryFailing = registryFailing;
    for (const input of inputs) this.#lag(input);
  }

  #lag({ id, secondsBehind, bytesBehind }: ShipInputFigures): void {
    const details = { input: id, bytes: bytesBehind, seconds: Math.round(secondsBehind) };
    if (secondsBehind >= BEHIND_SECONDS && !this.#behind.has(id)) {
      this.#behind.add(id);
      this.#log.warn(`input ${id} is ${details.seconds} s behind`, { "event.action": "input-behind", ...details });
    } else if (secondsBehind < BEHIND_SECONDS / 2 && this.#behind.delete(id))
      this.#log.info(`input ${id} has caught up`, { "event.action": "input-caught-up", ...details });
  }
}
