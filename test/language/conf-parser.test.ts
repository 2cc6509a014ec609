import assert from "node:assert/strict";
import { lineColumn } from "../../src/diagnostics/source.ts";
import type { IfNode, PluginNode } from "../../src/language/conf-ast.ts";
import { parse } from "./conf-outline.ts";

/** [what, text, outline] */
const GOOD: readonly (readonly [string, string, string])[] = [
  ["nothing", "", ""],
  ["only a comment, without line end", "# nothing", ""],
  ["an empty section", "input{}", "input{}"],
  ["sections again and in any order", "output {} input {} filter {} output {}", "output{} input{} filter{} output{}"],
  ["plugins", "input { stdin { } tcp { port => 1 } }", "input{stdin() tcp(port=1)}"],
  ["names with digits and dashes", "input { s3-sns_2 { a-b => 1 } }", "input{s3-sns_2(a-b=1)}"],
  ["quoted names", `filter { "mutate" { "id" => 'x' } }`, 'filter{mutate(id="x")}'],
  [
    "plugins whose names begin with a keyword",
    "filter { iffy { } if-x { } elsewhere { } }",
    "filter{iffy() if-x() elsewhere()}",
  ],
  ["numbers", "filter { a { b => -1 c => 1.5 d => 2. e => 007 } }", "filter{a(b=-1, c=1.5, d=2., e=007)}"],
  ["words", "filter { a { b => true c => _x1 } }", "filter{a(b=true, c=_x1)}"],
  [
    "a word that begins with a digit is a plugin's name only",
    "filter { a { b => 2json { } } }",
    "filter{a(b=2json())}",
  ],
  [
    "a codec by name, as text and with options",
    `input { a { codec => json codec => "line" codec => json { charset => "x" } codec => "plain" {} } }`,
    'input{a(codec=json, codec="line", codec=json(charset="x"), codec=plain())}',
  ],
  [
    "lists",
    `filter { a { b => [] c => [1, "x", ab, [2], { dd => 3 }, json { }] } }`,
    'filter{a(b=[], c=[1, "x", ab, [2], {dd: 3}, json()])}',
  ],
  [
    "hashes",
    `filter { a { b => {} c => { "x" => 1 2 => yy zz=>{"k"=>[1]} } } }`,
    'filter{a(b={}, c={"x": 1, 2: yy, zz: {"k": [1]}})}',
  ],
  ["the same option several times", "filter { a { b => 1 b => [2] } }", "filter{a(b=1, b=[2])}"],
  ["texts over several lines", 'filter { a { b => "x\ny" } }', 'filter{a(b="x\\ny")}'],
  [
    "escaped quotes stay raw",
    String.raw`filter { a { b => "x\"y\n" c => 'it\'s' } }`,
    String.raw`filter{a(b="x\\\"y\\n", c="it\\'s")}`,
  ],
  ["the other quote inside", `filter { a { b => "it's" c => '"' } }`, `filter{a(b="it's", c="\\"")}`],
  [
    "comments everywhere",
    "#1\ninput#2\n{#3\na#4\n{#5\nbb#6\n=>#7\n[#8\n1#9\n,#10\n2#}\n] #11\n}#12\n}#13",
    "input{a(bb=[1, 2])}",
  ],
  ["a number sign in a text", 'filter { a { b => "#x" c => 1 } }', 'filter{a(b="#x", c=1)}'],
  ["line ends of Windows", "filter {\r\n  # x\r\n  a {\r\n    b => 1\r\n  }\r\n}\r\n", "filter{a(b=1)}"],
  ["a byte order mark", "\ufeffinput { a { } }", "input{a()}"],
  [
    "if without spaces",
    'filter{if[a]=="b"{c{}}else if[d]{e{}}else{f{}}}',
    'filter{if ([a] == "b") {c()} if [d] {e()} else{f()}}',
  ],
  ["elseif in one word", "filter { if [a] { } elseif [b] { } }", "filter{if [a] {} if [b] {}}"],
  ["blocks in blocks", "output { if [a] { if [b] { c { } } d { } } e { } }", "output{if [a] {if [b] {c()} d()} e()}"],
];

describe("conf: texts of the language", () => {
  for (const [what, text, outline] of GOOD) {
    it(what, () => {
      const parsed = parse(text);
      assert.deepEqual(parsed.findings, []);
      assert.equal(parsed.outline, outline);
    });
  }
});

