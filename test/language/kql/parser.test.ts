import assert from "node:assert/strict";
import type { KqlNode } from "../../../src/language/kql/ast.ts";
import { KQL_DEPTH_LIMIT, KQL_LENGTH_LIMIT, KqlSyntaxError, parseKql } from "../../../src/language/kql/parser.ts";
import { outline } from "./outline.ts";

const CASES: readonly (readonly [query: string, outline: string])[] = [
  ["", "all"],
  [" \t\n", "all"],
  ["*", "[*]"],
  ["*:*", "[*]=[*]"],
  ["foo", "[foo]"],
  ["foo bar baz", "[foo bar baz]"],
  ["  foo  ", "[foo]"],
  ['"foo bar"', '"foo bar"'],
  ["a:b", "[a]=[b]"],
  ["a : b", "[a]=[b]"],
  ["a\n:\tb", "[a]=[b]"],
  ["a:b c d", "[a]=[b c d]"],
  ['a:"b c"', '[a]="b c"'],
  ['"a b":c', '"a b"=[c]'],
  ['a:""', '[a]=""'],
  ["source.ip:10.0.0.0/8", "[source.ip]=[10.0.0.0/8]"],
  ["a:*", "[a]=[*]"],
  ["a:b*c*", "[a]=[b*c*]"],
  ["a*.b:c", "[a*.b]=[c]"],
  ['a:"b*"', '[a]="b*"'],
  ["a:\\*", "[a]=[\\*]"],
  ["a > 1", "[a]>[1]"],
  ["a>=1", "[a]>=[1]"],
  ["a<-1.5", "[a]<[-1.5]"],
  ["a <= now-15m/m", "[a]<=[now-15m/m]"],
  ['a > "2024-01-01T00:00:00"', '[a]>"2024-01-01T00:00:00"'],
  ["a:1 and b:2", "(and [a]=[1] [b]=[2])"],
  ["a:1 AND b:2 And c:3", "(and [a]=[1] [b]=[2] [c]=[3])"],
  ["a:1 or b:2 and c:3", "(or [a]=[1] (and [b]=[2] [c]=[3]))"],
  ["a:1 and b:2 or c:3 and d:4", "(or (and [a]=[1] [b]=[2]) (and [c]=[3] [d]=[4]))"],
  ["not a:1 and b:2", "(and (not [a]=[1]) [b]=[2])"],
  ["NOT a:1 or Not b:2", "(or (not [a]=[1]) (not [b]=[2]))"],
  ["not (a:1 or b:2)", "(not (or [a]=[1] [b]=[2]))"],
  ["not(a:1)", "(not [a]=[1])"],
  ["not not a:1", "(not (not [a]=[1]))"],
  ["( ( a:1 ) )", "[a]=[1]"],
  ["(a:1 or b:2) and c:3", "(and (or [a]=[1] [b]=[2]) [c]=[3])"],
  ["a:(b or c)", "(or [a]=[b] [a]=[c])"],
  ["a:( b or c and not d )", "(or [a]=[b] (and [a]=[c] (not [a]=[d])))"],
  ['a:(b or (c and "d e"))', '(or [a]=[b] (and [a]=[c] [a]="d e"))'],
  ["a:(b)", "[a]=[b]"],
  ["a:(not b)", "(not [a]=[b])"],
  ["items:{ name:x and y>1 }", "[items]{(and [name]=[x] [y]>[1])}"],
  ["a:{b:{c:d}}", "[a]{[b]{[c]=[d]}}"],
  ["a:{ not (b:1 or c:2) } or d:3", "(or [a]{(not (or [b]=[1] [c]=[2]))} [d]=[3])"],
  ["foo and bar or not baz", "(or (and [foo] [bar]) (not [baz]))"],
  // Words of the language that are none.
  ["android", "[android]"],
  ["notable", "[notable]"],
  ["cannot open", "[cannot open]"],
  ["order and android", "(and [order] [android])"],
  ["or", "[or]"],
  ["foo or", "[foo or]"],
  ["and foo", "[and foo]"],
  ["a:not", "[a]=[not]"],
  ["foo \\and bar", "[foo and bar]"],
  ["foo \\OR bar", "[foo OR bar]"],
  ["\\not foo", "[not foo]"],
  // Escapes.
  ["a\\:b:c\\:d", "[a:b]=[c:d]"],
  ['\\\\\\(\\)\\:\\<\\>\\"\\*\\{\\}', '[\\():<>"\\*{}]'],
  ["C\\:\\\\Windows", "[C:\\Windows]"],
  ["a\\tb\\nc", "[a\tb\nc]"],
  ["\\u00e9t\\u00E9", "[été]"],
  ['"a\\"b\\\\c\\td\\u0041"', '"a\\"b\\\\c\\tdA"'],
  ['"a\\d"', '"a\\\\d"'],
  ['"(a: and *)"', '"(a: and *)"'],
  ["a:b-c/d?e=f&g|h!i[j]^~+'", "[a]=[b-c/d?e=f&g|h!i[j]^~+']"],
  ["日本 and été:ñ", "(and [日本] [été]=[ñ])"],
  ["a\u00a0and\u00a0b", "(and [a] [b])"],
  ["true", "[true]"],
];

