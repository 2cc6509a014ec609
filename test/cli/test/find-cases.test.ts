import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCases } from "../../../src/cli/test/find-cases.ts";

describe("finding tests", () => {
  let root: string;

  const put = (...path: string[]): void => {
    const file = join(root, ...path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, "");
  };
  const logs = (...paths: string[]): string[] =>
    findCases(paths.map((path) => join(root, path))).cases.map(({ log }) => log.slice(root.length + 1));

  before(() => {
    root = mkdtempSync(join(tmpdir(), "antler-cases-"));
    put("b", "pipeline.conf");
    put("b", "test", "two.log");
    put("b", "test", "one.log");
    put("b", "test", "one.log-expected.json");
    put("a", "10-in.conf");
    put("a", "test", "x.log");
    put("bare", "pipeline.conf");
    put("docs", "test", "not-a-pipeline.log");
    put("README.md");
    put("loose.log");
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  it("in a folder of datasets, in the order of names; datasets without tests are named", () => {
    assert.deepEqual(logs(""), ["a/test/x.log", "b/test/one.log", "b/test/two.log"]);
    assert.deepEqual(findCases([root]).untested, ["bare"]);
  });

  it("of one dataset, of its test folder, of one log or of a file beside it; each once", () => {
    assert.deepEqual(logs("b"), ["b/test/one.log", "b/test/two.log"]);
    assert.deepEqual(logs("b/test"), ["b/test/one.log", "b/test/two.log"]);
    assert.deepEqual(logs("b/test/one.log"), ["b/test/one.log"]);
    assert.deepEqual(logs("b/test/one.log-expected.json", "b/test/one.log", "b"), ["b/test/one.log", "b/test/two.log"]);
  });

  it("says why a path leads to none", () => {
    const problem = (path: string): string => findCases([join(root, path)]).problems[0] ?? "";
    assert.match(problem("nowhere"), /no such file or folder/);
    assert.match(problem("bare"), /nothing to test/);
    assert.match(problem("README.md"), /a test is a file DATASET\/test\/NAME\.log/);
    assert.match(problem("loose.log"), /lies in a folder "test"/);
  });
});
