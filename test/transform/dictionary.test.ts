import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDocument } from "yaml";
import { dictionaryFormat, parseDictionary } from "../../src/transform/dictionary.ts";
import { csvPairs } from "../../src/transform/dictionary-csv.ts";
import { compileLookup } from "../../src/transform/dictionary-lookup.ts";

describe("dictionaries", () => {
  it("tell their format by the name", () => {
    assert.deepEqual(["/a/b.csv", "b.json", "b.yml", "b.yaml", "b.txt", "csv", "b.yml.bak"].map(dictionaryFormat), [
      "csv",
      "json",
      "yaml",
      "yaml",
      undefined,
      undefined,
      undefined,
    ]);
  });

  const yaml: [string, string, [string, unknown][]][] = [
    [
      "plain lines",
      "---\n# codes\na: b c\n\n100: Continue\n",
      [
        ["a", "b c"],
        ["100", "Continue"],
      ],
    ],
    [
      "quotes",
      `"a b": 'c: d'\n'e': "f # g"`,
      [
        ["a b", "c: d"],
        ["e", "f # g"],
      ],
    ],
    [
      "numbers",
      "a: 1\nb: -20\nc: 1.5\nd: 007",
      [
        ["a", 1],
        ["b", -20],
        ["c", 1.5],
        ["d", 7],
      ],
    ],
    [
      "words with a meaning",
      "a: true\nb: False\nc: null\nd: trueish",
      [
        ["a", true],
        ["b", false],
        ["c", null],
        ["d", "trueish"],
      ],
    ],
    [
      "keys as they are written",
      "1.50: a\ntrue: b\nno: c",
      [
        ["1.50", "a"],
        ["true", "b"],
        ["no", "c"],
      ],
    ],
    ["the last of equal keys", "a: x\na: y", [["a", "y"]]],
    [
      "lists and objects",
      "a: [1, {b: c}]\nd:\n  e: f\n",
      [
        ["a", [1, { b: "c" }]],
        ["d", { e: "f" }],
      ],
    ],
    [
      "texts over several lines",
      "a: b\n  c\nd: |\n  e\n  f\n",
      [
        ["a", "b c"],
        ["d", "e\nf\n"],
      ],
    ],
    ["comments behind a value", "a: b # c\n", [["a", "b"]]],
    [
      "a byte order mark and CRLF",
      "\ufeffa: b\r\nc: d\r\n",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["a name that all objects have", "__proto__: {x: 1}", [["__proto__", { x: 1 }]]],
  ];
  for (const [name, text, expected] of yaml) {
    it(`of YAML have ${name}`, () => assert.deepEqual([...parseDictionary(text, "yaml")], expected));
  }

  it("of simple YAML are the same by the short way", () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab1. -:#'\"\\@/,;()|+_%&*!?~[]{}<>=é"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 3 }), (pairs) => {
        const text = pairs.map(([key, value]) => `${key}: ${value}`).join("\n");
        const attempt = (parse: () => unknown): unknown => {
          try {
            return parse();
          } catch {
            return undefined;
          }
        };
        const whole = attempt(() => {
          const document = parseDocument(text, { uniqueKeys: false, stringKeys: true });
          return document.errors.length > 0 ? undefined : document.toJS();
        });
        const read = attempt(() => Object.fromEntries(parseDictionary(text, "yaml")));
        const isObject = typeof whole === "object" && whole !== null && !Array.isArray(whole);
        assert.deepEqual(read, isObject ? whole : undefined, text);
      }),
      { numRuns: 5000 },
    );
  });

  it("of JSON have values of any kind", () => {
    assert.deepEqual(
      [...parseDictionary('{"a":1,"b":{"c":[true]},"__proto__":"x"}', "json")],
      [
        ["a", 1],
        ["b", { c: [true] }],
        ["__proto__", "x"],
      ],
    );
  });

  const csv: [string, string, [string, string | null][]][] = [
    [
      "two columns",
      "a,1\nb,2",
      [
        ["a", "1"],
        ["b", "2"],
      ],
    ],
    [
      "quotes",
      '"a,b","say ""x"""\r\n"c\nd",2\r\n',
      [
        ["a,b", 'say "x"'],
        ["c\nd", "2"],
      ],
    ],
    ["further columns left out", "a,1,2,3\n", [["a", "1"]]],
    [
      "no second column",
      "a\nb,\n",
      [
        ["a", null],
        ["b", ""],
      ],
    ],
    ["empty lines", "\na,1\n\r\n\n", [["a", "1"]]],
    ["blanks that belong to it", " a , 1 \n", [[" a ", " 1 "]]],
    ["nothing", "", []],
  ];
  for (const [name, text, expected] of csv) {
    it(`of CSV have ${name}`, () => assert.deepEqual([...parseDictionary(text, "csv")], expected));
  }

  it("of CSV come back as they were written", () => {
    const field = fc.string({ unit: fc.constantFrom(...'ab,"\n\r é'), maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field)), (pairs) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = pairs.map(([key, value]) => `${quoted(key)},${quoted(value)}`).join("\n");
        assert.deepEqual(csvPairs(text), new Map(pairs));
      }),
    );
  });

  const faults: [string, Parameters<typeof parseDictionary>[1], string, RegExp][] = [
    ["a list", "json", "[1]", /one object/],
    ["no JSON", "json", "{", /JSON/],
    ["a list", "yaml", "- a", /one object/],
    ["nothing", "yaml", "", /one object/],
    ["no YAML", "yaml", "a: [", /line|flow|collection/i],
    ["quotes that do not close", "csv", 'a,1\n"b,2', /line 2 has quotes that do not close/],
    ["quotes inside a field", "csv", 'a,1"2"', /line 1 has quotes inside/],
    ["text behind quotes", "csv", '"a"b,1', /line 1 goes on/],
  ];
  for (const [name, format, text, expected] of faults) {
    it(`of ${format} cannot have ${name}`, () => assert.throws(() => parseDictionary(text, format), expected));
  }
});

describe("looking up", () => {
  const dictionary = new Map([
    ["a", "1"],
    ["ab", "2"],
    [".", "3"],
    ["", "4"],
  ]);

  it("takes whole texts", () => {
    const lookup = compileLookup(dictionary, "exact");
    assert.deepEqual(["a", "ab", "abc", ".", ""].map(lookup), ["1", "2", undefined, "3", "4"]);
  });

  it("takes the first expression that matches", () => {
    const lookup = compileLookup(
      new Map([
        ["^a$", "1"],
        ["b|c", "2"],
        ["(?i)A", "3"],
      ]),
      "regex",
    );
    assert.deepEqual(["a", "xc", "Aa", "d"].map(lookup), ["1", "2", "3", undefined]);
    assert.throws(() => compileLookup(new Map([["(", 1]]), "regex"), /the key "\("/);
  });

  it("replaces parts, the first key first", () => {
    const lookup = compileLookup(dictionary, "parts");
    assert.deepEqual(["xaby", "a.b", "b"].map(lookup), ["x1by", "13b", undefined]);
    assert.equal(
      compileLookup(
        new Map([
          ["n", 5],
          ["l", null],
        ]),
        "parts",
      )("nil"),
      "5i",
    );
    assert.equal(compileLookup(new Map(), "parts")("a"), undefined);
  });

  it("replaces parts by very large dictionaries", () => {
    const large = new Map(Array.from({ length: 50_000 }, (_, i) => [`key-${i}-`, `value ${i}`]));
    assert.equal(compileLookup(large, "parts")("<key-49999-> key-1-"), "<value 49999> value 1");
  });
});
