import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { DiagnosticCollector } from "../src/diagnostics/diagnostic.ts";
import { Event } from "../src/event/event.ts";
import { RecordBatch } from "../src/event/record-batch.ts";
import type { Value } from "../src/event/value.ts";
import { compileDissect, DissectError } from "../src/language/dissect.ts";
import { resolvePipeline } from "../src/pipeline/compile/resolve.ts";
import type { FrameTarget } from "../src/plugin/definitions.ts";
import { Multiline } from "../src/tail/multiline.ts";
import { TextLines } from "../src/tail/text-lines.ts";
import { type BeatsDissectOptions, compileBeatsDissect } from "../src/transform/beats-dissect.ts";
import { type CaseOutcome, readCases } from "./conformance-root.ts";

/** A name, and what it gives: nothing when it holds, an error when not; a text says why it cannot be run. */
export interface Named {
  /** All that makes the case. */
  readonly given: object;
  readonly part: string;
  readonly name: string;
  readonly run: (() => void) | string;
}

export function outcomes(set: string, cases: readonly Named[]): CaseOutcome[] {
  return cases.map(({ given, part, name, run }) => {
    const id = createHash("sha1").update(JSON.stringify(given)).digest("hex").slice(0, 10);
    if (typeof run === "string") return { set, part, id, name, outcome: "skipped", reason: run };
    try {
      run();
      return { set, part, id, name, outcome: "passed" };
    } catch (error) {
      const lines = (error as Error).message.split("\n").filter((line) => line.trim() !== "");
      return { set, part, id, name, outcome: "failed", reason: lines.slice(0, 12).join(" ").slice(0, 500) };
    }
  });
}

interface DissectCase {
  readonly source: string;
  readonly name: string;
  readonly tokenizer?: string;
  readonly message?: string;
  readonly expect?: Readonly<Record<string, unknown>> | null;
  readonly fail?: boolean;
  readonly error?: boolean;
  readonly processor_case?: {
    readonly c?: Partial<BeatsDissectOptions>;
    readonly fields?: Readonly<Record<string, Value>>;
    readonly msg?: string;
    readonly values?: Readonly<Record<string, Value>>;
    readonly prefix?: string;
    readonly tokenizer?: string;
  };
}

export function dissectCases(): CaseOutcome[] | undefined {
  const cases = readCases<DissectCase>("dissect-cases.jsonl");
  if (cases === undefined) return undefined;
  const named = cases.map((one): Named => {
    const part = one.source.split(" ")[0] as string;
    return { given: one, part, name: one.name, run: () => assertDissect(one) };
  });
  return outcomes("dissect-cases", named);
}

function assertDissect(one: DissectCase): void {
  const { tokenizer, message, source } = one;
  if (one.processor_case !== undefined) assertProcessor(one.processor_case, one.error === true);
  else if (source.startsWith("elastic/beats")) {
    const given = { message: message ?? "" };
    const gives = unlessRefused(() =>
      compileBeatsDissect({ tokenizer: tokenizer ?? "", target_prefix: "", overwrite_keys: true })(given),
    );
    assert.deepEqual(gives, one.fail === true ? null : one.expect);
  } else {
    const found = unlessRefused(() => compileDissect(tokenizer ?? "").dissect(message ?? ""));
    assert.deepEqual(found && Object.fromEntries(found), one.fail === true ? null : one.expect);
  }
}

/** Beats' processor with its options; what it gives stands beside the fields that were there. */
function assertProcessor(one: NonNullable<DissectCase["processor_case"]>, fails: boolean): void {
  const options = { ...one.c, ...(one.prefix !== undefined && { target_prefix: one.prefix }) };
  const fields = flat(one.fields ?? { message: one.msg ?? "" });
  const tokenizer = options.tokenizer ?? one.tokenizer ?? "";
  const added = unlessRefused(() => compileBeatsDissect({ ...options, tokenizer })(fields));
  // A scalar where the target's object would be is in the way, too.
  assert.equal(added === null, fails, fails ? "it does not fail" : "it fails");
  for (const [name, value] of Object.entries(one.values ?? {}))
    assert.deepEqual({ ...fields, ...added }[name], value, name);
}

