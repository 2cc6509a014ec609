import assert from "node:assert/strict";
import { resolved } from "../../support/resolved.ts";

describe("file input: codecs", () => {
  const check = (codec: string) => () =>
    resolved(`input { file { path => "/x" codec => ${codec} } } output { null { } }`);

  it("refuses a csv codec that would have to know the file's first line", () => {
    assert.throws(check("csv { autodetect_column_names => true }"), /the csv codec cannot know their header/);
    assert.doesNotThrow(check('csv { autodetect_column_names => true columns => ["a"] }'));
    assert.doesNotThrow(check("csv { }"));
  });
});
