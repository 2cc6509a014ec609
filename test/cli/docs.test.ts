import assert from "node:assert/strict";
import { runDocsCommand } from "../../src/cli/commands/docs.ts";
import { PLUGINS } from "../../src/pipeline/plugins.ts";

function docs(topic?: string, columns?: number): { code: number; out: string; err: string } {
  let out = "";
  let err = "";
  const output = { write: (text: string) => (out += text), ...(columns === undefined ? {} : { columns }) };
  const code = runDocsCommand(topic, output, (text) => (err += text));
  return { code, out, err };
}

describe("antler docs", () => {
  it("shows a filter's options with type and default, and its examples", () => {
    const { code, out } = docs("filter/grok");
    assert.equal(code, 0);
    assert.match(out, /^filter grok\n/);
    assert.match(out, /\n {2}break_on_match {2}boolean, default true\n/);
    assert.match(out, /\nOptions of every filter\n(?:.*\n)*? {2}add_tag {2}/);
    assert.match(out, /\n {4}filter \{\n {6}grok \{/);
  });

  it("shows all plugins of a name, each kind by itself with its kind", () => {
    assert.match(docs("file").out, /^input file\n(?:.*\n)*\noutput file\n/);
    assert.doesNotMatch(docs("outputs/file").out, /^input file/);
  });

  it("lists every plugin", () => {
    const { out } = docs();
    for (const { name } of PLUGINS) assert.match(out, new RegExp(`^ {2}${name} +\\S`, "m"));
  });

  it("explains an error code", () => assert.match(docs("conf012").out, /^CONF012: unknown option\n/));

  it("keeps to the width of the terminal where words allow it", () => {
    const text = docs("filter/date", 60).out.split("Examples")[0] ?? "";
    for (const line of text.split("\n")) assert.ok(line.length <= 60 || !line.trim().includes(" "), line);
  });

  it("says what was meant when there is no such page", () => {
    const { code, err } = docs("filter/gork");
    assert.equal(code, 2);
    assert.match(err, /did you mean "filter\/grok"\?/);
    assert.equal(docs("codec/grok").code, 2);
  });
});
