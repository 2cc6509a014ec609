import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { xml } from "../../../src/pipeline/filters/xml.ts";
import { outcome, problemsOf } from "./support.ts";

const failed = { tags: ["_xmlparsefailure"] };

describe("xml filter", () => {
  const mixed = '<r><a x="1">t</a><b/><c> </c><e>1</e><e>2</e></r>';
  const shapes: [string, string, string, unknown][] = [
    ["elements as lists, without empty ones", "", mixed, { a: [{ x: "1", content: "t" }], e: ["1", "2"] }],
    [
      "elements alone, with empty ones, text below content",
      "force_array => false suppress_empty => false force_content => true",
      mixed,
      { a: { x: "1", content: "t" }, b: {}, c: {}, e: [{ content: "1" }, { content: "2" }] },
    ],
    ["attributes alone", "", '<r x="1"/>', { x: "1" }],
    ["text between elements", "", "<r>a<b>c</b>d</r>", { b: ["c"], content: ["a", "d"] }],
    ["CDATA", "", "<r><a><![CDATA[a<b]]></a></r>", { a: ["a<b"] }],
    ["the entities of XML", "", "<r><a>&lt;&#228;&amp;</a></r>", { a: ["<ä&"] }],
    ["a byte order mark and blanks before", "", "\ufeff  <r><a>1</a></r>", { a: ["1"] }],
    ["names that objects inherit", "", "<r><constructor>1</constructor></r>", { constructor: ["1"] }],
  ];
  for (const [name, options, text, expected] of shapes)
    it(`reads ${name}`, () => {
      const result = outcome(`xml { source => "s" target => "d" remove_field => "s" ${options} }`, { s: text });
      assert.deepEqual(result, { d: expected });
    });

  const found: [string, string, string, unknown][] = [
    [
      "elements as they are written",
      '"//a" => "f"',
      '<r><a x="1">1 &amp; 2</a><a/></r>',
      ['<a x="1">1 &amp; 2</a>', "<a/>"],
    ],
    ["attributes and texts", '"/r/@x" => "f" "//a/text()" => "f"', '<r x="0"><a>1</a></r>', ["0", "1"]],
    ["functions", '"count(//a)" => "f"', "<r><a/><a/></r>", ["2"]],
    ["prefixes of the root", '"/x:r/x:a/text()" => "f"', '<x:r xmlns:x="u"><x:a>1</x:a></x:r>', ["1"]],
  ];
  for (const [name, paths, text, expected] of found)
    it(`finds ${name}`, () => {
      const config = `xml { source => "s" store_xml => false xpath => { ${paths} } remove_field => "s" }`;
      assert.deepEqual(outcome(config, { s: text }), { f: expected });
    });

  it("finds by prefixes of its own, and without any", () => {
    const text = '<y:r xmlns:y="u"><y:a>1</y:a></y:r>';
    const own =
      'xml { source => "s" store_xml => false namespaces => { "q" => "u" } xpath => { "//q:a/text()" => "f" } }';
    const bare = 'xml { source => "s" store_xml => false remove_namespaces => true xpath => { "//a/text()" => "f" } }';
    for (const config of [own, bare]) assert.deepEqual(outcome(config, { s: text }), { s: text, f: ["1"] });
  });

  it("adds to what the field has", () => {
    const config = 'xml { source => "s" store_xml => false xpath => { "//a/text()" => "f" } }';
    assert.deepEqual(outcome(config, { s: "<a>1</a>", f: "0" }), { s: "<a>1</a>", f: ["0", "1"] });
  });

  const entity = (definition: string): string => `<!DOCTYPE r [<!ENTITY a ${definition}>]><r>&a;</r>`;
  const bad: [string, StoredTree[string]][] = [
    ["broken XML", "<r><a></r>"],
    ["no XML", "text"],
    ["a number", 5],
    ["several texts", ["<r/>", "<r/>"]],
    ["an entity of a file, which is not read", entity('SYSTEM "file:///etc/hostname"')],
    ["entities of its own, which do not grow", entity('"x"')],
    ["nesting without end", "<a>".repeat(2000) + "</a>".repeat(2000)],
  ];
  for (const [name, value] of bad)
    it(`fails at ${name}`, () => {
      assert.deepEqual(outcome('xml { source => "s" target => "d" }', { s: value }), { s: value, ...failed });
    });

  it("does nothing without a text", () => {
    assert.deepEqual(outcome('xml { source => "s" target => "d" add_tag => "t" }', {}), {});
    assert.deepEqual(outcome('xml { source => "s" target => "d" add_tag => "t" }', { s: " " }), { s: " " });
  });

  it("says what is wrong with its options", () => {
    const options = { source: "s", store_xml: true, xpath: { "//[": "f" } };
    assert.deepEqual(
      problemsOf(xml, options).map(({ option }) => option),
      ["target", "xpath"],
    );
  });
});
