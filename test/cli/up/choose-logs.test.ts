import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseArguments } from "../../../src/cli/up/choose-logs.ts";
import { documentKind } from "../../../src/cli/up/whole-documents.ts";

describe("the logs that antler up is given", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-choose-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it("are named one by one, the rest as a number", async () => {
    for (let i = 10; i < 25; i++) write(`${i}.log`, "line\n");
    const { chosen, said } = await chooseArguments([folder]);
    assert.equal(chosen?.paths.length, 15);
    assert.equal(said.length, 13);
    assert.equal(said[0], `following ${join(folder, "10.log")} (5 bytes)`);
    assert.equal(said[12], "following 3 more files (15 bytes)");
    assert.match((await chooseArguments([folder], true)).said[0] as string, /^reading /);
  });

  it("of a folder are those that are no documents, which are counted", async () => {
    write("a.log", "line\n");
    for (const name of ["a.log-expected.json", "b.json", "c.json"]) write(name, '{\n  "a": 1\n}\n');
    write("d.yml", "fields:\n  a: 1\n");
    const { chosen, said } = await chooseArguments([folder]);
    assert.deepEqual(chosen?.paths, [join(folder, "a.log")]);
    assert.equal(said.length, 2, said.join("\n"));
    assert.match(
      said[0] as string,
      /^left out: .*a\.log-expected\.json is one JSON document, .*, and so are 3 more \(/,
    );
  });

  it("may be documents when they are named, but not when a folder has nothing else", async () => {
    const path = write("a.json", '[\n  {\n    "a": 1\n  }\n]\n');
    assert.deepEqual((await chooseArguments([path])).chosen?.paths, [path]);
    const { chosen, said } = await chooseArguments([folder]);
    assert.equal(chosen, undefined);
    assert.match(said[0] as string, /^error: .* is one JSON document/);
  });

  it("may be standard input, beside what is wrong", async () => {
    mkdirSync(join(folder, "empty"));
    const { chosen, said } = await chooseArguments([join(folder, "empty"), "-"]);
    assert.equal(chosen?.stdin, true);
    assert.deepEqual(said.slice(1), ["reading standard input"]);
    assert.match(said[0] as string, /^error: there are no files in the folder/);
  });

  for (const [what, name, text, kind] of [
    ["an object over lines", "a", '{\n  "a": 1\n}\n', "JSON"],
    ["an array over lines", "a", "\ufeff\n[\n  1,\n  2\n]\n", "JSON"],
    ["an object that begins on its line", "a", '{"a": {\n  "b": 1 } }\n', "JSON"],
    ["an array of objects", "a", '[{\n  "b": 1 }]\n', "JSON"],
    ["YAML", "a.yaml", "a: 1\n", "YAML"],
    ["JSON lines", "a.json", '{"a":1}\n{"a":2}\n', undefined],
    ["one line of JSON", "a.json", '{"a":1}\n', undefined],
    ["JSON lines with brackets in texts", "a.json", '{"a":"{[ \\" {"}\n{"a":2}\n', undefined],
    ["times in brackets", "a.log", "[2026-11-23 10:00:00] dump: [\n[2026-11-23 10:00:01] x\n", undefined],
    ["a bracket alone", "a.log", "[\n", undefined],
    ["nothing", "a.log", "", undefined],
  ] as const) {
    it(`tell ${what}: ${kind ?? "a log"}`, () => assert.equal(documentKind(name, Buffer.from(text)), kind));
  }
});
