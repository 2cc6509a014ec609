import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "../../../src/cli/up/sample-dice.ts";
import { realSampleFiles } from "../../../src/cli/up/sample-files.ts";
import { SAMPLE_FILES, type SampleFile } from "../../../src/cli/up/sample-line.ts";
import { type SampleClock, startSampleReplay } from "../../../src/cli/up/sample-logs.ts";
import { type SampleLine, SampleStory, STORY_HOUR } from "../../../src/cli/up/sample-story.ts";

const START = Date.UTC(2026, 10, 23, 12);

/** A clock that moves when told to. */
class HandClock implements SampleClock {
  time: number;
  readonly #timers: { at: number; run: () => void }[] = [];
  constructor(time: number) {
    this.time = time;
  }
  now(): number {
    return this.time;
  }
  setTimeout(run: () => void, milliseconds: number): unknown {
    const timer = { at: this.time + milliseconds, run };
    this.#timers.push(timer);
    return timer;
  }
  clearTimeout(timer: unknown): void {
    const at = this.#timers.indexOf(timer as { at: number; run: () => void });
    if (at >= 0) this.#timers.splice(at, 1);
  }
  get waiting(): number {
    return this.#timers.length;
  }
  /** Moves on and waits until the next timer is set: what the run wrote is written then. */
  async move(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    for (const timer of this.#timers.splice(0)) timer.run();
    while (this.#timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("sample logs", () => {
  describe("the story", () => {
    const tell = (steps: number): SampleLine[] => {
      const story = new SampleStory(seededRandom(7), START, START, 4);
      return Array.from({ length: steps }, (_, i) => story.advance(START + (STORY_HOUR / steps) * (i + 1))).flat();
    };
    const lines = tell(1);
    const textsOf = (file: SampleFile): string[] => lines.filter((line) => line.file === file).map(({ text }) => text);

    it("is the same however it is told", () => assert.deepEqual(tell(977), lines));

    it("comes in order and stays in its hour", () => {
      for (let i = 1; i < lines.length; i++) assert.ok((lines[i - 1] as SampleLine).at <= (lines[i] as SampleLine).at);
      assert.ok((lines[0] as SampleLine).at >= START);
      assert.ok((lines[lines.length - 1] as SampleLine).at < START + STORY_HOUR);
    });

    it("writes each file, about four lines a second", () => {
      for (const file of SAMPLE_FILES) assert.ok(textsOf(file).length > 0, file);
      assert.ok(lines.length > 10_000 && lines.length < 20_000, String(lines.length));
    });

    it("has each program's form and its own time", () => {
      const forms: Record<SampleFile, RegExp> = {
        "nginx/access.log":
          /^[\da-f.:]+ - - \[23\/Nov\/2026:\d\d:\d\d:\d\d [+-]\d{4}\] "(?:GET|POST) \/\S* HTTP\/1\.1" \d{3} \d+ "[^"]+" "[^"]+"$/,
        "nginx/error.log": /^2026\/11\/23 \d\d:\d\d:\d\d \[error\] \d+#\d+: \*\d+ .+, client: /,
        "apache2/access.log": /^10\.20\.0\.\d+ - \S+ \[23\/Nov\/2026:/,
        "apache2/error.log": /^\[Mon Nov 23 \d\d:\d\d:\d\d\.\d{6} 2026\] \[\w+:error\] \[pid /,
        syslog: /^Nov 23 \d\d:\d\d:\d\d shop-1 [\w@/.-]+(?:\[\d+\])?: ./,
        "auth.log": /^Nov 23 \d\d:\d\d:\d\d shop-1 (?:sshd|sudo|CRON|useradd|systemd-logind)(?:\[\d+\])?: ./,
        "audit/audit.log": /^type=[A-Z_]+ msg=audit\(179\d{7}\.\d{3}:\d+\): ./,
        "dpkg.log": /^2026-11-23 \d\d:\d\d:\d\d (?:startup|upgrade|status|configure|trigproc) /,
        "apt/history.log": /^\nStart-Date: 2026-11-23 {2}\d\d:\d\d:\d\d\nCommandline: .+\nUpgrade: .+\nEnd-Date: 2026-/,
        "shop/checkout.json": /^\{"@timestamp":"2026-11-23T12:\d\d:\d\d\.\d{3}Z".*\}$/,
      };
      for (const { file, text } of lines) assert.match(text, forms[file]);
      for (const text of textsOf("shop/checkout.json")) JSON.parse(text);
    });

    it("hides a brute force that succeeds", () => {
      const failed = textsOf("auth.log").filter((text) => text.includes("Failed password"));
      assert.ok(failed.length > 50, String(failed.length));
      const accepted = textsOf("auth.log").filter((text) => text.includes("Accepted password"));
      assert.equal(accepted.length, 1);
      assert.ok(accepted[0]?.includes("203.0.113.77"));
    });

    it("has an incident: errors rise, with a stack trace, and end", () => {
      const minutes = new Array<number>(60).fill(0);
      for (const { file, at, text } of lines) {
        if (file !== "shop/checkout.json" || !text.includes('"stack_trace"')) continue;
        const minute = Math.floor((at - START) / 60_000);
        minutes[minute] = (minutes[minute] ?? 0) + 1;
      }
      assert.ok((minutes[41] ?? 0) > 10, String(minutes));
      assert.deepEqual(minutes.slice(0, 38), new Array(38).fill(0));
      assert.deepEqual(minutes.slice(47), new Array(13).fill(0));
      assert.ok(textsOf("nginx/access.log").some((text) => text.includes('/api/checkout HTTP/1.1" 504')));
    });
  });

  describe("the replay", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "antler-samples-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const read = (file: string): string => readFileSync(join(folder, file), "utf8");
    const count = (): number => SAMPLE_FILES.reduce((sum, file) => sum + read(file).split("\n").length - 1, 0);

    it("writes the last hour at once and goes on live", async () => {
      const clock = new HandClock(Date.now());
      const replay = await startSampleReplay({ folder, clock });
      assert.deepEqual(
        replay.paths,
        SAMPLE_FILES.map((file) => join(folder, file)),
      );
      assert.ok(replay.backlogLines > 10_000);
      const before = count();
      await clock.move(500);
      for (let i = 0; i < 20; i++) await clock.move(500);
      const grown = count() - before;
      assert.ok(grown > 5 && grown < 200, String(grown));
      await replay.stop();
      assert.equal(clock.waiting, 0);
    });

    it("goes on where it ended, without that hour again", async () => {
      const clock = new HandClock(Date.now());
      await (await startSampleReplay({ folder, clock })).stop();
      const before = count();
      clock.time += 20_000;
      const again = await startSampleReplay({ folder, clock });
      await again.stop();
      assert.ok(again.backlogLines > 10 && again.backlogLines < 500, String(again.backlogLines));
      assert.ok(count() > before);
    });

    it("rotates, so that the disk stays bounded", async () => {
      const clock = new HandClock(Date.now());
      const rotateBytes = 400_000;
      const replay = await startSampleReplay({ folder, clock, rotateBytes });
      for (let i = 0; i < 10; i++) await clock.move(3_000_000);
      await replay.stop();
      assert.ok(existsSync(join(folder, "nginx/access.log.1")));
      assert.ok(!existsSync(join(folder, "nginx/access.log.2")));
      // A burst of 50 minutes may be larger than a file should be; nothing is kept of the ones before.
      assert.ok(statSync(join(folder, "dpkg.log")).size < rotateBytes);
      assert.ok(statSync(join(folder, "auth.log")).size <= rotateBytes);
    });

    it("says once that it cannot write, and goes on when it can", async () => {
      const clock = new HandClock(Date.now());
      let full = false;
      const troubles: Error[] = [];
      const files = {
        ...realSampleFiles,
        append: (path: string, text: string) =>
          full ? Promise.reject(new Error("ENOSPC: no space left")) : realSampleFiles.append(path, text),
      };
      const replay = await startSampleReplay({ folder, clock, files, onTrouble: (error) => troubles.push(error) });
      full = true;
      for (let i = 0; i < 5; i++) await clock.move(10_000);
      assert.equal(troubles.length, 1);
      full = false;
      const before = count();
      await clock.move(10_000);
      await replay.stop();
      assert.ok(count() > before);
    });

    it("survives a clock that jumps", async () => {
      const clock = new HandClock(Date.now());
      const replay = await startSampleReplay({ folder, clock });
      const before = count();
      await clock.move(30 * 86_400_000);
      await clock.move(10_000);
      const forward = count();
      assert.ok(forward - before < 1000, String(forward - before));
      await clock.move(-40 * 86_400_000);
      await clock.move(10_000);
      assert.ok(count() > forward);
      await replay.stop();
    });
  });
});
