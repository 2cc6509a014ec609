import assert from "node:assert/strict";
import fc from "fast-check";
import { type ByteSource, jsonElements } from "../../../src/sources/http/json-elements.ts";
import { ClientGone, HttpRefusal } from "../../../src/sources/http/refusal.ts";

/** Bytes cut at the places given; then `failure`, if there is one. */
function source(bytes: Buffer, places: readonly number[], failure?: Error): ByteSource {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
  return {
    next() {
      const chunk = chunks.shift();
      return chunk === undefined && failure !== undefined ? Promise.reject(failure) : Promise.resolve(chunk);
    },
  };
}

async function elements(from: ByteSource): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const element of jsonElements(from)) found.push(JSON.parse(element.toString()));
  return found;
}

describe("elements of a JSON array that comes in pieces", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 6 });

  it("are those of the array, wherever it is cut, in characters too", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ stringUnit: "grapheme" })),
        fc.nat(3),
        cuts,
        async (values, indent, places) => {
          const text = JSON.stringify(values, null, indent);
          assert.deepEqual(await elements(source(Buffer.from(text), places)), JSON.parse(text));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("are refused where it is none, as JSON.parse does", async () => {
    const part = fc.constantFrom("[", "]", "{", "}", ",", ":", '"a"', '"', "1", "-", "null", "tru", " ", "\\u00", "é");
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: part, maxLength: 8 }), cuts, async (inner, places) => {
        const text = `[${inner}`;
        const found = await elements(source(Buffer.from(text), places)).catch((error: unknown) => error);
        let expected: unknown;
        try {
          expected = JSON.parse(text);
        } catch {
          assert.ok(found instanceof HttpRefusal && found.status === 400, text);
          return;
        }
        assert.deepEqual(found, expected);
      }),
      { numRuns: 500 },
    );
  });

  it("end with what goes wrong with the bytes", async () => {
    for (const failure of [new ClientGone(), new HttpRefusal(413, "too large")])
      await assert.rejects(elements(source(Buffer.from("[1,2"), [], failure)), failure);
  });

  it("are had without reading what comes behind a fault", async () => {
    const endless: ByteSource = { next: () => new Promise(() => undefined) };
    const first = source(Buffer.from("[1,,"), []);
    const both: ByteSource = { next: async () => (await first.next()) ?? (await endless.next()) };
    await assert.rejects(elements(both), HttpRefusal);
  });
});
