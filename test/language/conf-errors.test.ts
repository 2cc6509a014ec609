import assert from "node:assert/strict";
import { parse } from "./conf-outline.ts";

/** [what, text, findings, outline of what was read all the same] */
const BAD: readonly (readonly [string, string, readonly string[], string])[] = [
  [
    "an option without arrow",
    'filter { a { b "x" c => 1 } }',
    ['CONF001 1:16 expected "=>" after option "b", found \'"\''],
    "filter{a(c=1)}",
  ],
  [
    "= for =>",
    "filter { a { b = 1 c => 1 } }",
    ['CONF001 1:16 expected "=>" after option "b", found "="'],
    "filter{a(c=1)}",
  ],
  [
    "a comma between options",
    "filter { a { bb => 1, c => 2 } }",
    ['CONF001 1:21 expected whitespace after option "bb", found ","'],
    "filter{a(bb=1, c=2)}",
  ],
  [
    "options without a space between",
    'filter { a { b => "x"c => 2 } }',
    ['CONF001 1:22 expected whitespace after option "b", found "c"'],
    'filter{a(b="x")}',
  ],
  [
    "an arrow without value",
    "filter { a { b => } d { } }",
    [
      'CONF001 1:19 expected a value: a text in quotes, a number, a word, a list in [ ], a hash in { } or a codec, found "}"',
    ],
    "filter{a() d()}",
  ],
  [
    "a size without quotes",
    "filter { a { b => 10MB c => 2 } }",
    ['CONF001 1:21 expected whitespace after option "b", found "MB"'],
    "filter{a(b=10, c=2)}",
  ],
  [
    "a bareword of one letter",
    "filter { a { b => x c => 2 } }",
    [
      'CONF001 1:19 expected a value: a text in quotes, a number, a word, a list in [ ], a hash in { } or a codec, found "x"',
    ],
    "filter{a(c=2)}",
  ],
  [
    "commas between entries of a hash",
    'filter { a { b => { "x" => 1, "y" => 2 } } }',
    ['CONF001 1:29 expected a key or "}", found ","'],
    'filter{a(b={"x": 1, "y": 2})}',
  ],
  [
    "a list without commas",
    'filter { a { b => ["x" "y"] c => 1 } }',
    ['CONF003 1:24 expected "]" after a list, found \'"\''],
    "filter{a(c=1)}",
  ],
  [
    "a comma at the end of a list",
    "filter { a { b => [1, ] c => 1 } }",
    ['CONF001 1:21 expected another element after ",", found "]"'],
    "filter{a(b=[1], c=1)}",
  ],
  [
    "two commas",
    "filter { a { b => [1,, 2] c => 1 } }",
    [
      'CONF001 1:22 expected a value: a text in quotes, a number, a word, a list in [ ], a hash in { } or a codec, found ","',
    ],
    "filter{a(c=1)}",
  ],
  ["one brace too many", "filter { } }\noutput { }", ['CONF001 1:12 this "}" closes nothing'], "filter{} output{}"],
  [
    "a plugin outside of sections",
    "filter { }\nmutate { id => 1 }\noutput { }",
    ['CONF004 2:1 there is no section "mutate"'],
    "filter{} output{}",
  ],
  ["no section at all", "hello", ['CONF004 1:1 there is no section "hello"'], ""],
  ["else without if", "filter { else { a { } } b { } }", ['CONF001 1:10 "else" without "if"'], "filter{b()}"],
  [
    "a field without brackets",
    'filter { if type == "x" { a { } } b { } }',
    ['CONF001 1:13 expected a value: a field in brackets, a text in quotes, a number or a list, found "type"'],
    "filter{if [@metadata] {a()} b()}",
  ],
  [
    "a function",
    "filter { if defined([x]) { a { } } b { } }",
    ['CONF001 1:13 there is no function "defined"'],
    "filter{if [@metadata] {a()} b()}",
  ],
  [
    "a regular expression at the wrong place",
    "filter { if [a] == /x/ { a { } } }",
    ['CONF001 1:20 expected a value, found "/"'],
    "filter{if [@metadata] {a()}}",
  ],
  [
    "a field as regular expression",
    "filter { if [a] =~ [b] { a { } } }",
    ['CONF001 1:20 expected a /regular expression/ or a text in quotes after "=~", found "["'],
    "filter{if [@metadata] {a()}}",
  ],
  [
    "not before a comparison without parentheses",
    'filter { if !"x" in [tags] { a { } } }',
    ['CONF001 1:14 expected "(" or a field in brackets after "!", found \'"\''],
    "filter{if [@metadata] {a()}}",
  ],
  [
    "an open parenthesis",
    "filter { if ([a] { b { } } }",
    ['CONF003 1:18 expected ")" after a condition in parentheses, found "{"'],
    "filter{if [@metadata] {b()}}",
  ],
  [
    "a character that cannot be seen",
    "filter {\u00a0a { } b { } }",
    ['CONF001 1:9 expected a plugin, "if" or "}", found U+00A0'],
    "filter{a() b()}",
  ],
  [
    "an open quote to the end",
    'filter {\n a {\n  b => "x\n  c => 1\n }\n}\noutput { }',
    ['CONF002 3:8 the text that begins here has no closing "'],
    "filter{a(c=1)} output{}",
  ],
  [
    "an open quote before another",
    'filter {\n a {\n  b => "x\n  c => "y"\n }\n d { }\n}',
    ["CONF002 3:8 the text that begins here ends lines below, in the middle of something"],
    'filter{a(b="x\\n  c => ", c="y") d()}',
  ],
  [
    "an open regular expression",
    "filter {\n if [a] =~ /x {\n  b { }\n }\n c { }\n}",
    ["CONF002 2:12 the regular expression that begins here has no closing /"],
    "filter{if [@metadata] {b()} c()}",
  ],
  [
    "an open quote in a hash",
    'filter {\n a {\n  b => {\n   "x" => "y\n   "z" => "w"\n  }\n  c => 1\n }\n d { }\n}',
    ["CONF002 4:11 the text that begins here ends lines below, in the middle of something"],
    "filter{a(c=1) d()}",
  ],
  [
    "an open quote before closing brackets",
    'filter {\n a { b => { "x" => ["y, 1] } }\n d { }\n}\noutput { }',
    ['CONF002 2:21 the text that begins here has no closing "'],
    "filter{a() d()} output{}",
  ],
  [
    "a plugin without end before another",
    "filter {\n a {\n  b => 1\n c { }\n}\noutput { }",
    ['CONF003 2:4 the "{" of plugin "a" has no "}"'],
    "filter{a(b=1) c()} output{}",
  ],
  [
    "a plugin without end before an if",
    "filter {\n a {\n  b => 1\n if [x] { c { } }\n}",
    ['CONF003 2:4 the "{" of plugin "a" has no "}"'],
    "filter{a(b=1) if [x] {c()}}",
  ],
  [
    "a hash without arrow is an option, not a plugin",
    "filter {\n a {\n  match { bb => 1 }\n  c => 1\n }\n}",
    ['CONF001 3:9 expected "=>" after option "match", found "{"'],
    "filter{a(c=1)}",
  ],
  [
    "a section without end before another",
    "filter { a { }\noutput { b { } }",
    ['CONF003 1:8 this "{" has no "}"'],
    "filter{a()} output{b()}",
  ],
  [
    "a block without end",
    "filter { if [a] { b { }",
    ['CONF003 1:8 this "{" has no "}"', 'CONF003 1:17 this "{" has no "}"'],
    "filter{if [a] {b()}}",
  ],
];