function flat(fields: Readonly<Record<string, Value>>, prefix = ""): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(flat(value as Record<string, Value>, `${prefix}${name}.`))
        : [[`${prefix}${name}`, value]],
    ),
  );
}

function unlessRefused<T>(work: () => T | undefined): T | null {
  try {
    return work() ?? null;
  } catch (error) {
    if (error instanceof DissectError) return null;
    throw error;
  }
}

interface MultilineCase {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly input_text: string;
  /** Chunks for the codec. */
  readonly input_lines?: readonly string[];
  readonly expect_messages: readonly string[];
  readonly expect_tags?: readonly (readonly string[] | null)[] | null;
}

export function multilineCases(): CaseOutcome[] | undefined {
  const cases = readCases<MultilineCase>("multiline-cases.jsonl");
  if (cases === undefined) return undefined;
  const named = cases.map((one): Named => {
    const run =
      one.kind === "filebeat" ? () => assert.deepEqual(joinedByTail(one), one.expect_messages) : () => assertCodec(one);
    return { given: one, part: one.kind, name: one.name, run };
  });
  return outcomes("multiline-cases", named);
}

/** Runs Logstash's codec over the chunks. */
function assertCodec({ config, input_lines = [], expect_messages, expect_tags }: MultilineCase): void {
  const settings = Object.entries(config).map(
    ([name, value]) => `${name} => ${typeof value === "string" ? `'${value}'` : value}`,
  );
  const text = `input { stdin { codec => multiline { ${settings.join(" ")} } } } output { null { } }`;
  const definition = { id: "case", sources: [{ name: "case.conf", text }], ecs: "v8" as const, supportEscapes: false };
  const found = new DiagnosticCollector();
  const codec = resolvePipeline(definition, found, "start").inputs[0]?.codec;
  assert.equal(found.errors, 0, found.sorted()[0]?.message);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const host = { pluginId: "case", pipelineId: "case", ecs: "v8" as const, log, now: () => 0, random: () => 0 };
  const framer = codec?.plugin.framer?.(codec.options, host);
  const decoder = codec?.plugin.decoder?.(codec.options, host);
  const events: Event[] = [];
  const emit: FrameTarget = (bytes, start, end, _rawLength, flags) => {
    const event = new Event(events.length, {});
    decoder?.decode({ bytes: Buffer.from(bytes), start, end, offset: 0, flags }, event, () => event);
    events.push(event);
  };
  for (const line of input_lines) framer?.push(Buffer.from(line.endsWith("\n") ? line : `${line}\n`), emit);
  framer?.flush(emit);
  const documents = events.map((event) => event.toObject());
  assert.deepEqual(
    documents.map(({ message }) => message),
    expect_messages,
  );
  if (expect_tags !== null && expect_tags !== undefined)
    assert.deepEqual(
      documents.map(({ tags }) => tags ?? null),
      expect_tags,
    );
}

/** What the reader of files makes of a text. */
function joinedByTail({ config, input_text }: MultilineCase): string[] {
  const options = {
    type: config["type"] as "pattern",
    match: (config["match"] ?? "after") as "after",
    negate: config["negate"] === true,
    ...(config["pattern"] !== undefined && { pattern: new RegExp(String(config["pattern"])) }),
    ...(config["count_lines"] !== undefined && { countLines: Number(config["count_lines"]) }),
    ...(config["max_lines"] !== undefined && { maxLines: Number(config["max_lines"]) }),
  };
  const framer = new TextLines(1e6, "utf-8", new Uint8Array(), new Multiline(options));
  const bytes = Buffer.from(input_text);
  const source = { input: 0, fileId: new Uint8Array(12), generation: 0, fields: [] };
  const messages: string[] = [];
  let at = 0;
  do {
    const batch = RecordBatch.allocate(Math.max(1, framer.wanted), 1);
    at = framer.frame(batch, source, { bytes, offset: 0 }, at, bytes.length);
    for (let i = 0; i < batch.count; i++) messages.push(batch.recordBytes(i).toString());
  } while (framer.wanted > 0);
  framer.finish({ bytes, offset: 0 }, at, bytes.length);
  return [...messages, ...framer.records.map((record) => Buffer.from(record.bytes).toString())];
}
