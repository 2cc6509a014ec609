import assert from "node:assert/strict";
import fc from "fast-check";
import { editDistance, suggest } from "../../src/diagnostics/suggest.ts";

describe("did you mean", () => {
  const options = ["match", "tag_on_failure", "tag_on_timeout", "tags", "id", "ip", "overwrite", "patterns_dir"];
  const cases: readonly (readonly [string, string | undefined])[] = [
    ["tag_on_failur", "tag_on_failure"],
    ["tag-on-failure", "tag_on_failure"],
    ["TagOnFailure", "tag_on_failure"],
    ["Match", "match"],
    ["amtch", "match"],
    ["tag", "tags"],
    ["patern_dir", "patterns_dir"],
    ["ID", "id"],
    ["io", undefined],
    ["zzz", undefined],
    ["something_else", undefined],
    ["", undefined],
    ["m".repeat(1_000_000), undefined],
  ];
  for (const [word, meant] of cases) {
    it(word.slice(0, 20) || "nothing", () => assert.equal(suggest(word, options), meant));
  }

  it("of equally near ones that with the longest common beginning", () => {
    assert.equal(suggest("hosts", ["posts", "hoste"]), "hoste");
    assert.equal(suggest("hosts", ["hoste", "posts"]), "hoste");
  });

  it("a distance is 0 for the same word only, the same both ways, and 1 for each single slip", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        assert.equal(editDistance(a, b) === 0, a === b);
        assert.equal(editDistance(a, b), editDistance(b, a));
        assert.ok(editDistance(a, b) <= Math.max(a.length, b.length));
      }),
    );
    for (const slip of ["bcd", "abcde", "abxd", "abdc"]) assert.equal(editDistance("abcd", slip), 1);
  });
});
