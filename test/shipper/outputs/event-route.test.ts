import assert from "node:assert/strict";
import { bulkBody } from "../../../src/shipper/outputs/bulk-window.ts";
import { EventRouter } from "../../../src/shipper/outputs/event-route.ts";
import { idOf, numbered, type TestEvent, windowOf } from "../windows.ts";

const TIME = "2026-11-23T10:00:00.000Z";

function linesOf(router: EventRouter, events: readonly TestEvent[]): unknown[] {
  const { bytes, ends, count } = bulkBody(windowOf(events), router);
  assert.equal(ends[count - 1], bytes.length);
  return bytes
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

function event(fields: object, metadata: object = {}, id = idOf(1)): TestEvent {
  return {
    fields: { "@timestamp": TIME, message: "m", ...fields },
    metadata: { beat: "filebeat", ...metadata, _id: id },
  };
}

describe("where events go in Elasticsearch", () => {
  const streams = new EventRouter({ index: undefined, pipeline: undefined });

  it("a data stream by default, the document without its metadata", () => {
    assert.deepEqual(linesOf(streams, [event({ a: 1 })]), [
      { create: { _index: "logs-generic-default", require_data_stream: true, _id: idOf(1) } },
      { "@timestamp": TIME, message: "m", a: 1 },
    ]);
  });

  const named: {
    name: string;
    router: EventRouter;
    event: TestEvent;
    index: string;
    isStream?: true;
    pipeline?: string;
  }[] = [
    {
      name: "the data stream of the event",
      router: streams,
      event: event({ data_stream: { type: "metrics", dataset: "Nginx.access", namespace: "prod" }, host: {} }),
      index: "metrics-nginx.access-prod",
      isStream: true,
    },
    {
      name: "the dataset alone",
      router: streams,
      event: event({ data_stream: { dataset: "x" } }),
      index: "logs-x-default",
      isStream: true,
    },
    {
      name: "a field with a dot in its name",
      router: streams,
      event: event({ "data_stream.dataset": "dotted" }),
      index: "logs-dotted-default",
      isStream: true,
    },
    {
      name: "not a message that looks like one",
      router: streams,
      event: event({ message: '{"data_stream":{"dataset":"no"}}' }),
      index: "logs-generic-default",
      isStream: true,
    },
    {
      name: "not a field of the same name further down",
      router: streams,
      event: event({ fields: { data_stream: { dataset: "no" } } }),
      index: "logs-generic-default",
      isStream: true,
    },
    {
      name: "raw_index before everything",
      router: new EventRouter({ index: "other", pipeline: undefined }),
      event: event({ data_stream: { dataset: "x" } }, { raw_index: "mine-2026" }),
      index: "mine-2026",
    },
    {
      name: "index of the metadata, with the day",
      router: new EventRouter({ index: "other", pipeline: undefined }),
      event: event({}, { index: "Mine" }),
      index: "mine-2026.11.23",
    },
    {
      name: "the output's index, with the event's day and a field",
      router: new EventRouter({ index: "Filebeat-%{[agent][version]}-%{+yyyy.MM.dd}", pipeline: "all" }),
      event: event({ agent: { version: "9.1" } }),
      index: "filebeat-9.1-2026.11.23",
      pipeline: "all",
    },
    {
      name: "the event's pipeline before the output's",
      router: new EventRouter({ index: "i", pipeline: "all" }),
      event: event({}, { pipeline: "own" }),
      index: "i",
      pipeline: "own",
    },
  ];
  for (const { name, router, event: given, index, isStream, pipeline } of named) {
    it(name, () => {
      // Twice, since the second time it is remembered.
      const [first, , second] = linesOf(router, [given, given]);
      assert.deepEqual(first, {
        create: {
          _index: index,
          ...(isStream ? { require_data_stream: true } : {}),
          ...(pipeline === undefined ? {} : { pipeline }),
          _id: idOf(1),
        },
      });
      assert.deepEqual(second, first);
    });
  }

  it("ids of any form, and none", () => {
    const odd = { fields: { message: "m" }, metadata: { _id: 'my "id"', beat: "filebeat" } };
    const [first, , second] = linesOf(streams, [odd, { fields: { message: "m" }, metadata: { beat: "filebeat" } }]);
    assert.deepEqual(first, { create: { _index: "logs-generic-default", require_data_stream: true, _id: 'my "id"' } });
    assert.deepEqual(second, { create: { _index: "logs-generic-default", require_data_stream: true } });
  });

  it("events that look alike but for what decides", () => {
    const daily = new EventRouter({ index: "d-%{+yyyy.MM.dd}", pipeline: undefined });
    const day = (date: string): TestEvent => event({ "@timestamp": `${date}T10:00:00.000Z` });
    const found = linesOf(daily, [day("2026-11-23"), day("2026-11-23"), day("2026-11-24"), day("2026-11-23")]);
    assert.deepEqual(
      found.filter((_line, i) => i % 2 === 0).map((line) => (line as { create: { _index: string } }).create._index),
      ["d-2026.11.23", "d-2026.11.23", "d-2026.11.24", "d-2026.11.23"],
    );
    const kept = event({ data_stream: { dataset: "a" } });
    const mixed = linesOf(streams, [
      event({}),
      kept,
      event({ fields: { data_stream: { dataset: "a" } } }),
      event({ data_stream: { dataset: "b" } }),
      kept,
      event({}, { raw_index: "r" }),
      event({}),
    ]);
    assert.deepEqual(
      mixed.filter((_line, i) => i % 2 === 0).map((line) => (line as { create: { _index: string } }).create._index),
      [
        "logs-generic-default",
        "logs-a-default",
        "logs-generic-default",
        "logs-b-default",
        "logs-a-default",
        "r",
        "logs-generic-default",
      ],
    );
  });

  it("fifty characters at the end that are no id of ours are read, not copied", () => {
    const id = `${"x".repeat(20)}","routing":"${"y".repeat(17)}`;
    assert.equal(id.length, 50);
    const window = windowOf([{ fields: { message: "m" }, metadata: { _id: "x".repeat(20), routing: "y".repeat(17) } }]);
    const line = bulkBody(window, streams).bytes.toString().split("\n")[0] as string;
    assert.deepEqual(JSON.parse(line), {
      create: { _index: "logs-generic-default", require_data_stream: true, _id: "x".repeat(20) },
    });
  });

  it("sources that take turns keep their own, and remembering is bounded", () => {
    for (let i = 0; i < 3000; i++) {
      const [action] = linesOf(streams, [event({ data_stream: { dataset: `set${i}` } })]) as [
        { create: { _index: string } },
      ];
      assert.equal(action.create._index, `logs-set${i}-default`);
    }
    const body = bulkBody(numbered(0, 2), streams);
    assert.equal(body.count, 2);
  });
});
