import assert from "node:assert/strict";
import { materialise } from "../../../src/event/lazy-value.ts";
import { toFloat, toInteger } from "../../../src/language/grok/convert.ts";
import { GrokError } from "../../../src/language/grok/grok-error.ts";
import { GrokLibrary } from "../../../src/language/grok/library.ts";
import { compileGrok, type GrokMatcher } from "../../../src/language/grok/matcher.ts";

function compile(pattern: string, library: GrokLibrary = new GrokLibrary("v1"), named = true): GrokMatcher {
  return compileGrok(pattern, library, { namedCapturesOnly: named });
}

function failure(pattern: string, library?: GrokLibrary): GrokError {
  try {
    compile(pattern, library);
  } catch (error) {
    assert.ok(error instanceof GrokError, String(error));
    return error;
  }
  return assert.fail(`${pattern} compiles`);
}

describe("grok syntax", () => {
  it("captures under field references, with types", () => {
    const matcher = compile("%{WORD:verb} %{NUMBER:[http][took]:float} %{INT:n:int} (?<rest>.*)");
    assert.deepEqual(matcher.captures, [
      { name: "verb", type: "string", groups: [1] },
      { name: "[http][took]", type: "float", groups: [2] },
      { name: "n", type: "int", groups: [3] },
      { name: "rest", type: "string", groups: [4] },
    ]);
    assert.deepEqual(matcher.match("GET 1.5 7 a b")?.slice(1), ["GET", "1.5", "7", "a b"]);
  });

  it("captures by named groups, nested fields too", () => {
    const matcher = compile("(?<[log][code]>[A-F0-9]{4}) (?<n:int>\\d+) (?'quoted'x)");
    assert.deepEqual(
      matcher.captures.map(({ name, type }) => [name, type]),
      [
        ["[log][code]", "string"],
        ["n", "int"],
        ["quoted", "string"],
      ],
    );
    assert.deepEqual(matcher.match("no 12; BEEF 7 x")?.slice(1), ["BEEF", "7", "x"]);
  });

  it("gathers the groups of one name", () => {
    const matcher = compile("%{INT:n} (a) %{INT:n}|%{WORD:n}");
    assert.deepEqual(matcher.captures, [{ name: "n", type: "string", groups: [1, 2, 3] }]);
    assert.deepEqual(matcher.match("1 a 2")?.slice(1), ["1", "2", undefined]);
  });

  it("captures unnamed references when asked to", () => {
    assert.deepEqual(
      compile("%{IP} %{WORD:w}", undefined, false).captures.map(({ name }) => name),
      ["IP", "IPV6", "IPV4", "w"],
    );
    assert.deepEqual(compile("%{IP} %{WORD}").captures, []);
  });

  it("takes a definition in place, and leaves the rest before the brace alone", () => {
    assert.equal(compile("%{JOB:job=[a-z]{3}-\\d+} x").match("abc-12 x")?.[1], "abc-12");
    assert.equal(compile("%{INT:n and more}").match("a 5")?.[0], "5");
  });

  it("leaves alone what is no reference", () => {
    assert.equal(compile("\\%{WORD}").match("x %{WORD}")?.[0], "%{WORD}");
    assert.equal(compile("100%").match("100%")?.[0], "100%");
  });

  it("searches anywhere, over line ends", () => {
    assert.equal(compile("b.c").match("a\nb\nc")?.index, 2);
    assert.equal(compile("^b$").match("a\nb\nc")?.index, 2);
    assert.equal(compile("\\Ab").match("a\nb"), null);
  });

  it("gives the rest of Ruby's syntax to oniguruma-to-es, with the groups in place", () => {
    const cases: readonly (readonly [string, string, (string | undefined)[]])[] = [
      ["(?>a+)(?<x>b)(c)(?<y>\\d++)", "aabc12", ["b", "12"]],
      ["(?i)error: %{WORD:x}", "ERROR: Disk", ["Disk"]],
      ["(?<=id=ab)(?<x>[[:alpha:]]+)", "id=abcd1", ["cd"]],
      ["(?<q>['\"])(?<x>.*?)\\k<q>", "a 'b\"c' d", ["'", 'b"c']],
      ["(?<x>.+)(?i:END)$", "a\nb end", ["a\nb "]],
    ];
    for (const [pattern, text, groups] of cases) {
      const matcher = compile(pattern);
      assert.equal(matcher.isPlain, false, pattern);
      const found = matcher.match(text);
      assert.deepEqual(
        matcher.captures.flatMap((capture) => capture.groups).map((group) => found?.[group]),
        groups,
        pattern,
      );
    }
  });
});

describe("grok errors", () => {
  it("undefined names, with their position in the user's pattern", () => {
    const error = failure("%{INT:a} %{NOPE:b}");
    assert.deepEqual([error.code, error.position, error.pattern], ["undefined-pattern", 9, "NOPE"]);
    const library = new GrokLibrary("v1");
    library.add("OUTER", "x%{INNER}");
    assert.deepEqual([failure("ab%{OUTER}", library).position, failure("ab%{OUTER}", library).pattern], [2, "INNER"]);
  });

  it("patterns that contain themselves", () => {
    const library = new GrokLibrary("v1");
    library.add("A", "%{B}");
    library.add("B", "x|%{A}");
    assert.equal(failure("%{A}", library).code, "recursion");
  });

  it("patterns that double themselves end at a bound", () => {
    const library = new GrokLibrary("v1");
    library.add("D0", "abcdefgh");
    for (let i = 1; i < 40; i++) library.add(`D${i}`, `%{D${i - 1}}%{D${i - 1}}`);
    assert.equal(failure("%{D39}", library).code, "bad-expression");
  });

  it("expressions and fields that are none", () => {
    assert.equal(failure("(a").code, "bad-expression");
    assert.equal(failure("[a").code, "bad-expression");
    assert.equal(failure("a\\k<none>").code, "bad-expression");
    assert.equal(failure("%{WORD:[a}").code, "bad-field");
  });
});

describe("grok library", () => {
  it("adds patterns of a file and says which lines define nothing", () => {
    const library = new GrokLibrary("disabled");
    const ignored = library.addFile("# jobs\n\nJOB job-%{INT}\r\n  STEP   [a-z]+ x \nALONE\n\t# end\n");
    assert.deepEqual(ignored, [5]);
    assert.equal(library.get("JOB"), "job-%{INT}");
    assert.equal(library.get("STEP"), "[a-z]+ x ");
    assert.equal(library.get("ALONE"), undefined);
  });

  it("a user's pattern replaces one that came along", () => {
    const library = new GrokLibrary("v1");
    library.add("INT", "x");
    assert.equal(compile("%{INT}", library).match("1 x")?.[0], "x");
    assert.notEqual(new GrokLibrary("v1").get("INT"), "x");
  });
});

describe("grok types", () => {
  it("whole numbers as Ruby's to_i", () => {
    const cases = {
      "42": 42,
      "-7": -7,
      "+5": 5,
      " 12ab": 12,
      "1_000": 1000,
      "1e3": 1,
      "": 0,
      abc: 0,
      "0x1f": 0,
      "-0": 0,
    };
    for (const [text, value] of Object.entries(cases)) assert.equal(toInteger(text), value, text);
    assert.equal(toInteger("9007199254740991"), Number.MAX_SAFE_INTEGER);
  });

  it("numbers as Ruby's to_f", () => {
    const cases = { "1.5": 1.5, "1e3": 1000, ".5x": 0.5, "": 0, abc: 0, Infinity: 0 };
    for (const [text, value] of Object.entries(cases)) assert.equal(materialise(toFloat(text)), value, text);
  });
});
