import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FLAG_MULTILINE, FLAG_TRUNCATED } from "../../../src/event/record-batch.ts";
import { multiline } from "../../../src/pipeline/codecs/multiline.ts";
import { decode, document, documents, framerOf, framesOf, settingsOf } from "./support.ts";

interface Outcome {
  message: string;
  tags?: string[];
}

function eventsOf(given: object, chunks: readonly (string | Uint8Array)[]): Outcome[] {
  const frames = framesOf(framerOf(multiline, given), chunks);
  const events = frames.flatMap(({ text, flags }) => decode(multiline, given, text, { flags, ecs: "disabled" }));
  return documents(events) as Outcome[];
}

function messagesOf(given: object, text: string): string[] {
  return eventsOf(given, [text]).map(({ message }) => message);
}

const indented = { pattern: "^\\s", what: "previous" };

describe("multiline codec", () => {
  const java = [
    "2026-11-22 10:00:00 ERROR it failed",
    "java.lang.IllegalStateException: no",
    "\tat a.B.c(B.java:1)",
    "Caused by: java.io.IOException",
    "\t... 3 more",
    "2026-11-22 10:00:01 INFO goes on",
  ];
  const cases: [string, object, string[], string[]][] = [
    ["lines that are indented", indented, ["a", " b", "\tc", "d"], ["a\n b\n\tc", "d"]],
    [
      "a stack trace behind a time, by grok's names",
      { pattern: "^%{TIMESTAMP_ISO8601} ", negate: true, what: "previous" },
      java,
      [java.slice(0, 5).join("\n"), java[5] as string],
    ],
    ["lines that go on", { pattern: "\\\\$", what: "next" }, ["a \\", "b \\", "c", "d"], ["a \\\nb \\\nc", "d"]],
    [
      "all until one that ends",
      { pattern: "^END", negate: true, what: "next" },
      ["a", "b", "END", "c"],
      ["a\nb\nEND", "c"],
    ],
    ["a first line that belongs to none", indented, [" a", "b"], [" a", "b"]],
    ["empty lines", { pattern: "^$", what: "previous" }, ["a", "", "", "b"], ["a\n\n", "b"]],
    ["beyond Latin-1", { pattern: "^[^世]", what: "previous" }, ["世1", "é", "界", "世2"], ["世1\né\n界", "世2"]],
  ];
  for (const [name, given, lines, expected] of cases) {
    it(`joins ${name}`, () => assert.deepEqual(messagesOf(given, `${lines.join("\n")}\n`), expected));
  }

  it("tags what it joined, by a name of the user's or not at all", () => {
    assert.deepEqual(eventsOf(indented, ["a\n b\nc\n"]), [{ message: "a\n b", tags: ["multiline"] }, { message: "c" }]);
    assert.deepEqual(eventsOf({ ...indented, multiline_tag: "ml" }, ["a\n b\n"]), [{ message: "a\n b", tags: ["ml"] }]);
    assert.deepEqual(eventsOf({ ...indented, multiline_tag: "" }, ["a\n b\n"]), [{ message: "a\n b" }]);
  });

  it("keeps an event until the next begins, or it is flushed", () => {
    const framer = framerOf(multiline, indented);
    assert.deepEqual(framesOf(framer, ["a\n b\n"], false), []);
    assert.deepEqual(framesOf(framer, [" c\nd\n"], false), [{ text: "a\n b\n c", raw: 8, flags: FLAG_MULTILINE }]);
    assert.deepEqual(framesOf(framer, ["\te"]), [{ text: "d\n\te", raw: 4, flags: FLAG_MULTILINE }]);
    assert.equal(framer.idleMs, undefined);
    assert.equal(framerOf(multiline, { ...indented, auto_flush_interval: 2 }).idleMs, 2000);
  });

  it("counts what an event took in the stream, line ends included", () => {
    const frames = framesOf(framerOf(multiline, indented), ["a\r\n b\r\nc\r\n"]);
    assert.deepEqual(
      frames.map(({ text, raw }) => [text, raw]),
      [
        ["a\n b", 7],
        ["c", 3],
      ],
    );
  });

  it("ends an event with more lines than the limit; nothing is lost", () => {
    const text = "a\n 1\n 2\n 3\n 4\nb\n";
    const reached = ["multiline", "multiline_codec_max_lines_reached"];
    assert.deepEqual(eventsOf({ ...indented, max_lines: 2 }, [text]), [
      { message: "a\n 1\n 2", tags: reached },
      { message: " 3\n 4", tags: ["multiline"] },
      { message: "b" },
    ]);
    const next = { pattern: "^ ", what: "next", max_lines: 2 };
    assert.deepEqual(eventsOf(next, [" 1\n 2\n 3\n 4\nb\n"]), [
      { message: " 1\n 2\n 3", tags: reached },
      { message: " 4\nb", tags: ["multiline"] },
    ]);
  });

  it("ends an event at the limit of bytes", () => {
    assert.deepEqual(eventsOf({ ...indented, max_bytes: 6 }, ["ab\n cd\n ef\n gh\nx\n"]), [
      { message: "ab\n cd\n ef", tags: ["multiline", "multiline_codec_max_bytes_reached"] },
      { message: " gh" },
      { message: "x" },
    ]);
  });

  it("tags what an input cut at the limit of lines", () => {
    const flags = FLAG_MULTILINE | FLAG_TRUNCATED;
    const [event] = decode(multiline, { ...indented, max_lines: 2 }, "a\n b", { flags, ecs: "disabled" });
    assert.deepEqual(document(event), {
      message: "a\n b",
      tags: ["multiline", "multiline_codec_max_lines_reached"],
    });
  });

  it("keeps the original with ECS", () => {
    const [event] = decode(multiline, indented, "a\n b", { flags: FLAG_MULTILINE });
    assert.deepEqual(document(event), { message: "a\n b", event: { original: "a\n b" }, tags: ["multiline"] });
  });

  it("asks the pattern in the text's charset", () => {
    const given = { pattern: "^é", what: "previous", charset: "ISO-8859-1" };
    const lines = Buffer.from("a\n\xe9b\nc\n", "latin1");
    const texts: string[] = [];
    framerOf(multiline, given).push(lines, (bytes, start, end) => texts.push(bytes.toString("latin1", start, end)));
    assert.deepEqual(texts, ["a\néb"]);
  });

  it("has a rule for inputs that read lines themselves", () => {
    const given = { ...indented, negate: true, max_lines: 9, auto_flush_interval: 3 };
    const rule = multiline.joinLines?.(settingsOf(multiline, given));
    assert.ok(rule !== undefined);
    const { pattern, ...rest } = rule;
    assert.deepEqual(rest, { negate: true, match: "after", maxLines: 9, timeoutMs: 3000 });
    assert.deepEqual(
      [" a", "a"].map((text) => pattern.test(text)),
      [true, false],
    );
    assert.equal(multiline.joinLines?.(settingsOf(multiline, { pattern: "x", what: "next" })).match, "before");
  });

  it("names what is wrong with a pattern, a folder, a charset", () => {
    const problems = (given: object): string[] =>
      (multiline.check?.(settingsOf(multiline, given), "v8") ?? []).map(
        ({ option, severity = "error" }) => `${option} ${severity}`,
      );
    assert.deepEqual(problems(indented), []);
    assert.deepEqual(problems({ ...indented, pattern: "(" }), ["pattern error"]);
    assert.deepEqual(problems({ ...indented, pattern: "^%{NO_SUCH_NAME}" }), ["pattern error"]);
    assert.deepEqual(problems({ ...indented, charset: "UTF-9" }), ["charset error"]);
    assert.deepEqual(problems({ ...indented, patterns_dir: [join(tmpdir(), "antler-none")] }), [
      "patterns_dir warning",
    ]);
  });

  it("reads patterns of one's own", () => {
    const folder = mkdtempSync(join(tmpdir(), "antler-patterns-"));
    try {
      writeFileSync(join(folder, "mine"), "# mine\nBEGIN >{3}\n");
      const given = { pattern: "^%{BEGIN}", negate: true, what: "previous", patterns_dir: [folder] };
      assert.deepEqual(messagesOf(given, ">>> a\nb\n>>> c\n"), [">>> a\nb", ">>> c"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
