import { adminVisit, breakIn, passwordGuess, serviceRecord } from "./sample-access.ts";
import { checkout, poolRecovered, poolWarning } from "./sample-application.ts";
import { Dice } from "./sample-dice.ts";
import { cronJob, daemonWork, syslog } from "./sample-host.ts";
import type { SampleFile, WriteLine } from "./sample-line.ts";
import { packageUpgrade } from "./sample-packages.ts";
import { intranetView, pageView, scan } from "./sample-web.ts";

/** A line of the story, at its time (epoch milliseconds). */
export interface SampleLine {
  readonly file: SampleFile;
  readonly at: number;
  readonly text: string;
}

type Act = (dice: Dice, at: number, write: WriteLine) => void;

const MINUTE = 60_000;
export const STORY_HOUR: number = 60 * MINUTE;

/** When things happen, in minutes of the story's hour. */
const GUESSING = [20, 24] as const;
const INCIDENT = [38, 46] as const;

const EVERYDAY: readonly (readonly [number, Act])[] = [
  [60, pageView],
  [16, (dice, at, write) => checkout(dice, at, write, 0)],
  [10, intranetView],
  [5, daemonWork],
  [2, scan],
  [1.5, cronJob],
  [1, serviceRecord],
  [0.4, adminVisit],
];

/** What an everyday act writes on average, in lines. */
const LINES_AN_ACT = 1.4;

const ONCE: readonly (readonly [minute: number, Act])[] = [
  [8, packageUpgrade],
  [GUESSING[1], breakIn],
  [
    INCIDENT[0],
    (_dice, at, write) => {
      syslog(
        at,
        write,
        "kernel",
        "[84312.118204] postgres invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0",
      );
      syslog(
        at + 2,
        write,
        "kernel",
        "[84312.119731] Out of memory: Killed process 1893 (postgres) total-vm:4412884kB, anon-rss:3120044kB, file-rss:2212kB, shmem-rss:131344kB, UID:113 pgtables:8044kB oom_score_adj:0",
      );
      syslog(
        at + 400,
        write,
        "systemd[1]",
        "postgresql@15-main.service: A process of this unit has been killed by the OOM killer.",
      );
      syslog(at + 900, write, "systemd[1]", "postgresql@15-main.service: Failed with result 'oom-kill'.");
    },
  ],
  [
    INCIDENT[1],
    (dice, at, write) => {
      syslog(at, write, "systemd[1]", "Starting postgresql@15-main.service - PostgreSQL Cluster 15-main...");
      syslog(at + 2600, write, "systemd[1]", "Started postgresql@15-main.service - PostgreSQL Cluster 15-main.");
      poolRecovered(dice, at + 3500, write);
    },
  ],
];

/**
 * A web shop's host, hour after hour: visitors and orders, a package upgrade, passwords that are tried until one fits, a database that runs
 * out of memory while orders fail. The same numbers give the same story.
 */
export class SampleStory {
  readonly #dice: Dice;
  readonly #start: number;
  readonly #actsEachMilli: number;
  /** Written into the future by acts that take a while. */
  #waiting: SampleLine[] = [];
  #told: number;
  #nextAct: number;

  /** `start`: where the story's hour begins, epoch milliseconds; `from`: where lines begin; `rate`: everyday lines a second. */
  constructor(random: () => number, start: number, from: number, rate: number) {
    this.#dice = new Dice(random);
    this.#start = start;
    this.#told = from;
    this.#nextAct = from;
    this.#actsEachMilli = rate / LINES_AN_ACT / 1000;
  }

  /** Until when the story is told, epoch milliseconds. */
  get told(): number {
    return this.#told;
  }

  /** Lines since the last call, until before `to`, in order. */
  advance(to: number): SampleLine[] {
    if (to <= this.#told) return [];
    const write: WriteLine = (file, at, text) => this.#waiting.push({ file, at, text });
    const moments = this.#moments(to);
    const reach = (until: number): void => {
      for (let next = moments[0]; next !== undefined && next.at <= until; next = moments[0]) {
        moments.shift();
        next.act(this.#dice, next.at, write);
      }
    };
    while (this.#nextAct < to) {
      reach(this.#nextAct);
      this.#act(Math.floor(this.#nextAct), write);
      this.#nextAct += -Math.log(1 - this.#dice.roll()) / (this.#actsEachMilli * this.#busy(this.#nextAct));
    }
    reach(to);
    this.#told = to;
    // A stable sort: lines of one moment keep their order.
    this.#waiting.sort((a, b) => a.at - b.at);
    const end = this.#waiting.findIndex(({ at }) => at >= to);
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }

  #act(at: number, write: WriteLine): void {
    const dice = this.#dice;
    const minute = ((at - this.#start) % STORY_HOUR) / MINUTE;
    if (minute >= GUESSING[0] && minute < GUESSING[1] && dice.chance(0.3)) passwordGuess(dice, at, write);
    if (minute >= INCIDENT[0] && minute < INCIDENT[1]) {
      // It comes quickly and goes slowly.
      const trouble = Math.min(0.85, minute - INCIDENT[0]) * Math.min(1, (INCIDENT[1] - minute) / 2);
      if (dice.chance(0.1)) poolWarning(dice, at, write);
      if (dice.chance(0.35)) checkout(dice, at, write, trouble);
    }
    dice.weighted(EVERYDAY)(dice, at, write);
  }

  /** Traffic comes in slow waves. */
  #busy(at: number): number {
    return (
      1 + 0.35 * Math.sin((at - this.#start) / (11 * MINUTE)) + 0.15 * Math.sin((at - this.#start) / (2.3 * MINUTE))
    );
  }

  /** What happens once an hour, of the stretch to tell, in order. */
  #moments(to: number): { at: number; act: Act }[] {
    const moments: { at: number; act: Act }[] = [];
    for (const [minute, act] of ONCE) {
      const first = this.#start + minute * MINUTE;
      const hours = Math.ceil((this.#told - first) / STORY_HOUR);
      for (let at = first + hours * STORY_HOUR; at < to; at += STORY_HOUR) moments.push({ at, act });
    }
    return moments.sort((a, b) => a.at - b.at);
  }
}
