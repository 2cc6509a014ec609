import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { conformanceFile } from "../support/conformance.ts";

const SCRIPT: string = join(import.meta.dirname, "..", "..", "scripts", "conformance.js");

/** What must hold for these modules together. */
const MODULES = ["system", "nginx", "apache", "auditd"];
const LEAST_EQUAL_PERCENT = 90;
const MOST_UNPARSED_PERCENT = 1;

describe("Filebeat's modules", function () {
  this.timeout(60_000);

  it("give the same fields by Antler's pipelines", function () {
    if (conformanceFile("filebeat-modules/INDEX.json") === undefined) this.skip();
    const report = execFileSync(process.execPath, [SCRIPT, ...MODULES], { encoding: "utf8" });
    const figure = (pattern: RegExp): number => Number(pattern.exec(report)?.[1] ?? Number.NaN);
    const equal = figure(/^filebeat-modules: (\d+\.\d) % of expected field values equal$/m);
    const unparsed = figure(/ unparsed \((\d+\.\d) %\)$/m);
    assert.doesNotMatch(report, /^no pipeline:/m);
    assert.ok(equal >= LEAST_EQUAL_PERCENT, report);
    assert.ok(unparsed <= MOST_UNPARSED_PERCENT, report);
  });
});
