import { LumberjackSender, type LumberjackSenderOptions } from "../../lumberjack/sender.ts";
import type { EncodedWindow, WindowOutcome, WindowSender } from "./window-sender.ts";

/** Windows to Lumberjack receivers: Logstash, Antler's pipeline. */
export class LogstashOutput implements WindowSender {
  readonly name = "logstash";
  readonly trouble = undefined;
  readonly #sender: LumberjackSender;

  constructor(options: LumberjackSenderOptions) {
    this.#sender = new LumberjackSender(options);
  }

  get capacity(): number {
    return this.#sender.capacity;
  }

  async send(window: EncodedWindow): Promise<WindowOutcome> {
    await this.#sender.send(window);
    return { delivered: window.count, existing: 0, deadLettered: 0 };
  }

  async close(): Promise<void> {
    this.#sender.close();
  }
}
