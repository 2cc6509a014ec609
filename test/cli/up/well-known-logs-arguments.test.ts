import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ArgumentOptions,
  type ExpandedArguments,
  expandArguments,
} from "../../../src/cli/up/well-known-arguments.ts";
import { realHostFiles } from "../../../src/cli/up/well-known-files.ts";
import { defaultEnvironment } from "../../../src/tail/real-environment.ts";

describe("expandArguments", () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), "antler arguments-"));
    mkdirSync(join(cwd, "logs/deep/er"), { recursive: true });
    mkdirSync(join(cwd, "empty"));
    writeFileSync(join(cwd, "a.log"), "a\n");
    writeFileSync(join(cwd, "b.log"), "bb\n");
    writeFileSync(join(cwd, "[odd].log"), "o\n");
    writeFileSync(join(cwd, "c.log.gz"), "x");
    writeFileSync(join(cwd, "bin"), Buffer.from([0, 1]));
    writeFileSync(join(cwd, "logs/one.log"), "1\n");
    writeFileSync(join(cwd, "logs/deep/er/two"), "2\n");
    writeFileSync(join(cwd, "logs/.hidden"), "h\n");
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  const expand = (given: string[], options: ArgumentOptions = {}): Promise<ExpandedArguments> =>
    expandArguments(given, { cwd, ...options });
  const names = (expanded: ExpandedArguments): string[] => expanded.files.map(({ path }) => path.slice(cwd.length + 1));

  it("takes files, relative and absolute, each once", async () => {
    const expanded = await expand(["b.log", join(cwd, "a.log"), "./a.log"]);
    assert.deepEqual(expanded.files, [
      { path: join(cwd, "a.log"), bytes: 2 },
      { path: join(cwd, "b.log"), bytes: 3 },
    ]);
    assert.deepEqual([...expanded.paths].sort(), [join(cwd, "a.log"), join(cwd, "b.log")]);
    assert.deepEqual(expanded.problems, []);
    assert.equal(expanded.stdin, false);
  });

  it("expands globs and follows them as globs", async () => {
    const expanded = await expand(["?.log"]);
    assert.deepEqual(names(expanded), ["a.log", "b.log"]);
    assert.deepEqual(expanded.paths, [join(cwd, "?.log")]);
    assert.deepEqual(names(await expand([join(cwd, "logs/**")])), ["logs/deep/er/two", "logs/one.log"]);
  });

  it("follows only the logs of a glob that names other files too, and warns", async () => {
    const expanded = await expand(["*"]);
    assert.deepEqual(names(expanded), ["[odd].log", "a.log", "b.log"]);
    assert.ok(!expanded.paths.some((path) => path.endsWith("/*")));
    assert.deepEqual(
      expanded.problems.map(({ kind, warning }) => [kind, warning]),
      [
        ["not text", true],
        ["compressed", true],
      ],
    );
  });

  it("gives paths that the file input's glob finds, also with special characters", async () => {
    const expanded = await expand(["[odd].log"]);
    assert.deepEqual(names(expanded), ["[odd].log"]);
    const found = await defaultEnvironment().glob(expanded.paths, { ignore: [], hidden: false });
    assert.deepEqual(found, [join(cwd, "[odd].log")]);
  });

  it("takes what lies below a folder, as deep as it may", async () => {
    assert.deepEqual(names(await expand(["logs"])), ["logs/deep/er/two", "logs/one.log"]);
    assert.deepEqual(names(await expand(["logs"], { maxDepth: 1 })), ["logs/one.log"]);
    const few = await expand(["logs"], { maxFiles: 1 });
    assert.equal(few.files.length, 1);
    assert.equal(few.problems[0]?.kind, "too many");
  });

  it("knows standard input and named pipes", async () => {
    execFileSync("mkfifo", [join(cwd, "pipe")]);
    const expanded = await expand(["-", "pipe"]);
    assert.equal(expanded.stdin, true);
    assert.deepEqual(expanded.pipes, [join(cwd, "pipe")]);
    assert.deepEqual(expanded.problems, []);
  });

  for (const [argument, kind, message] of [
    ["absent.log", "no such file", /absent\.log does not exist/],
    ["no*.log", "matches nothing", /no file matches no\*\.log/],
    ["empty", "no logs", /no files in the folder empty/],
    ["bin", "not text", /no text/],
    ["c.log.gz", "compressed", /compressed/],
    ["/dev/null", "special file", /no file/],
    ["a.log/b", "no such file", /does not exist/],
  ] as const) {
    it(`reports ${argument}: ${kind}`, async () => {
      const expanded = await expand([argument, "a.log"]);
      assert.deepEqual(names(expanded), ["a.log"]);
      assert.equal(expanded.problems.length, 1);
      assert.equal(expanded.problems[0]?.argument, argument);
      assert.equal(expanded.problems[0]?.kind, kind);
      assert.equal(expanded.problems[0]?.warning, false);
      assert.match(expanded.problems[0]?.message ?? "", message);
    });
  }

  it("reports what may not be read", async () => {
    const files = { ...realHostFiles, readable: () => Promise.resolve(false) };
    const expanded = await expand(["a.log"], { files });
    assert.deepEqual(expanded.files, []);
    assert.equal(expanded.problems[0]?.kind, "unreadable");
    assert.match(expanded.problems[0]?.help ?? "", /sudo/);
  });
});