/** [condition, outline] */
const CONDITIONS: readonly (readonly [string, string])[] = [
  ["[a]", "[a]"],
  ["[a][b c][@d]", "[a][b c][@d]"],
  ["![a]", "![a]"],
  ["! ( [a] )", "![a]"],
  ['"x" == [a]', '("x" == [a])'],
  ["[a] != -1.5", "([a] != -1.5)"],
  ["[a]<1 and [a]>2 and [a]<=3 and [a]>=4", "(((([a] < 1) and ([a] > 2)) and ([a] <= 3)) and ([a] >= 4))"],
  ["[a] =~ /x\\/y/", "([a] =~ /x/y/)"],
  ['[a] !~ "^x"', '([a] !~ "^x")'],
  ["[a] =~ /a b{2} # [\"']/", "([a] =~ /a b{2} # [\"']/)"],
  ['"x" in [tags]', '("x" in [tags])'],
  ['"x" not in [tags]', '("x" not in [tags])'],
  ['"x" not\n in[tags]', '("x" not in [tags])'],
  ["[a] in [\"x\", 'y', 1, zz]", '([a] in ["x", "y", 1, zz])'],
  ["[a] in []", "([a] in [])"],
  ["[a] == [b]", "([a] == [b])"],
  // and binds closer than or
  ["[a] or [b] and [c]", "([a] or ([b] and [c]))"],
  ["[a] and [b] or [c]", "(([a] and [b]) or [c])"],
  ["[a] and [b] or [c] and [d] or [e]", "((([a] and [b]) or ([c] and [d])) or [e])"],
  ["([a] or [b]) and [c]", "(([a] or [b]) and [c])"],
  ["[a] xor [b]", "([a] xor [b])"],
  ["[a] nand ([b] xor [c])", "([a] nand ([b] xor [c]))"],
  ["!([a] and ![b]) or ([c])", "(!([a] and ![b]) or [c])"],
  ["[a]and[b]or([c])", "(([a] and [b]) or [c])"],
  ['"${X:y}" == [a]', '("${X:y}" == [a])'],
];

describe("conf: conditions", () => {
  for (const [text, outline] of CONDITIONS) {
    it(text, () => {
      const parsed = parse(`filter { if ${text} { drop { } } }`);
      assert.deepEqual(parsed.findings, []);
      assert.equal(parsed.outline, `filter{if ${outline} {drop()}}`);
    });
  }
});

describe("conf: what Logstash reads otherwise", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['[a] in ["x"]', "CONF021", '([a] in ["x"])'],
    ["[a] in [200]", "CONF021", "([a] in [200])"],
    ["[a] and [b] xor [c]", "CONF022", "(([a] and [b]) xor [c])"],
    ["[a] or [b] nand [c]", "CONF022", "([a] or ([b] nand [c]))"],
  ];
  for (const [text, code, outline] of cases) {
    it(`warns: ${text}`, () => {
      const parsed = parse(`filter { if ${text} { drop { } } }`);
      assert.equal(parsed.found.errors, 0);
      assert.deepEqual(
        parsed.findings.map((line) => line.split(" ")[0]),
        [code],
      );
      assert.equal(parsed.outline, `filter{if ${outline} {drop()}}`);
    });
  }

  it("warns of a key that stands twice; the later value holds", () => {
    const parsed = parse('filter { a { b => { "k" => 1 "l" => 2 "k" => 3 } } }');
    assert.equal(parsed.found.errors, 0);
    assert.deepEqual(parsed.findings, ['CONF006 1:39 the key "k" stands twice in this hash']);
    assert.equal(parsed.outline, 'filter{a(b={"k": 3, "l": 2})}');
  });
});

describe("conf: places", () => {
  it("are in the right file, in the order of files", () => {
    const { configuration, findings } = parse("input { a { } }\n", "\n filter {\n  b { }\n }", "output { c { x } }");
    assert.deepEqual(
      configuration.sections.map(
        ({ kind, span }) => `${span.source.name} ${kind} ${lineColumn(span.source, span.start).line}`,
      ),
      ["1.conf input 1", "2.conf filter 2", "3.conf output 1"],
    );
    assert.deepEqual(findings, ['CONF001 1:16 expected "=>" after option "x", found "}"']);
  });

  it("every node covers exactly its text", () => {
    const text = 'filter {\n if [a] == "b" {\n  grok { match => { "m" => [1, ab] } }\n } }';
    const section = parse(text).configuration.sections[0]!;
    const branch = (section.statements[0] as IfNode).branches[0]!;
    const plugin = branch.statements[0] as PluginNode;
    const option = plugin.attributes[0]!;
    const hash = option.value;
    assert.ok(hash.type === "hash" && branch.condition?.type === "comparison");
    const entry = hash.entries[0]!;
    const covered = [
      section,
      branch.condition,
      branch.condition.left,
      branch.condition.right,
      plugin,
      option,
      hash,
      entry,
      entry.key,
      entry.value,
    ];
    assert.deepEqual(
      covered.map(({ span }) => text.slice(span.start, span.end)),
      [
        text,
        '[a] == "b"',
        "[a]",
        '"b"',
        'grok { match => { "m" => [1, ab] } }',
        'match => { "m" => [1, ab] }',
        '{ "m" => [1, ab] }',
        '"m" => [1, ab]',
        '"m"',
        "[1, ab]",
      ],
    );
    assert.equal(text.slice(plugin.nameSpan.start, plugin.nameSpan.end), "grok");
  });

  it("a byte order mark takes no column", () => {
    assert.deepEqual(parse("\ufeffinputs { }").findings, ['CONF004 1:1 there is no section "inputs"']);
  });
});
