import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { CacheFolder, rubyCacheFolder } from "../../../src/language/ruby/cache-folder.ts";
import { CachedCompiler } from "../../../src/language/ruby/compile-ruby.ts";
import { type RubySource, RubySyntaxError } from "../../../src/language/ruby/compiled-unit.ts";

const source = (code: string): RubySource => ({
  owner: "Ruby",
  parts: [{ name: "code", kind: "method", method: "run", parameters: ["event"], code, once: false }],
});

describe("CachedCompiler", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-ruby-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const compilerIn = (path: string): CachedCompiler => new CachedCompiler(new CacheFolder(path));
  const files = (): string[] => readdirSync(folder).filter((name) => name.endsWith(".json"));

  it("takes what another process compiled", () => {
    const made = compilerIn(folder).compile(source("event.tag('a')"));
    assert.deepEqual(files(), [`${made.id}.json`]);
    const path = join(folder, `${made.id}.json`);
    writeFileSync(path, JSON.stringify({ ...made, javascript: "known by this" }));
    assert.equal(compilerIn(folder).compile(source("event.tag('a')")).javascript, "known by this");
    assert.notEqual(compilerIn(folder).compile(source("event.tag('b')")).id, made.id);
  });
  it("compiles again what lies there broken, or for another source", () => {
    const made = compilerIn(folder).compile(source("1"));
    const path = join(folder, `${made.id}.json`);
    for (const broken of ["{", '{"id":"other","javascript":""}']) {
      writeFileSync(path, broken);
      assert.deepEqual(compilerIn(folder).compile(source("1")), made);
      assert.deepEqual(JSON.parse(readFileSync(path, "utf8")), made);
    }
  });
  it("does without a folder that others can write to, or that cannot be made", () => {
    chmodSync(folder, 0o777);
    compilerIn(folder).compile(source("2"));
    assert.deepEqual(files(), []);
    const file = join(folder, "file");
    writeFileSync(file, "");
    assert.match(compilerIn(join(file, "below")).compile(source("2")).javascript, /Opal/);
  });
  it("keeps no errors", () => {
    assert.throws(() => compilerIn(folder).compile(source("a = (")), RubySyntaxError);
    assert.deepEqual(files(), []);
    assert.ok(existsSync(folder));
  });
  it("has its folder where XDG says, else in the home", () => {
    assert.equal(rubyCacheFolder({ XDG_CACHE_HOME: "/x" }), "/x/antler/ruby");
    assert.match(rubyCacheFolder({}), /\/\.cache\/antler\/ruby$/);
  });
  it("compiles any text or tells what is wrong, and where", () => {
    const compiler = compilerIn(folder);
    const word = fc.constantFrom(
      ..."( ) { } [ ] ' \" / | , . ; : ? ! & * + - = << <<~E #{ do end def class if unless while case when in next return yield @a $b A::B x é %w[ %r{ =~ =begin __END__ ->".split(
        " ",
      ),
      "\n",
      " ",
      "\\",
      "1.5",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { maxLength: 30 }), (words) => {
        const code = words.join("");
        try {
          compiler.compile(source(code));
        } catch (error) {
          assert.ok(error instanceof RubySyntaxError, String(error));
          const { line = 1 } = error;
          assert.ok(line >= 1 && line <= code.split("\n").length, `line ${line} of ${JSON.stringify(code)}`);
        }
      }),
      { numRuns: 150 },
    );
  });
});
