import type { Duplex } from "node:stream";
import { HttpRefusal } from "./refusal.ts";

/** Where bytes come from: the next ones, undefined at the end. */
export interface ByteSource {
  next(): Promise<Buffer | undefined>;
}

/**
 * The elements of a JSON array of any size as they come, each as JSON; one element lies in memory at a time. Where it ends early, a call
 * of `source.next` may still be waiting.
 * @throws HttpRefusal 400 where it is no JSON; what `source` throws
 */
export async function* jsonElements(source: ByteSource): AsyncGenerator<Buffer, void, void> {
  const { streamArray } = await import("stream-json/streamers/stream-array.js");
  const parser: Duplex = streamArray.withParserAsStream({ streamValues: false });
  let failure: unknown;
  feed(source, parser).catch((error: unknown) => {
    failure = error;
    parser.destroy(error as Error);
  });
  try {
    for await (const { value } of parser as AsyncIterable<{ value: unknown }>) yield Buffer.from(JSON.stringify(value));
  } catch (error) {
    throw failure ?? new HttpRefusal(400, `the body is no JSON: ${(error as Error).message}`);
  } finally {
    parser.destroy();
  }
}

async function feed(source: ByteSource, parser: Duplex): Promise<void> {
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    if (parser.destroyed) return;
    if (!parser.write(chunk)) await drained(parser);
  }
  parser.end();
}

function drained(parser: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      parser.off("drain", done).off("close", done);
      resolve();
    };
    parser.on("drain", done).on("close", done);
  });
}
