import type { Clock } from "../../lumberjack/clock.ts";
import type { Logger } from "../../telemetry/logger.ts";

/** What outputs need from outside. */
export interface OutputEnvironment {
  readonly log: Logger;
  readonly clock: Clock;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** The shipper's; dead letters are in its `dead-letters`. */
  readonly dataFolder: string;
  readonly stdout: NodeJS.WritableStream;
  /** Nobody reads what is written any more (the console's pipe is closed): the shipper is to stop. */
  readonly ended: () => void;
}
