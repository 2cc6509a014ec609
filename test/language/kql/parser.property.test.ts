import assert from "node:assert/strict";
import fc from "fast-check";
import { type KqlNode, type KqlText, plainText } from "../../../src/language/kql/ast.ts";
import { KqlSyntaxError, parseKql } from "../../../src/language/kql/parser.ts";
import { outline } from "./outline.ts";

/** What a query is made of, so that random ones get beyond the first character. */
const PIECES = [
  ...'():<>"*{}\\ \t\n\u00a0',
  ...[
    "and",
    "or",
    "not",
    " and ",
    " OR ",
    "not ",
    "not(",
    "<=",
    ">=",
    "\\u00e9",
    "\\u12",
    "\\n",
    "\\and",
    "\\not",
    '\\"',
    "null",
    "true",
    "now-1d/d",
  ],
  ...["a", "source.ip", "10.0.0.0/8", "é", "日本", "🦌", "\ud800", "\u0000", ": {", "a:(", "a:1"],
];
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2000 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 400 }).map((pieces) => pieces.join("").slice(0, 2000)),
);

/** A query of which the tree is known. */
interface Made {
  readonly text: string;
  readonly outline: string;
}

const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.-é日\\():<>"*{}'), minLength: 1, maxLength: 8 });
const shown = (value: string, quoted: boolean): string =>
  quoted ? JSON.stringify(value) : `[${value.replaceAll("*", "\\*")}]`;
const text = fc.tuple(word, fc.boolean()).map(([value, quoted]) => ({
  text: quoted ? `"${value.replace(/[\\"]/g, "\\$&")}"` : value.replace(/[\\():<>"*{}]/g, "\\$&"),
  outline: shown(value, quoted),
}));
const SIGNS = ["<", "<=", ">", ">="] as const;
const space = fc.constantFrom(" ", "  ", "\n", "\t ", "\u00a0");

const { query } = fc.letrec<{ query: Made; leaf: Made }>((tie) => ({
  leaf: fc.oneof(
    text,
    fc.tuple(text, text).map(([field, value]) => ({
      text: `${field.text}: ${value.text}`,
      outline: `${field.outline}=${value.outline}`,
    })),
    fc.tuple(text, fc.constantFrom(...SIGNS), text).map(([field, sign, value]) => ({
      text: `${field.text} ${sign} ${value.text}`,
      outline: `${field.outline}${sign}${value.outline}`,
    })),
    fc.tuple(text, text, text).map(([field, one, other]) => ({
      text: `${field.text}:(${one.text} or ${other.text})`,
      outline: `(or ${field.outline}=${one.outline} ${field.outline}=${other.outline})`,
    })),
  ),
  query: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    tie("query").map((inner) => ({ text: `not (${inner.text})`, outline: `(not ${inner.outline})` })),
    fc.tuple(text, tie("query")).map(([path, inner]) => ({
      text: `${path.text}:{ ${inner.text} }`,
      outline: `${path.outline}{${inner.outline}}`,
    })),
    fc
      .tuple(fc.constantFrom("and", "or", "AND", "Or"), fc.array(tie("query"), { minLength: 2, maxLength: 4 }), space)
      .map(([operator, parts, gap]) => ({
        text: parts.map((part) => `(${part.text})`).join(`${gap}${operator}${gap}`),
        outline: `(${operator.toLowerCase()} ${parts.map((part) => part.outline).join(" ")})`,
      })),
  ),
}));

describe("KQL parser, properties", function () {
  this.timeout(60_000);

  it("gives a tree or a KqlSyntaxError whose place is in the query, for any text", () => {
    fc.assert(
      fc.property(anything, (input) => {
        try {
          const tree = parseKql(input);
          assert.ok(
            textsOf(tree).every(({ span }) => span.start >= 0 && span.end <= input.length && span.start <= span.end),
          );
        } catch (error) {
          if (!(error instanceof KqlSyntaxError)) throw error;
          const { span } = error.diagnostic;
          assert.ok(span !== undefined && span.start >= 0 && span.start <= input.length && span.end > span.start);
          assert.ok(error.excerpt().endsWith("\n"));
        }
      }),
      { numRuns: 1500 },
    );
  });

  it("comes to an end where an expression could go back and forth", () => {
    const long = [
      " ".repeat(2000),
      "a ".repeat(1000),
      "\\".repeat(2000),
      "a and ".repeat(330),
      "(".repeat(2000),
      `"${"\\".repeat(1999)}`,
      "not ".repeat(500),
      "*".repeat(2000),
      `a:${" or".repeat(660)}`,
      " \u00a0\t".repeat(660),
    ];
    for (const input of long) {
      try {
        parseKql(input);
      } catch (error) {
        assert.ok(error instanceof KqlSyntaxError, `${error}`);
      }
    }
  });

  it("understands what was written", () => {
    fc.assert(
      fc.property(query, (made) => {
        assert.equal(outline(parseKql(made.text)), made.outline);
      }),
      { numRuns: 1000 },
    );
  });

  it("a value between quotes is what stands there", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (value) => {
        const tree = parseKql(`f:"${value.replace(/[\\"]/g, "\\$&")}"`);
        assert.ok(tree.kind === "match" && tree.value.quoted);
        assert.equal(plainText(tree.value), value);
      }),
    );
  });
});

function textsOf(node: KqlNode): KqlText[] {
  switch (node.kind) {
    case "all":
      return [];
    case "match":
      return node.field === undefined ? [node.value] : [node.field, node.value];
    case "range":
      return [node.field, node.value];
    case "nested":
      return [node.path, ...textsOf(node.node)];
    case "not":
      return textsOf(node.node);
    case "and":
    case "or":
      return node.nodes.flatMap(textsOf);
  }
}
