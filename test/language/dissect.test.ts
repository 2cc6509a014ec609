import assert from "node:assert/strict";
import fc from "fast-check";
import { compileDissect, DissectError } from "../../src/language/dissect.ts";

interface Row {
  readonly does: string;
  readonly mapping: string;
  readonly text: string;
  /** null: the text does not fit. */
  readonly gives: Readonly<Record<string, string>> | null;
  /** What the event has before. */
  readonly has?: Readonly<Record<string, string>>;
}

const ROWS: readonly Row[] = [
  { does: "cuts at delimiters", mapping: "%{a} - %{b}", text: "x - y z", gives: { a: "x", b: "y z" } },
  { does: "leaves out %{} and %{?name}", mapping: "%{} %{?b} %{c}", text: "x y z", gives: { c: "z" } },
  {
    does: "gives empty texts between delimiters",
    mapping: "%{a},%{b},%{c}",
    text: ",,z",
    gives: { a: "", b: "", c: "z" },
  },
  {
    does: "takes padding for a part of the next field",
    mapping: "%{a} %{b}",
    text: "x   y",
    gives: { a: "x", b: "  y" },
  },
  { does: "leaves out padding behind ->", mapping: "%{a->} %{b}", text: "x   y", gives: { a: "x", b: "y" } },
  { does: "needs no padding behind ->", mapping: "%{a->} %{b}", text: "x y", gives: { a: "x", b: "y" } },
  { does: "repeats long delimiters behind ->", mapping: "%{a->}, %{b}", text: "x, , , y", gives: { a: "x", b: "y" } },
  { does: "skips padding behind %{->}", mapping: "%{->} %{b}", text: "x    y", gives: { b: "y" } },
  { does: "wants what stands before the first field", mapping: "[%{a}] %{b}", text: "x] y", gives: null },
  { does: "wants it at the beginning", mapping: "[%{a}] %{b}", text: " [x] y", gives: null },
  { does: "wants every delimiter", mapping: "%{a} %{b}: %{c}", text: "x y z", gives: null },
  { does: "wants the last delimiter", mapping: "<%{a}>", text: "<x", gives: null },
  { does: "takes no notice of what follows the last delimiter", mapping: "<%{a}>", text: "<x> y", gives: { a: "x" } },
  { does: "wants a text", mapping: "%{a}", text: "", gives: null },
  { does: "keeps a lone field whole", mapping: "%{a}", text: " x\n", gives: { a: " x\n" } },
  { does: "takes line ends as delimiters", mapping: "%{a}\n%{b}", text: "x\ny\nz", gives: { a: "x", b: "y\nz" } },
  { does: "takes delimiters beyond ASCII", mapping: "%{a} » %{b}", text: "ä » 子 😀", gives: { a: "ä", b: "子 😀" } },
  { does: "keeps nested names", mapping: "%{[a][b]} %{[c]}", text: "x y", gives: { "[a][b]": "x", "[c]": "y" } },
  { does: "gives a name its last text", mapping: "%{a} %{a}", text: "x y", gives: { a: "y" } },
  { does: "joins parts by their delimiters", mapping: "%{a}-%{+a}/%{+a}", text: "1-2/3", gives: { a: "1-2/3" } },
  {
    does: "joins parts with others between",
    mapping: "%{a} %{b} %{+a}",
    text: "1 2 3 go",
    gives: { a: "1 3 go", b: "2" },
  },
  {
    does: "puts the plain part first",
    mapping: "%{+a} %{a} %{+a} %{b}",
    text: "1 2 3 4",
    gives: { a: "2 1 3", b: "4" },
  },
  {
    does: "orders parts by number",
    mapping: "%{+a/2} %{+a/1} %{+a/4} %{+a/3}",
    text: "1 2 3 go",
    gives: { a: "2 1 go 3" },
  },
  { does: "joins the mapping's first part by a blank", mapping: "%{+a/2},%{+a/1}", text: "x,y", gives: { a: "y x" } },
  { does: "joins it by what stands before", mapping: "<%{+a/2},%{+a/1}", text: "<x,y", gives: { a: "y<x" } },
  {
    does: "appends to what the event has",
    mapping: "[%{+a} %{b}",
    text: "[x y",
    has: { a: "z" },
    gives: { a: "z[x", b: "y" },
  },
  {
    does: "replaces it where a plain part is",
    mapping: "%{a} %{+a}",
    text: "x y",
    has: { a: "z" },
    gives: { a: "x y" },
  },
  { does: "names a field by a skipped text", mapping: "%{?k}=%{&k}", text: "cpu=95", gives: { cpu: "95" } },
  { does: "names a field by a kept text", mapping: "%{k}=%{&k}", text: "cpu=95", gives: { k: "cpu", cpu: "95" } },
  { does: "names a field by a later text", mapping: "%{&k}=%{?k}", text: "95=cpu", gives: { cpu: "95" } },
  {
    does: "names a field by the event's",
    mapping: "%{&k},%{b}",
    text: "x,y",
    has: { k: "cpu" },
    gives: { cpu: "x", b: "y" },
  },
  { does: "leaves out a text without a name", mapping: "%{&k},%{b}", text: "x,y", gives: { b: "y" } },
  { does: "leaves out a text whose name is empty", mapping: "%{?k}=%{&k},%{b}", text: "=x,y", gives: { b: "y" } },
  { does: "lets a named text replace a field", mapping: "%{b} %{?k}=%{&k}", text: "x b=y", gives: { b: "y" } },
  {
    does: "takes names that objects inherit",
    mapping: "%{__proto__} %{+constructor}",
    text: "x y",
    gives: JSON.parse('{"__proto__":"x","constructor":"y"}'),
  },
  {
    does: "takes delimiters that look like expressions",
    mapping: "%{a}.*%{b}$1%{c}",
    text: "x.*y$1z",
    gives: { a: "x", b: "y", c: "z" },
  },
  { does: "takes a per cent sign for a delimiter", mapping: "%{a}%% %{b}", text: "95%% x", gives: { a: "95", b: "x" } },
];

