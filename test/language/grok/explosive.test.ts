import assert from "node:assert/strict";
import { type Explosion, findExplosion } from "../../../src/language/grok/explosive.ts";
import { GrokLibrary } from "../../../src/language/grok/library.ts";
import { compileGrok } from "../../../src/language/grok/matcher.ts";

function explosionOf(pattern: string, library: GrokLibrary = new GrokLibrary("v8")): Explosion | undefined {
  const matcher = compileGrok(pattern, library, { namedCapturesOnly: true });
  return findExplosion(matcher.text, (input) => matcher.match(input));
}

describe("patterns that can explode", function () {
  this.timeout(30_000);

  for (const pattern of [
    "^(?:x+x+)+y",
    "^(\\w+\\s?)*$",
    "(?i)^(?:(?:x+)+)+y",
    "start (?:%{WORD}) (?:[a-z]+ ?)+: %{INT}",
    "^(?:ab|a[b-d])*$",
    "^(\\w+\\s*)*:",
    "(.*a){30}",
    "^(?:%{DATA},)+z",
    "(?<x>(?:\\S+\\s*)+)!$",
    "^(?i:a+)+b",
    "^(?:[[:alpha:]]+)+!",
    "^(?:[a-z]+.)+[A-Z]",
    "^(?<=^)(?:x+x+)+y",
  ]) {
    it(`are shown with a text: ${pattern}`, () => {
      const shown = explosionOf(pattern);
      assert.ok(shown !== undefined);
      // The text is what it says: a few more rounds of it take far longer.
      const { expression } = compileGrok(pattern, new GrokLibrary("v8"), { namedCapturesOnly: true });
      const time = (rounds: number): number => {
        const begin = performance.now();
        expression.exec(shown.before + shown.repeated.repeat(rounds) + shown.behind);
        return performance.now() - begin;
      };
      assert.ok(time(shown.rounds) > 3 * time(Math.max(1, shown.rounds - 6)));
    });
  }

  for (const pattern of [
    "%{COMBINEDAPACHELOG}",
    "%{SYSLOGLINE}",
    '"(?:[^"\\\\]|\\\\.)*"',
    "^(?:[^,]+,)*[^,]+$",
    "^(?:\\d+\\.)+\\d+$",
    ".*a.*b.*c",
    "^(?>a+)+b",
    "^(?:a++)+b",
  ]) {
    it(`says nothing of ${pattern}`, () => assert.equal(explosionOf(pattern), undefined));
  }

  it("are none of those that come with Antler but CISCO_REASON and what is made of it", () => {
    for (const ecs of ["v8", "disabled"] as const) {
      const library = new GrokLibrary(ecs);
      const names = library.names().filter((name) => explosionOf(`^%{${name}}$`, library) !== undefined);
      assert.deepEqual(
        names.filter((name) => !library.get(name)?.includes("CISCO_REASON") && name !== "CISCO_REASON"),
        [],
      );
    }
  });
});
