import assert from "node:assert/strict";
import fc from "fast-check";
import { hasTokenBeyond, hasTokenLike, hasTokens } from "../../src/store/text-match.ts";
import { tokensOf } from "../../src/store/text-tokens.ts";
import { type ConditionTester, conditionTester } from "./condition-tester.ts";

/** As `_analyze` of Elasticsearch 8.19 answers for the analyzer "standard". */
const WORDS: readonly (readonly [text: string, words: readonly string[]])[] = [
  ["", []],
  ["-- / ...", []],
  ["The quick-brown FOX", ["the", "quick", "brown", "fox"]],
  ["don't O'Neil rock'n'roll 'quoted'", ["don't", "o'neil", "rock'n'roll", "quoted"]],
  ["www.example.com. a.b.c 1.5 1,000 1.a a.1", ["www.example.com", "a.b.c", "1.5", "1,000", "1", "a", "a", "1"]],
  ["a:b 1:2 key:value 10:20", ["a:b", "1", "2", "key:value", "10", "20"]],
  ["snake_case _x __ 3_4", ["snake_case", "_x", "3_4"]],
  ["/var/log/nginx.log /a/b-c", ["var", "log", "nginx.log", "a", "b", "c"]],
  ["user@example.com", ["user", "example.com"]],
  ["10.0.0.1 2001:db8::1", ["10.0.0.1", "2001", "db8", "1"]],
  ["Größe ÉTÉ ñandú", ["größe", "été", "ñandú"]],
  ["日本語 ひら カタカナ", ["日", "本", "語", "ひ", "ら", "カタカナ"]],
  ["🦌 deer", ["🦌", "deer"]],
  ["x1y2 abc123.5", ["x1y2", "abc123.5"]],
];

const ASCII = [..."abAB01_  .:',;-/@"];
const WIDE = [...ASCII, ..."éÉßİΣ日ひカ한ไ٣🦌👍'’·\u0301\u200d\u00a0"];
const pieces = (units: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...units), maxLength });
const textIn = (units: readonly string[]): fc.Arbitrary<string[]> =>
  fc.array(pieces(units, 14), { minLength: 30, maxLength: 60 });
const letters = fc.constantFrom(ASCII, WIDE);

describe("words of texts", function () {
  this.timeout(120_000);
  let tester: ConditionTester;
  before(async () => {
    tester = await conditionTester();
  });
  after(() => tester.close());

  for (const [text, words] of WORDS) it(JSON.stringify(text), () => assert.deepEqual(tokensOf(text), words));

  it("the store finds words in a row exactly where they are", async () => {
    await fc.assert(
      fc.asyncProperty(
        letters.chain((units) => fc.tuple(textIn(units), pieces(units, 7))),
        async ([texts, asked]) => {
          const words = tokensOf(asked);
          const expected = texts.filter((text) => hasRow(tokensOf(text), words));
          assert.deepEqual(await tester.matching(texts, hasTokens(["v"], words)), expected, JSON.stringify(words));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("the store finds words by a pattern", async () => {
    await fc.assert(
      fc.asyncProperty(
        letters.chain((units) => {
          const part = fc.oneof(
            fc.constant(""),
            pieces(
              units.filter((unit) => /[\p{L}\p{N}_.:']/u.test(unit)),
              3,
            ),
          );
          return fc.tuple(textIn(units), fc.array(part, { minLength: 2, maxLength: 4 }));
        }),
        async ([texts, parts]) => {
          const wanted = new RegExp(`^${parts.map((part) => lower(part).replace(/[.]/g, "\\.")).join(".*")}$`, "su");
          const expected = texts.filter((text) => tokensOf(text).some((word) => wanted.test(word)));
          assert.deepEqual(await tester.matching(texts, hasTokenLike(["v"], parts)), expected, JSON.stringify(parts));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("the store compares words by their bytes", async () => {
    await fc.assert(
      fc.asyncProperty(
        letters.chain((units) => fc.tuple(textIn(units), pieces(units, 3), fc.constantFrom("<", "<=", ">", ">="))),
        async ([texts, bound, sign]) => {
          const expected = texts.filter((text) => tokensOf(text).some((word) => holds(word, sign, bound)));
          assert.deepEqual(
            await tester.matching(texts, hasTokenBeyond("v", sign, bound)),
            expected,
            `${sign} ${bound}`,
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

function hasRow(words: readonly string[], row: readonly string[]): boolean {
  if (row.length === 0) return false;
  return words.some((_, i) => row.every((word, k) => words[i + k] === word));
}

function holds(word: string, sign: string, bound: string): boolean {
  const order = Buffer.compare(Buffer.from(word), Buffer.from(bound));
  return sign.startsWith("<")
    ? order < 0 || (sign === "<=" && order === 0)
    : order > 0 || (sign === ">=" && order === 0);
}

/** A letter at a time, as in Lucene. */
function lower(text: string): string {
  return [...text].map((letter) => (letter === "İ" ? "i" : letter.toLowerCase())).join("");
}