const ERRORS: readonly (readonly [query: string, start: number, end: number, message: RegExp])[] = [
  ["a:", 2, 3, /expected a value, "\(" or "\{", found the end/],
  ["a:1 and ", 8, 9, /found the end/],
  ["(a:1", 0, 1, /"\(" has no "\)"/],
  ["a:1)", 3, 4, /found "\)"/],
  ["a:(b", 2, 3, /"\(" has no "\)"/],
  ["a:{b:c", 2, 3, /"\{" has no "\}"/],
  ['a:"b', 2, 3, /quoted text has no end/],
  ["a >", 3, 4, /expected a value to compare with/],
  ["a:b:c", 3, 4, /found ":"/],
  ["a:1 not b:2", 4, 7, /found "not"/],
  ["a:b (c)", 4, 5, /found "\("/],
  ['a:b "c"', 4, 5, /found """/],
  ["()", 1, 2, /expected a field, a value/],
  ["a:()", 3, 4, /expected a value/],
  ["a:b\\d", 3, 5, /"\\d" is no escape/],
  ["a:b\\", 3, 4, /a backslash stands before/],
  [":b", 0, 1, /found ":"/],
  ["a:(b:c)", 4, 5, /found ":"/],
  ["<5", 0, 1, /found "<"/],
  ["a:{}", 3, 4, /expected a field/],
];

describe("KQL parser", () => {
  for (const [query, expected] of CASES) {
    it(JSON.stringify(query), () => assert.equal(outline(parseKql(query)), expected));
  }

  for (const [query, start, end, message] of ERRORS) {
    it(`${JSON.stringify(query)} is refused at ${start}`, () => {
      const { span } = errorOf(query).diagnostic;
      assert.deepEqual([span?.start, span?.end], [start, end]);
      assert.match(errorOf(query).message, message);
    });
  }

  it("a word of the language without what it joins is text, as in Kibana", () => {
    assert.equal(outline(parseKql("a:and b")), "[a]=[and b]");
    assert.equal(outline(parseKql("a:1 and")), "[a]=[1 and]");
  });

  it("shows the place", () => {
    assert.equal(
      errorOf("level:error and (host:a or host:b").excerpt(),
      [
        'error[KQL001]: "(" has no ")"',
        "  --> query:1:17",
        "   |",
        " 1 | level:error and (host:a or host:b",
        "   |                 ^ opened here",
        "",
      ].join("\n"),
    );
  });

  it("says the way out", () => {
    assert.match(errorOf("message:10:20").excerpt(), /= help: put the value in quotes/);
    assert.match(errorOf("a:1 not b:2").excerpt(), /= help: write "and not"/);
  });

  it("knows where nodes stand", () => {
    const spans = (node: KqlNode): string[] => [
      node.span.source.text.slice(node.span.start, node.span.end),
      ...("nodes" in node ? node.nodes.flatMap(spans) : "node" in node ? spans(node.node) : []),
    ];
    assert.deepEqual(spans(parseKql('a:1 and not b:"x y" or c:{d > 5}')), [
      'a:1 and not b:"x y" or c:{d > 5}',
      'a:1 and not b:"x y"',
      "a:1",
      'not b:"x y"',
      'b:"x y"',
      "c:{d > 5}",
      "d > 5",
    ]);
  });

  it("bounds depth and length", () => {
    const nested = (depth: number): string => `${"(".repeat(depth)}a${")".repeat(depth)}`;
    assert.equal(outline(parseKql(nested(KQL_DEPTH_LIMIT))), "[a]");
    assert.match(errorOf(nested(KQL_DEPTH_LIMIT + 1)).message, /more than 200 brackets/);
    assert.match(errorOf("a".repeat(KQL_LENGTH_LIMIT + 1)).message, /at most/);
    const many = Array.from({ length: 5000 }, (_, i) => `a:${i}`).join(" or ");
    assert.ok(outline(parseKql(many)).startsWith("(or "));
  });
});

function errorOf(query: string): KqlSyntaxError {
  try {
    parseKql(query);
  } catch (error) {
    assert.ok(error instanceof KqlSyntaxError);
    return error;
  }
  return assert.fail("was accepted");
}
