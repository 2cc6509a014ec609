import assert from "node:assert/strict";
import fc from "fast-check";
import { kqlQuery } from "../../src/elastic/kql-query.ts";
import { parseKql } from "../../src/language/kql/parser.ts";
import { call, ELASTICSEARCH_HINT, realElasticsearch } from "../support/elasticsearch.ts";
import {
  type FixtureMapping,
  type FixtureProperty,
  FixtureStore,
  fixtureDocuments,
  fixtureMapping,
  mappedFields,
} from "./kql-fixture.ts"; // prettier-ignore
import { generatedQuery } from "./kql-generator.ts";
import { QUERIES } from "./kql-queries.ts";

const GENERATED = Number(process.env["ANTLER_KQL_RUNS"] ?? 400);
const SEED = Number(process.env["ANTLER_KQL_SEED"] ?? 20261123);
const INDEX = "antler-kql-proof";
const NOW = Date.parse("2026-11-23T00:00:00Z");
const NESTED = ["items", "items.parts"];
const REFUSED =
  /Cannot search on field|[Ff]or input string|not an IP string literal|failed to parse date|Can't parse boolean|Can only use (?:wildcard|prefix) queries|No text specified|unknown token \[VALUE_NULL\]|out of range/;

describe("KQL over the store and in Elasticsearch", () => {
  let url: string | undefined;
  let store: FixtureStore;
  const fields = mappedFields();
  const refused: string[] = [];

  before(async function () {
    this.timeout(120_000);
    url = await realElasticsearch();
    if (url === undefined) {
      console.warn(`      KQL is not compared: ${ELASTICSEARCH_HINT}`);
      this.skip();
    }
    await fill(url);
    store = await FixtureStore.open(fixtureDocuments());
  });

  after(async () => {
    store?.close();
    if (url !== undefined) await call(url, "DELETE", INDEX);
  });

  /** Ids that Elasticsearch finds; undefined when it refuses the query, as it does for a word as a number. */
  async function ask(query: string): Promise<number[] | undefined> {
    // Both sides have the same now.
    const dsl = kqlQuery(parseKql(query.replaceAll(/\bnow/g, "2026-11-23T00\\:00\\:00Z||")), { fields });
    try {
      const answer = await call(url as string, "POST", `${INDEX}/_search`, { query: dsl, size: 1000, _source: false });
      const { hits } = answer["hits"] as { hits: readonly { _id: string }[] };
      return hits.map(({ _id }) => Number(_id)).sort((a, b) => a - b);
    } catch (error) {
      if (!REFUSED.test(String(error))) throw error;
      refused.push(query);
      return undefined;
    }
  }

  async function compare(query: string): Promise<void> {
    const theirs = await ask(query);
    const ours = await store.search(query, NOW, NESTED);
    if (theirs !== undefined) assert.deepEqual(ours, theirs, query);
  }

  for (const query of QUERIES) {
    it(query === "" ? "the empty query" : query, () => compare(query));
  }

  it("refuses few of the queries that are written down", () => {
    assert.ok(refused.length < QUERIES.length / 15, refused.join("\n"));
  });

  it(`${GENERATED} generated queries, seed ${SEED}`, async function () {
    this.timeout(60_000 + GENERATED * 500);
    refused.length = 0;
    await fc.assert(fc.asyncProperty(generatedQuery, compare), { numRuns: GENERATED, seed: SEED, endOnFailure: false });
    assert.ok(refused.length < GENERATED / 4, `${refused.length} were refused`);
  });
});

async function fill(url: string): Promise<void> {
  await fetch(`${url}/${INDEX}`, { method: "DELETE" });
  await call(url, "PUT", INDEX, {
    settings: { number_of_replicas: 0, number_of_shards: 1, "index.mapping.ignore_malformed": true },
    mappings: forServer(fixtureMapping()),
  });
  const lines = fixtureDocuments().flatMap((document, i) => [
    JSON.stringify({ create: { _id: String(i) } }),
    JSON.stringify(document),
  ]);
  const response = await fetch(`${url}/${INDEX}/_bulk?refresh=true`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: `${lines.join("\n")}\n`,
  });
  const answer = (await response.json()) as { errors: boolean };
  assert.equal(answer.errors, false, JSON.stringify(answer).slice(0, 2000));
}

/** The mapping for a server that lacks two of the types, which are searched as these are (see elasticsearch.md). */
function forServer(mapping: FixtureMapping): object {
  const replaced = JSON.stringify(mapping)
    .replaceAll('"type":"match_only_text"', '"type":"text"')
    .replaceAll('"type":"wildcard"', '"type":"keyword"');
  return JSON.parse(replaced) as Record<string, FixtureProperty>;
}
