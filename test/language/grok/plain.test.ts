import assert from "node:assert/strict";
import fc from "fast-check";
import { toRegExp } from "oniguruma-to-es";
import { emitPlain, type Reach } from "../../../src/language/grok/plain-emit.ts";
import { parsePlain } from "../../../src/language/grok/plain-parser.ts";
import { simplify } from "../../../src/language/grok/plain-simplify.ts";
import type { PlainNode } from "../../../src/language/grok/plain-syntax.ts";
import { requiredText } from "../../../src/language/grok/required-text.ts";

function expressionOf(node: PlainNode, reach: Reach): RegExp {
  return new RegExp(emitPlain(node, reach), reach === "everything" ? "u" : "");
}

function plain(text: string): PlainNode {
  const node = parsePlain(text);
  assert.ok(node !== undefined, `${text} should be plain`);
  return node;
}

/** Groups of the first match and where it is. */
function outcome(expression: RegExp, text: string): unknown {
  const found = expression.exec(text);
  return found === null ? null : [found.index, ...found];
}

const atoms = [
  "a",
  "b",
  "é",
  " ",
  "-",
  ":",
  ".",
  "\\d",
  "\\w",
  "\\s",
  "\\S",
  "\\W",
  "\\n",
  "\\.",
  "[ab-]",
  "[^a ]",
  "[\\w.-]",
];
const places = ["^", "$", "\\b", "\\A", "\\z", "\\Z", "(?!a)", "(?<!\\d)", "(?<=a|^)", "(?=\\w)", "(?!\\.?\\d)", "\\B"];
const repeats = ["", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{,2}", "{1,}?"];

/** Expressions of the plain part; no group that matches nothing is repeated, where engines count rounds differently. */
const expressions: fc.Arbitrary<string> = fc.letrec<{ sequence: string; item: string; group: string }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(fc.constantFrom(...atoms), fc.constantFrom(...repeats)).map(([atom, repeat]) => atom + repeat),
    fc.constantFrom(...places),
    tie("group"),
  ),
  group: fc
    .tuple(fc.constantFrom("(?:", "("), tie("sequence"), tie("sequence"), fc.constantFrom("", "?"))
    .map(([open, left, right, repeat]) => `${open}a${left}|b${right})${repeat}`),
  sequence: fc.array(tie("item"), { maxLength: 4 }).map((items) => items.join("")),
})).sequence;

const characters = ["a", "b", "c", "1", "2", " ", "-", ":", ".", "_"];
const ascii = fc.array(fc.constantFrom(...characters, "\n"), { maxLength: 12 }).map((list) => list.join(""));
const latin1 = fc.array(fc.constantFrom(...characters, "é", "²", "×"), { maxLength: 12 }).map((list) => list.join(""));
const anything = fc
  .array(fc.constantFrom("a", "é", "語", "😀", " ", "\n", "1"), { maxLength: 10 })
  .map((l) => l.join(""));

describe("the plain part of Ruby's expressions", () => {
  it("finds in ASCII text what oniguruma-to-es finds", () => {
    fc.assert(
      fc.property(expressions, ascii, (source, text) => {
        const node = plain(source);
        const expected = outcome(toRegExp(source, { flags: "mDSW", rules: { captureGroup: false } }), text);
        const whole = outcome(expressionOf(simplify(node), "everything"), text);
        assert.deepEqual(whole, withoutGroups(expected));
        if (!text.includes("\n")) assert.deepEqual(outcome(expressionOf(simplify(node), "latin1-line"), text), whole);
      }),
      { numRuns: 500 },
    );
  });

  it("finds the same with both expressions in one line of Latin-1 text", () => {
    fc.assert(
      fc.property(expressions, latin1, (source, text) => {
        const node = simplify(plain(source));
        assert.deepEqual(
          outcome(expressionOf(node, "latin1-line"), text),
          outcome(expressionOf(node, "everything"), text),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("finds the same when simplified", () => {
    fc.assert(
      fc.property(expressions, fc.oneof(anything, ascii, latin1), (source, text) => {
        const node = plain(source);
        assert.deepEqual(
          outcome(expressionOf(simplify(node), "everything"), text),
          outcome(expressionOf(node, "everything"), text),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("knows text that every match contains", () => {
    fc.assert(
      fc.property(expressions, ascii, (source, text) => {
        const node = simplify(plain(source));
        const found = expressionOf(node, "everything").exec(text);
        if (found !== null) assert.ok(text.includes(requiredText(node)), requiredText(node));
      }),
      { numRuns: 500 },
    );
    assert.equal(requiredText(plain("a+bcd(?:x|y) \\[(?<g1>e) f")), " [e f");
    assert.equal(requiredText(plain("(?:abc)?d*")), "");
  });

  it("leaves out what always holds", () => {
    const source = (text: string): string => emitPlain(simplify(plain(text)), "latin1-line");
    assert.equal(source(" \\b\\w+\\b "), " \\w+ ");
    assert.equal(source("-(?<!\\d)\\d+(?!\\d) "), "-\\d+ ");
    assert.equal(source("(?<g1>\\b[a-z]+\\b):"), `(${source("\\b[a-z]+")}):`);
    // What can be at the end of the text, or beside the same kind of character, stays.
    assert.notEqual(source("\\w+\\b"), "\\w+");
    assert.notEqual(source("\\d+(?!\\d)\\d?"), "\\d+\\d?");
  });

  it("word boundaries know letters beyond ASCII", () => {
    const node = simplify(plain("\\b\\w+\\b"));
    for (const reach of ["latin1-line", "everything"] as const) {
      assert.equal(expressionOf(node, reach).exec("héllo wörld abc")?.[0], "abc");
      assert.equal(expressionOf(node, reach).exec("× abc")?.[0], "abc");
    }
    assert.equal(expressionOf(node, "everything").exec("語a b")?.[0], "b");
  });

  it("is not for what V8 means otherwise or has not", () => {
    const others = [
      "a++",
      "a**",
      "a{2}?",
      "a{2}+",
      "(?>a)",
      "(?i)a",
      "(?i:a)",
      "\\k<g1>",
      "(a)\\1",
      "[[:alpha:]]",
      "[a&&b]",
      "[a[b]]",
      "[]a]",
      "\\p{L}",
      "\\G",
      "\\R",
      "(?<=ab)",
      "(?<=a+)",
      "(",
      ")",
      "a{3,2}",
      "*a",
      "\\u0041",
      "[\\b]",
      "(?~a)",
    ];
    for (const source of others) assert.equal(parsePlain(source), undefined, source);
  });

  it("takes braces and brackets that are no syntax as themselves", () => {
    assert.deepEqual(expressionOf(plain("{a}]{x"), "everything").exec("{a}]{x")?.[0], "{a}]{x");
    assert.deepEqual(expressionOf(plain("[\\w-]+[a-]"), "everything").exec("x-y-")?.[0], "x-y-");
    assert.deepEqual(expressionOf(plain("a(?#b)c"), "everything").exec("ac")?.[0], "ac");
  });
});

/** Unnamed groups capture nothing here, as in Ruby beside named ones; the other engine has them when there are no named ones. */
function withoutGroups(found: unknown): unknown {
  return Array.isArray(found) ? found.slice(0, 2) : found;
}