/** Own properties, so that `__proto__` is one of them. */
function dissect(mapping: string, text: string, has: Readonly<Record<string, string>> = {}): object | null {
  const found = compileDissect(mapping).dissect(text, (name) => (Object.hasOwn(has, name) ? has[name] : undefined));
  return found === undefined ? null : Object.fromEntries(found);
}

describe("dissect", () => {
  for (const { does, mapping, text, gives, has } of ROWS) {
    it(`${does}: ${JSON.stringify(mapping)}`, () => assert.deepEqual(dissect(mapping, text, has), gives));
  }

  it("says which fields it sets", () => {
    assert.deepEqual(compileDissect("%{a} %{?b} %{&b} %{+c/2} %{+c/1} %{}").fields, ["a", "c"]);
  });

  for (const [mapping, message] of [
    ["", /no %\{field\}/],
    ["anything", /no %\{field\}/],
    ["%{a}%{b}", /no delimiter between %\{a\} and %\{b\}/],
    ["%{+}", /no name/],
    ["%{&} x", /no name/],
    ["%{+/2}", /no name/],
    ["%{+&a}", /both/],
    ["%{&+a}", /both/],
  ] as const) {
    it(`refuses ${JSON.stringify(mapping)}`, () => {
      assert.throws(
        () => compileDissect(mapping),
        (error) => error instanceof DissectError && message.test(error.message),
      );
    });
  }

  it("finds again what was written by the mapping", () => {
    const field = fc.string({ minLength: 1, unit: fc.constantFrom("a", "b", "ä", "😀", "%", "{", "}", " ") });
    fc.assert(
      fc.property(
        fc.array(field, { minLength: 1, maxLength: 6 }),
        fc.constantFrom("|", "=>", "\t\n"),
        (texts, delimiter) => {
          const mapping = texts.map((_, i) => `%{f${i}}`).join(delimiter);
          const gives = Object.fromEntries(texts.map((text, i) => [`f${i}`, text]));
          assert.deepEqual(dissect(mapping, texts.join(delimiter)), gives);
        },
      ),
    );
  });

  it("survives every text", () => {
    const part = fc.constantFrom("%{a}", "%{+a/2}", "%{?k}", "%{&k}", "%{->}", "%{}", " ", "=", ",", "%", "{", "}");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.string(), (parts, text) => {
        try {
          compileDissect(parts.join("")).dissect(text);
        } catch (error) {
          assert.ok(error instanceof DissectError);
        }
      }),
    );
  });
});
