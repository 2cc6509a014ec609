import assert from "node:assert/strict";
import type { BulkOutcome } from "../../src/elastic/bulk-types.ts";
import type { ItemFault, RequestFault } from "../support/elasticsearch-model.ts";
import { bodyOf, creates, operation, STREAM, sending } from "./sending.ts";

const outcome = (part: Partial<BulkOutcome>): BulkOutcome => ({
  delivered: 0,
  existing: 0,
  conflicts: 0,
  failureStore: 0,
  inFailureStore: [],
  rejected: [],
  ...part,
});

describe("bulk sender", () => {
  it("sends a body once and believes an answer without errors", async () => {
    const { sender, model, said } = sending();
    assert.deepEqual(await sender.send(creates(5)), outcome({ delivered: 5 }));
    assert.equal(model.requests, 1);
    assert.equal(model.documents.of(STREAM).get("d3")?.["message"], "line 3 ü");
    assert.equal(model.query["require_data_stream"], "true");
    assert.deepEqual(said, []);
  });

  it("an empty body is no request", async () => {
    const { sender, model } = sending();
    assert.deepEqual(await sender.send(creates(0)), outcome({}));
    assert.equal(model.requests, 0);
  });

  const requestFaults: [RequestFault, Partial<BulkOutcome>, RegExp][] = [
    ["status 429", { delivered: 3 }, /is busy and answers with status 429/],
    ["status 502", { delivered: 3 }, /is busy and answers with status 502/],
    ["status 503", { delivered: 3 }, /is busy and answers with status 503: model_exception/],
    [
      "status 401",
      { delivered: 3 },
      /refuses requests with status 401 \(look at user and password, or api_key.*\): model_exception/,
    ],
    ["reset before", { delivered: 3 }, /cannot be reached: http:\/\/model:9200: socket hang up/],
    ["reset after", { existing: 3 }, /cannot be reached/],
    ["never", { existing: 3 }, /no answer in 60 s/],
    ["garbage", { existing: 3 }, /no answer of Elasticsearch's to 3 operations/],
    ["foreign", { delivered: 3 }, /no answer of Elasticsearch's to 3 operations: <html>/],
    ["short", { existing: 3 }, /no answer of Elasticsearch's to 3 operations/],
    ["long", { existing: 3 }, /no answer of Elasticsearch's to 3 operations/],
  ];
  for (const [fault, expected, message] of requestFaults) {
    it(`${fault}: the whole request is sent again, said once`, async () => {
      const { sender, model, said } = sending({ script: [fault, fault, fault] });
      assert.deepEqual(await sender.send(creates(3)), outcome(expected));
      assert.equal(model.requests, 4);
      assert.equal(said.length, 2, said.join("\n"));
      assert.match(said[0] as string, message);
      assert.match(said[1] as string, /^info: .*again/);
    });
  }

  it("a proxy that sends it twice: already there", async () => {
    const { sender } = sending({ script: ["twice"] });
    assert.deepEqual(await sender.send(creates(3)), outcome({ existing: 3 }));
  });

  const itemFaults: [ItemFault, RegExp][] = [
    ["item 429", /is busy: es_rejected_execution_exception/],
    ["item 503", /is busy: unavailable_shards_exception/],
    ["item 500", /is busy: illegal_state_exception/],
    ["item 403", /takes no documents there: security_exception/],
    ["item cluster_block", /takes no documents there: cluster_block_exception/],
  ];
  for (const [fault, message] of itemFaults) {
    it(`${fault}: only that item is sent again`, async () => {
      const { sender, model, said } = sending({ itemScript: { 1: fault } });
      assert.deepEqual(await sender.send(creates(3)), outcome({ delivered: 3 }));
      assert.equal(model.requests, 2);
      assert.equal(model.operations, 4);
      assert.match(said[0] as string, message);
    });
  }

  it("a 409 on our own ids is already there, on the user's a conflict", async () => {
    for (const ownIds of [true, false]) {
      const { sender } = sending({}, { ownIds });
      await sender.send(creates(2));
      const again = await sender.send(creates(3));
      assert.deepEqual(again, outcome(ownIds ? { delivered: 1, existing: 2 } : { delivered: 1, conflicts: 2 }));
    }
  });

  it("a mapping's refusal is a rejection with the reason, and its place in the body", async () => {
    const refuses = (source: Record<string, unknown>) =>
      source["message"] === "line 2 ü" ? "failed to parse field [message]" : undefined;
    const { sender } = sending({ refuses });
    const rejected = [{ index: 2, code: "document_parsing_exception", reason: "failed to parse field [message]" }];
    assert.deepEqual(await sender.send(creates(4)), outcome({ delivered: 3, rejected }));
    const kept = sending({ refuses, failureStore: true });
    assert.deepEqual(
      await kept.sender.send(creates(4)),
      outcome({ delivered: 3, failureStore: 1, inFailureStore: [2] }),
    );
    assert.equal(kept.model.documents.failures.length, 1);
  });

  it("a missing template is held until it is there, and ends with the signal", async () => {
    const { sender, said, clock } = sending({ dataStreams: [] });
    const stop = new AbortController();
    const sent = sender.send(creates(2), stop.signal);
    while (clock.pauses.length < 20) await new Promise((resolve) => setImmediate(resolve));
    stop.abort(new Error("enough"));
    await assert.rejects(sent, /enough/);
    assert.equal(said.length, 1, said.join("\n"));
    assert.match(said[0] as string, /index_not_found_exception: no such index/);
    assert.ok(Math.max(...clock.pauses) <= 60_000);
    for (const [i, pause] of clock.pauses.slice(0, 8).entries()) {
      const most = Math.min(60_000, 500 * 2 ** i);
      assert.ok(pause >= most / 2 && pause <= most, `pause ${i}: ${pause}`);
    }
  });

  it("413 halves down to single documents, and remembers", async () => {
    const { sender, model, sizes } = sending({ maxRequestBytes: 200 });
    const body = bodyOf([
      operation("create", "a", { m: 1 }),
      operation("create", "big", { m: "x".repeat(300) }),
      operation("create", "b", { m: 2 }),
      operation("create", "c", { m: 3 }),
    ]);
    const { rejected, ...counts } = await sender.send(body);
    assert.equal(counts.delivered, 3);
    assert.deepEqual(
      rejected.map(({ index, code }) => [index, code]),
      [[1, "request_too_large"]],
    );
    assert.deepEqual([...model.documents.of(STREAM).keys()].sort(), ["a", "b", "c"]);
    assert.ok(sizes.length >= 4);
  });

  it("bodies over maxBytes are cut between operations", async () => {
    const { sender, sizes, model } = sending({}, { maxBytes: 500 });
    assert.deepEqual(await sender.send(creates(50)), outcome({ delivered: 50 }));
    assert.ok(sizes.every((size) => size <= 500));
    assert.equal(model.documents.of(STREAM).size, 50);
    assert.ok(sizes.length < 20);
  });

  it("updates that meet a newer version are tried again; deletes of nothing are done", async () => {
    const { sender } = sending({ dataStreams: [] }, { ownIds: false, requireDataStream: false });
    const lines = [
      operation("index", "a", { n: 1 }),
      operation("update", "a", { doc: { n: 2 } }),
      operation("delete", "none", undefined),
      operation("update", "none", { doc: {} }),
    ];
    const { rejected, ...counts } = await sender.send(bodyOf(lines));
    assert.equal(counts.delivered, 3);
    assert.deepEqual(
      rejected.map(({ index, code }) => [index, code]),
      [[3, "document_missing_exception"]],
    );
  });

  it("waits as long as Retry-After asks", async () => {
    const { sender, clock } = sending({ script: ["status 429"], retryAfterSeconds: 7 });
    await sender.send(creates(1));
    assert.deepEqual(clock.pauses, [7000]);
  });

  it("closing ends what is on its way", async () => {
    const { sender, clock } = sending({ faults: { "status 503": 1 } });
    const sent = sender.send(creates(1));
    while (clock.pauses.length < 3) await new Promise((resolve) => setImmediate(resolve));
    await sender.close();
    await assert.rejects(sent, /closed/);
  });
});
