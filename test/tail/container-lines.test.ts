import assert from "node:assert/strict";
import { appendFileSync, writeFileSync } from "node:fs";
import type { MultilineOptions, TailInputOptions } from "../../src/tail/options.ts";
import { CollectingSink } from "./support/collecting-sink.ts";
import { TailBed, until } from "./support/tail-bed.ts";

const docker = (log: string, stream = "stdout"): string =>
  JSON.stringify({ log, stream, time: "2026-01-02T03:04:05.678901234Z" });
const cri = (tag: string, text: string, stream = "stdout"): string => `2026-01-02T03:04:05.6Z ${stream} ${tag} ${text}`;

describe("lines of containers", () => {
  let bed: TailBed;
  let sink: CollectingSink;
  beforeEach(() => {
    bed = new TailBed();
    sink = new CollectingSink();
  });
  afterEach(() => bed.remove());

  /** Records that are read of lines, whole and byte by byte. */
  async function records(
    lines: readonly string[],
    wanted: number,
    input: Partial<TailInputOptions>,
  ): Promise<string[]> {
    const text = `${lines.join("\n")}\n`;
    writeFileSync(bed.path("whole.log"), text);
    await bed.started(sink, { container: "auto", ...input });
    const cut = Math.floor(text.length / 3);
    writeFileSync(bed.path("pieces.log"), text.slice(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 80));
    appendFileSync(bed.path("pieces.log"), text.slice(cut));
    await until(() => sink.records.length >= 2 * wanted);
    const of = (part: string): string[] =>
      sink.records
        .filter(({ source }) => source.fields.length >= 0 && source.fileId === ids.get(part))
        .map(({ text }) => text);
    const ids = new Map(
      [...new Set(sink.records.map(({ source }) => source.fileId))].map((id, i) => [i === 0 ? "a" : "b", id]),
    );
    assert.deepEqual(of("a"), of("b"), "in pieces as whole");
    return of("a");
  }

  it("parts are one record, whole lines records of their own", async () => {
    const lines = [
      docker("one\n"),
      docker("two, "),
      docker("its "),
      docker("end\n"),
      cri("F", "three"),
      cri("P", "four "),
      cri("F", "end"),
    ];
    assert.deepEqual(await records(lines, 4, {}), [
      lines[0],
      lines.slice(1, 4).join("\n"),
      lines[4],
      lines.slice(5).join("\n"),
    ]);
  });

  it("the other stream ends a line in parts", async () => {
    const lines = [cri("P", "out "), cri("F", "err", "stderr"), cri("F", "rest")];
    assert.deepEqual(await records(lines, 3, {}), lines);
  });

  it("multiline looks at the texts, and joins lines in parts", async () => {
    const multiline: MultilineOptions = { type: "pattern", pattern: /^\s/, timeoutMs: 200 };
    const lines = [docker("first\n"), docker("  a "), docker("long one\n"), docker("  b\n"), docker("second\n")];
    assert.deepEqual(await records(lines, 2, { multiline }), [lines.slice(0, 4).join("\n"), lines[4]]);
  });

  it("multiline looks at what other parsers make of a line", async () => {
    const multiline: MultilineOptions = { type: "pattern", pattern: /^\s/, timeoutMs: 200, skipNewline: true };
    const lines = ['{"m":"a"}', '{"m":" b"}', '{"m":"c"}'];
    const lineText = (line: string): string => (JSON.parse(line) as { m: string }).m;
    const { container: _none, ...input } = { container: undefined, multiline, lineText };
    writeFileSync(bed.path("x.log"), `${lines.join("\n")}\n`);
    await bed.started(sink, input);
    await until(() => sink.records.length === 2);
    assert.deepEqual(sink.texts(), [`${lines[0]}\n${lines[1]}`, lines[2]]);
  });

  it("stack traces are one record, also when they come in pieces", async () => {
    const text = "start\nError: x\n    at a (b.js:1:1)\n    at c (d.js:2:2)\nend\n";
    writeFileSync(bed.path("x.log"), text.slice(0, 30));
    await bed.started(sink, { multiline: { type: "stacktrace", timeoutMs: 2000 } });
    await new Promise((resolve) => setTimeout(resolve, 60));
    appendFileSync(bed.path("x.log"), `${text.slice(30)}last\n`);
    await until(() => sink.records.length === 3);
    assert.deepEqual(sink.texts(), ["start", "Error: x\n    at a (b.js:1:1)\n    at c (d.js:2:2)", "end"]);
  });
});
