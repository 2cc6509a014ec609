// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeadLetterStore } from "../../../src/segments/dead-letter-store.ts";
import { openOutput } from "../../../src/shipper/outputs/open-output.ts";
import { shipLettersFolder } from "../../../src/shipper/outputs/ship-letters.ts";
import type { WindowSender } from "../../../src/shipper/outputs/window-sender.ts";
import { call, putDataStreamTemplate, realElasticsearch } from "../../support/elasticsearch.ts";
import { idOf, numbered, windowOf } from "../windows.ts";
import { elasticConfig, testEnvironment } from "./environment.ts";

const SET = `ship${process.pid}`;

describe("the shipper's elasticsearch output, into a real Elasticsearch", function () {
  this.timeout(240_000);
  let url: string;
  let folder: string;
  let output: WindowSender;

  before(async function () {
    const found = await realElasticsearch();
    if (found === undefined) this.skip();
    url = found;
    folder = await mkdtemp(join(tmpdir(), "antler-ship-es-"));
    await putDataStreamTemplate(url, `logs-${SET}*-*`, { properties: { status: { type: "integer" } } });
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });
  afterEach(() => output?.close());

  it("delivers once, counts what is there already, and keeps what is refused", async () => {
    const environment = testEnvironment(folder);
    output = await openOutput(elasticConfig([url]), environment);
    const stream = { data_stream: { type: "logs", dataset: SET, namespace: "default" } };
    const window = numbered(0, 50, stream);
    assert.deepEqual(await output.send(window), { delivered: 50, existing: 0, deadLettered: 0 });
    assert.deepEqual(await output.send(window), { delivered: 0, existing: 50, deadLettered: 0 });
    const bad = windowOf([
      { fields: { message: "good", status: 200, ...stream }, metadata: { _id: idOf(100) } },
      {
        fields: { "@timestamp": "2026-11-23T10:00:00.000Z", message: "bad", status: "no number", ...stream },
        metadata: { _id: idOf(101) },
      },
    ]);
    // The first has no time: a data stream refuses it.
    assert.deepEqual(await output.send(bad), { delivered: 0, existing: 0, deadLettered: 2 });
    await call(url, "POST", `logs-${SET}-default/_refresh`);
    assert.equal((await call(url, "GET", `logs-${SET}-default/_count`))["count"], 50);
    await output.close();
    const store = await DeadLetterStore.open(shipLettersFolder(folder));
    try {
      const letters = [];
      for await (const letter of store.entries()) letters.push(letter);
      assert.deepEqual(
        letters.map(({ id, code, raw }) => [id, code, Buffer.from(raw).toString()]),
        [
          [idOf(100), "document_parsing_exception", "good"],
          [idOf(101), "document_parsing_exception", "bad"],
        ],
      );
      assert.equal(
        (JSON.parse(Buffer.from(letters[1]?.event ?? []).toString()) as { status: string }).status,
        "no number",
      );
    } finally {
      await store.close();
    }
    assert.ok(environment.messages.some((message) => message.includes("antler dlq ls --letters")));
  });

  it("holds what has no template: a stream's name makes no plain index", async () => {
    const environment = testEnvironment(folder);
    output = await openOutput(elasticConfig([url]), environment);
    const window = numbered(0, 1, { data_stream: { type: "other", dataset: SET, namespace: "default" } });
    const ended = output.send(window).then(
      () => "sent",
      () => "closed",
    );
    while (output.trouble === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.match(output.trouble, /takes no documents there/);
    await output.close();
    assert.equal(await ended, "closed");
  });

  it("writes to an index by day, through a pipeline", async () => {
    await call(url, "PUT", `_ingest/pipeline/${SET}`, { processors: [{ set: { field: "seen", value: true } }] });
    output = await openOutput(
      elasticConfig([url], { index: `${SET}-%{+yyyy.MM.dd}`, pipeline: SET }),
      testEnvironment(folder),
    );
    assert.deepEqual(await output.send(numbered(0, 3)), { delivered: 3, existing: 0, deadLettered: 0 });
    await call(url, "POST", `${SET}-2026.11.23/_refresh`);
    assert.equal((await call(url, "GET", `${SET}-2026.11.23/_count?q=seen:true`))["count"], 3);
    await call(url, "DELETE", `${SET}-2026.11.23`);
  });
});
