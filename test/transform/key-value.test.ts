import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compileKeyValue,
  compileKeyValuePattern,
  type FindPairs,
  type KeyValueForm,
} from "../../src/transform/key-value.ts";
import { compileRemoval, compileTrim, listedCharacters } from "../../src/transform/key-value-class.ts";

const DEFAULT: KeyValueForm = { fieldSplit: " ", valueSplit: "=", brackets: true, lenient: true };

function pairs(find: FindPairs, text: string): [string, string][] {
  const found: [string, string][] = [];
  find(text, (key, value) => found.push([key, value]));
  return found;
}

describe("key-value pairs", () => {
  const rows: [string, Partial<KeyValueForm>, string, [string, string][]][] = [
    [
      "plain pairs",
      {},
      "a=1 bc=23",
      [
        ["a", "1"],
        ["bc", "23"],
      ],
    ],
    [
      "words that are no pairs left out",
      {},
      "Hey, a=1 there b=2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "quotes and brackets",
      {},
      `a="x y" b='p q' c=(1 2) d=[3] e=<4 5>`,
      [
        ["a", "x y"],
        ["b", "p q"],
        ["c", "1 2"],
        ["d", "3"],
        ["e", "4 5"],
      ],
    ],
    ["brackets that are only text", { brackets: false }, "c=(1 2)", [["c", "(1"]]],
    [
      "quotes closed in the middle of a value",
      {},
      `a="x"y b=1`,
      [
        ["a", `"x"y`],
        ["b", "1"],
      ],
    ],
    [
      "quotes that never close",
      {},
      `a="x y b=1`,
      [
        ["a", `"x`],
        ["b", "1"],
      ],
    ],
    [
      "a quote behind a backslash",
      {},
      `a="x \\" y" b=1`,
      [
        ["a", `x \\" y`],
        ["b", "1"],
      ],
    ],
    [
      "a quote behind a backslash that closes after all",
      {},
      `a="x\\" b=1`,
      [
        ["a", "x\\"],
        ["b", "1"],
      ],
    ],
    [
      "other quotes within quotes",
      {},
      `a="it's" b='say "x"'`,
      [
        ["a", "it's"],
        ["b", 'say "x"'],
      ],
    ],
    [
      "empty quotes",
      {},
      `a="" b=1`,
      [
        ["a", ""],
        ["b", "1"],
      ],
    ],
    [
      "blanks around the sign",
      {},
      "a = 1 b =2 c= 3",
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
    ],
    ["the next pair as a value, when blanks do not count", {}, "a= b=1", [["a", "b=1"]]],
    [
      "no value, when blanks count",
      { lenient: false },
      "a= b=1",
      [
        ["a", ""],
        ["b", "1"],
      ],
    ],
    [
      "nothing at the end",
      {},
      "a=1 b=",
      [
        ["a", "1"],
        ["b", ""],
      ],
    ],
    [
      "more signs in a value",
      {},
      "a=1=2 b==3",
      [
        ["a", "1=2"],
        ["b", "=3"],
      ],
    ],
    [
      "blanks behind a backslash",
      {},
      "a\\ b=c\\ d e=f",
      [
        ["a\\ b", "c\\ d"],
        ["e", "f"],
      ],
    ],
    [
      "a key whose only sign is behind a backslash",
      {},
      "a\\=b c=d",
      [
        ["a\\", "b"],
        ["c", "d"],
      ],
    ],
    [
      "several characters that split",
      { fieldSplit: "&?" },
      "?a=1&b=2&c&d=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["d", "3"],
      ],
    ],
    [
      "a blank that splits values",
      { fieldSplit: "\n", valueSplit: " " },
      "a: 1\nb\nc: 2 3",
      [
        ["a:", "1"],
        ["c:", "2 3"],
      ],
    ],
    [
      "escaped special characters",
      { fieldSplit: "\\[\\]" },
      "[a=1][b=2]",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "a range",
      { fieldSplit: "0-9" },
      "a=x1b=y2",
      [
        ["a", "x"],
        ["b", "y"],
      ],
    ],
    [
      "an expression between pairs",
      { fieldSplitPattern: ":+" },
      "a=1::b=2:c=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
    ],
    [
      "an expression between key and value",
      { valueSplitPattern: "->" },
      "a->1 b -> 2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "text beyond ASCII",
      {},
      "größe=5µm név=Ünal 漢=字",
      [
        ["größe", "5µm"],
        ["név", "Ünal"],
        ["漢", "字"],
      ],
    ],
    [
      "characters beyond ASCII that split",
      { fieldSplit: "→" },
      "a=1→b=2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "lines in a value",
      {},
      "a=1\nb=2 c=3",
      [
        ["a", "1\nb=2"],
        ["c", "3"],
      ],
    ],
    [
      "quotes at the end of a line",
      {},
      'a="1"\nb=2',
      [
        ["a", "1"],
        ["\nb", "2"],
      ],
    ],
    ["nothing in an empty text", {}, "", []],
  ];
  for (const [name, form, text, expected] of rows) {
    it(`finds ${name}`, () => {
      assert.deepEqual(pairs(compileKeyValue({ ...DEFAULT, ...form }), text), expected);
      assert.deepEqual(pairs(compileKeyValuePattern({ ...DEFAULT, ...form }), text), expected);
    });
  }

  it("are the same to the scanner and to the expression", () => {
    const forms = [
      ["=", " "],
      [":", " "],
      ["=", "&?"],
      [" ", "\n"],
      [": ", " ,"],
      ["=:", ";|"],
    ].flatMap(([valueSplit = "", fieldSplit = ""]) =>
      [true, false].flatMap((lenient) =>
        [true, false].map((brackets) => {
          const form = { fieldSplit, valueSplit, lenient, brackets };
          return [compileKeyValue(form), compileKeyValuePattern(form), JSON.stringify(form)] as const;
        }),
      ),
    );
    const alphabet = fc.constantFrom(...'ab\\\\""\'()[]<> ==::;|,&?\n\té😀');
    fc.assert(
      fc.property(fc.string({ unit: alphabet, maxLength: 24 }), (text) => {
        for (const [scan, match, form] of forms) assert.deepEqual(pairs(scan, text), pairs(match, text), form);
      }),
      { numRuns: 3000 },
    );
  });

  it("takes long hostile texts without trying for ever", () => {
    const scan = compileKeyValue(DEFAULT);
    assert.deepEqual(pairs(scan, `a="${"\\".repeat(100_001)}x`), [["a", `"${"\\".repeat(100_001)}x`]]);
    assert.deepEqual(pairs(scan, `${"\\=".repeat(50_000)} ${"x".repeat(100_000)}`).length, 1);
    assert.deepEqual(pairs(scan, "\\ ".repeat(100_000)), []);
    assert.equal(pairs(scan, 'a="b '.repeat(20_000)).length, 20_000);
  });

  it("refuses what is no set and no expression", () => {
    assert.throws(() => compileKeyValue({ ...DEFAULT, fieldSplit: "[" }));
    assert.throws(() => compileKeyValue({ ...DEFAULT, valueSplitPattern: "(" }));
    assert.throws(() => compileKeyValue({ ...DEFAULT, valueSplitPattern: "(?<sign>=)" }), /group with a name/);
    assert.deepEqual(pairs(compileKeyValue({ ...DEFAULT, valueSplitPattern: "(=)|(?<=x):" }), "a=1 x:2"), [
      ["a", "="],
      ["x", "2"],
    ]);
  });
});

