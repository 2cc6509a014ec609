import assert from "node:assert/strict";
import { corpusCases } from "../../scripts/conformance-corpus.ts";
import { logstashCases } from "../../scripts/conformance-logstash.ts";
import { dissectCases, multilineCases } from "../../scripts/conformance-parsers.ts";
import type { CaseOutcome } from "../../scripts/conformance-root.ts";
import { syslogCases } from "../../scripts/conformance-syslog.ts";
import { KNOWN_FAILURES } from "../../scripts/known-failures.ts";

/** Part of the real configurations that `antler check` must accept. */
const LEAST_ACCEPTED = 0.92;

const SETS: readonly (readonly [string, () => Promise<CaseOutcome[] | undefined>])[] = [
  ["Logstash's filters and patterns", () => logstashCases(new Set())],
  ["dissect", () => Promise.resolve(dissectCases())],
  ["multiline", () => Promise.resolve(multilineCases())],
  ["syslog", () => Promise.resolve(syslogCases())],
];

describe("cases of the peers' own suites", function () {
  this.timeout(120_000);

  for (const [title, run] of SETS) {
    it(`${title}: exactly those fail that docs/compatibility.md names`, async function () {
      const outcomes = await run();
      if (outcomes === undefined) this.skip();
      const failed = outcomes.filter(({ outcome }) => outcome === "failed");
      const unknown = failed.filter(({ id }) => KNOWN_FAILURES[id] === undefined);
      const repaired = outcomes.filter(({ id, outcome }) => outcome === "passed" && KNOWN_FAILURES[id] !== undefined);
      const line = ({ part, id, name, reason }: CaseOutcome): string => `${part} ${id} ${name}: ${reason}`;
      assert.deepEqual(unknown.map(line), [], "cases that fail and are not known to");
      assert.deepEqual(repaired.map(line), [], "cases that pass and are listed as failing");
      assert.ok(outcomes.some(({ outcome }) => outcome === "passed"));
    });
  }

  it("real configurations: all parse, and nearly all are accepted", function () {
    const outcomes = corpusCases();
    if (outcomes === undefined) this.skip();
    assert.deepEqual(
      outcomes.filter(({ part }) => part === "not parsed").map(({ name, reason }) => `${name}: ${reason}`),
      [],
    );
    const accepted = outcomes.filter(({ outcome }) => outcome === "passed").length;
    assert.ok(accepted >= outcomes.length * LEAST_ACCEPTED, `${accepted} of ${outcomes.length} are accepted`);
  });
});
