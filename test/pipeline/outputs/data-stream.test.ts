import assert from "node:assert/strict";
import fc from "fast-check";
import { DATA_STREAM_PARTS, dataStreamPart, usesDataStream } from "../../../src/pipeline/outputs/data-stream.ts";

describe("data stream names", () => {
  const cases: readonly [string, (typeof DATA_STREAM_PARTS)[number], string][] = [
    ["nginx.access", "dataset", "nginx.access"],
    ["Nginx Access", "dataset", "nginx_access"],
    ["my-app", "dataset", "my_app"],
    ["my-team", "namespace", "my-team"],
    ['a/b\\c*d?e"f<g>h|i j,k#l:m', "namespace", "a_b_c_d_e_f_g_h_i_j_k_l_m"],
    ["_.logs", "type", "logs"],
    ["", "namespace", "_"],
    ["..", "dataset", "_"],
    [".", "namespace", "_"],
    ["x".repeat(200), "dataset", "x".repeat(100)],
    [`${"x".repeat(97)}😀`, "dataset", `${"x".repeat(97)}_`],
    ["é".repeat(80), "namespace", "é".repeat(50)],
  ];
  for (const [name, part, expected] of cases) {
    it(`${part} ${JSON.stringify(name.slice(0, 30))} becomes ${expected.slice(0, 30)}`, () => {
      assert.equal(dataStreamPart(name, part), expected);
    });
  }

  it("are such as Elasticsearch takes, whatever a field says, and stay as they are then", () => {
    const arbitrary = fc.oneof(fc.string(), fc.string({ unit: "binary", maxLength: 150 }));
    fc.assert(
      fc.property(arbitrary, fc.constantFrom(...DATA_STREAM_PARTS), (name, part) => {
        const made = dataStreamPart(name, part);
        assert.ok(Buffer.byteLength(made) > 0 && Buffer.byteLength(made) <= 100);
        assert.doesNotMatch(made, /[\\/*?"<>| ,#:]/);
        assert.doesNotMatch(made, /\p{Surrogate}/u, "half of a character");
        assert.equal(dataStreamPart(made, part), made);
        if (part !== "namespace") assert.ok(!made.includes("-"));
      }),
    );
  });
});

describe("data_stream => auto", () => {
  const cases: readonly [string, Partial<Parameters<typeof usesDataStream>[0]>, "v8" | "disabled", boolean][] = [
    ["no other option", {}, "v8", true],
    ["no ECS", {}, "disabled", false],
    ["an index", { index: "web" }, "v8", false],
    ["a document id", { document_id: "%{id}" }, "v8", false],
    ["the action create", { action: "create" }, "v8", true],
    ["the action index", { action: "index" }, "v8", false],
    ["data_stream true without ECS", { data_stream: "true" }, "disabled", true],
    ["data_stream false", { data_stream: "false" }, "v8", false],
  ];
  for (const [title, settings, ecs, expected] of cases) {
    it(`with ${title}: ${expected ? "a data stream" : "an index"}`, () => {
      assert.equal(usesDataStream({ data_stream: "auto", ...settings }, ecs), expected);
    });
  }
});