describe("sets of characters", () => {
  const rows: [string, string | undefined][] = [
    ["<>,", "<>,"],
    ["\\[\\]", "[]"],
    ["\\t\\n", "\t\n"],
    ["-a", "-a"],
    ["a-", "a-"],
    ["a^", "a^"],
    ["a-z", undefined],
    ["^a", undefined],
    ["\\s", undefined],
    ["[:space:]", undefined],
    ["a&&b", undefined],
    ["é", undefined],
    ["a\\", undefined],
    ["", undefined],
  ];
  for (const [set, expected] of rows) {
    it(`${JSON.stringify(set)} ${expected === undefined ? "is more than a list" : "is a list"}`, () => {
      assert.equal(listedCharacters(set), expected);
    });
  }

  it("are trimmed off both ends, and off those of lines", () => {
    assert.equal(compileTrim("<>,")("<<a,b>>,"), "a,b");
    assert.equal(compileTrim("<>,")("a"), "a");
    assert.equal(compileTrim("<>,")("<>"), "");
    assert.equal(compileTrim(",")("a,\n,b"), "a\nb");
    assert.equal(compileTrim("\\s")(" a b\t"), "a b");
  });

  it("are taken out wherever they are", () => {
    assert.equal(compileRemoval("\\[\\], ")("[a, b]"), "ab");
  });
});
