import type { ConsoleOutput as ConsoleConfig } from "../config/config.ts";
import type { OutputEnvironment } from "./output-environment.ts";
import { linesOf } from "./window-lines.ts";
import type { EncodedWindow, WindowOutcome, WindowSender } from "./window-sender.ts";

/** Events as lines of JSON to standard output. A reader that is slow holds windows up; one that leaves ends the shipper. */
export class ConsoleOutput implements WindowSender {
  readonly name = "console";
  readonly capacity = 2;
  readonly #pretty: boolean;
  readonly #stdout: NodeJS.WritableStream;
  readonly #ended: () => void;
  readonly #rejects = new Set<(reason: Error) => void>();
  readonly #onError = (error: NodeJS.ErrnoException): void => this.#failed(error);
  #isClosed = false;
  #hasEnded = false;
  trouble: string | undefined;

  constructor(config: ConsoleConfig, { stdout, ended }: Pick<OutputEnvironment, "stdout" | "ended">) {
    this.#pretty = config.pretty;
    this.#stdout = stdout;
    this.#ended = ended;
    stdout.on("error", this.#onError);
  }

  send(window: EncodedWindow): Promise<WindowOutcome> {
    if (this.#isClosed) return Promise.reject(new Error("the console output is closed"));
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      // The stream gives its errors to all that wait; nothing resolves then, so that nothing is acknowledged.
      this.#stdout.write(this.#pretty ? prettyLines(window) : linesOf(window), (error) => {
        if (error) {
          this.#failed(error);
          return;
        }
        this.#rejects.delete(reject);
        resolve({ delivered: window.count, existing: 0, deadLettered: 0 });
      });
    });
  }

  close(): Promise<void> {
    this.#isClosed = true;
    for (const reject of this.#rejects) reject(new Error("the console output is closed"));
    this.#rejects.clear();
    return Promise.resolve();
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.trouble = `standard output cannot be written to: ${error.code ?? error.message}`;
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#ended();
  }
}

function prettyLines({ bytes, starts, ends, count }: EncodedWindow): string {
  let text = "";
  for (let i = 0; i < count; i++)
    text += `${JSON.stringify(JSON.parse(bytes.toString("utf8", starts[i], ends[i])), null, 2)}\n`;
  return text;
}
