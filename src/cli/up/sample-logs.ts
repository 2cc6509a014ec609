import { seededRandom } from "./sample-dice.ts";
import { realSampleFiles, type SampleFileSystem, SampleFiles } from "./sample-files.ts";
import { SampleStory, STORY_HOUR } from "./sample-story.ts";

export interface SampleClock {
  /** Epoch milliseconds. */
  now(): number;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface SampleReplayOptions {
  /** Where the files are written; made if absent. */
  readonly folder: string;
  readonly clock?: SampleClock;
  /** 0 (included) to 1 (excluded); default: from a fixed seed. */
  readonly random?: () => number;
  /** Everyday lines a second, in the backlog as live. Default 4. */
  readonly rate?: number;
  /** A file is rotated before it is larger. Default 4 MiB; two parts of each of ten files are kept. */
  readonly rotateBytes?: number;
  readonly files?: SampleFileSystem;
  /** Hears once when lines cannot be written, until they can again. */
  readonly onTrouble?: (error: Error) => void;
}

export interface SampleReplay {
  /** The files, absolute if `folder` is. */
  readonly paths: readonly string[];
  /** Lines written before `startSampleReplay` resolved. */
  readonly backlogLines: number;
  /** Writes no more once it resolves. */
  stop(): Promise<void>;
}

/** How often live lines are written, in milliseconds. */
const TICK_MILLIS = 500;
/** Lines written in one go of the backlog. */
const BURST_LINES = 2000;

const systemClock: SampleClock = {
  now: Date.now,
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/**
 * Writes the logs of a made-up host as live files: the last hour at once, then a few lines a second. Started again on the same folder it
 * goes on where it ended, at most an hour back.
 */
export async function startSampleReplay(options: SampleReplayOptions): Promise<SampleReplay> {
  const { clock = systemClock, random = seededRandom(20_261_123), rate = 4 } = options;
  const files = new SampleFiles(options.folder, options.rotateBytes ?? 4 << 20, options.files ?? realSampleFiles);
  const last = await files.open();
  const now = clock.now();
  const begin = (from: number): SampleStory => new SampleStory(random, clock.now() - STORY_HOUR, from, rate);
  // Modification times come from the filesystem's clock, which may be coarser or ahead.
  let story = begin(Math.min(now, Math.max(now - STORY_HOUR, last ?? 0)));
  const backlog = story.advance(now);
  for (let i = 0; i < backlog.length; i += BURST_LINES) await files.write(backlog.slice(i, i + BURST_LINES));

  let stopped = false;
  let troubled = false;
  let timer: unknown;
  let writing: Promise<void> = Promise.resolve();

  async function tick(): Promise<void> {
    const time = clock.now();
    // After the clock was set, or the machine slept, the story goes on from what is now.
    if (time < story.told - 60_000 || time > story.told + STORY_HOUR) story = begin(time);
    try {
      await files.write(story.advance(time));
      troubled = false;
    } catch (error) {
      if (!troubled) options.onTrouble?.(error as Error);
      troubled = true;
    }
  }
  function schedule(): void {
    if (stopped) return;
    timer = clock.setTimeout(() => {
      writing = tick().then(schedule);
    }, TICK_MILLIS);
  }
  schedule();

  return {
    paths: files.paths,
    backlogLines: backlog.length,
    async stop() {
      stopped = true;
      clock.clearTimeout(timer);
      await writing;
    },
  };
}