describe("conf: errors", () => {
  for (const [what, text, findings, outline] of BAD) {
    it(what, () => {
      const parsed = parse(text);
      assert.deepEqual(parsed.findings, findings);
      assert.equal(parsed.outline, outline);
    });
  }

  it("ways out", () => {
    const helps: readonly (readonly [string, string])[] = [
      ["filter { a { b => ${X} } }", 'a variable stands in quotes: "${NAME}"'],
      ["filter { a { b => “x” } }", "this is a typographic quote; use \" or '"],
      ["filter { // x\n }", "comments begin with #"],
      ["filter { if [a] && [b] { } }", 'write "and"'],
      ["filter { if [a] || [b] { } }", 'write "or"'],
      ["filter { if not [a] { } }", 'write !( … ) or "not in"'],
      ["filter { if [a] = 1 { } }", "== compares"],
      ["filter { if [a] { } elsif [b] { } }", 'write "else if"'],
      ["filter { a { b => x } }", "a single letter stands in quotes"],
      ["filter { a { b => 5m } }", "a value that is not only a number stands in quotes"],
      ["fliter { a { } }", 'did you mean "filter"?'],
    ];
    for (const [text, help] of helps) assert.equal(parse(text).found.sorted()[0]?.help, help, text);
  });

  it("a file of another kind ends after a hundred errors", () => {
    const parsed = parse(`filter { a { ${"bb = 1\n".repeat(1000)} } }`, "}".repeat(5000));
    const counts = ["1.conf", "2.conf"].map(
      (name) => parsed.found.sorted().filter(({ span }) => span?.source.name === name).length,
    );
    assert.ok((counts[0] as number) <= 101);
    assert.equal(counts[1], 101);
    assert.equal(parsed.findings.at(-1), "CONF023 1:101 100 syntax errors; the rest of the file was not read");
  });

  const nested: readonly (readonly [string, string])[] = [
    ["parentheses", `filter { if ${"(".repeat(50_000)}`],
    ["negations", `filter { if ${"!(".repeat(50_000)}`],
    ["lists", `filter { a { b => ${"[".repeat(50_000)}`],
    ["lists in a condition", `filter { if [x] in ${'["a", '.repeat(50_000)}`],
    ["hashes", `filter { a { b => ${"{ bb => ".repeat(50_000)}`],
    ["codecs", `filter { a { b => ${"json { c => ".repeat(50_000)}`],
    ["blocks", `filter { ${"if [a] { ".repeat(50_000)}`],
    ["operators", `filter { if [a]${" and [a]".repeat(50_000)} { } }`],
  ];
  for (const [what, text] of nested) {
    it(`too many ${what} in each other exhaust nothing`, () => {
      const { findings } = parse(text);
      assert.ok(
        findings.some((line) => line.includes("at most")),
        findings.slice(0, 3).join("\n"),
      );
    });
  }
});
