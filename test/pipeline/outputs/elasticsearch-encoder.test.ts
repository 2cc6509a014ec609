import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import type { EcsMode } from "../../../src/plugin/definitions.ts";
import { newEvent } from "../../support/run-codec.ts";
import { encodeBatch, findOutput, IDENTITY, outputEncoder } from "../../support/run-output.ts";

const TIME = '"@timestamp":"2026-11-22T12:00:00.000Z"';

/** The NDJSON of events, as text. */
function bulk(config: string, events: readonly StoredTree[], ecs: EcsMode = "v8"): string {
  const made = events.map((fields, i) => newEvent(i, structuredClone(fields)));
  return encodeBatch(outputEncoder(`elasticsearch { ${config} }`, ecs), made).bytes.toString("utf8");
}

describe("elasticsearch output: bulk bodies for data streams", () => {
  const action = (stream: string): string => `{"create":{"_index":"${stream}","_id":"${IDENTITY}"}}\n`;

  it("create documents under the event's identity, and name the stream in them", () => {
    const usual = '"data_stream":{"type":"logs","dataset":"generic","namespace":"default"}';
    assert.equal(
      bulk("", [{ message: 'a"b\n' }, { n: 1 }]),
      `${action("logs-generic-default")}{"message":"a\\"b\\n",${TIME},${usual}}\n` +
        `${action("logs-generic-default")}{"n":1,${TIME},${usual}}\n`,
    );
  });

  it("take the stream from the options", () => {
    const config =
      'data_stream_type => "metrics" data_stream_dataset => "nginx.access" data_stream_namespace => "prod"';
    assert.equal(
      bulk(config, [{}]),
      `${action("metrics-nginx.access-prod")}{${TIME},"data_stream":{"type":"metrics","dataset":"nginx.access","namespace":"prod"}}\n`,
    );
  });

  it("take it from the event's fields, made safe, in part or whole", () => {
    const route = (data_stream: StoredTree, config = ""): string[] => bulk(config, [{ data_stream }]).split("\n");
    assert.deepEqual(route({ dataset: "My-App", namespace: "team a" }), [
      action("logs-my_app-team_a").trimEnd(),
      `{"data_stream":{"dataset":"my_app","namespace":"team_a","type":"logs"},${TIME}}`,
      "",
    ]);
    assert.deepEqual(route({ type: "", dataset: 5, namespace: "x" }), [
      action("logs-generic-x").trimEnd(),
      `{"data_stream":{"type":"logs","dataset":"generic","namespace":"x"},${TIME}}`,
      "",
    ]);
    assert.match(route({ dataset: "mine" }, "data_stream_auto_routing => false")[0] ?? "", /"logs-generic-default"/);
  });

  it("leave the fields alone when told so", () => {
    const config = "data_stream_sync_fields => false";
    assert.equal(bulk(config, [{ a: 1 }]), `${action("logs-generic-default")}{"a":1,${TIME}}\n`);
    assert.equal(
      bulk(config, [{ data_stream: { dataset: "My-App" } }]),
      `${action("logs-my_app-default")}{"data_stream":{"dataset":"My-App"},${TIME}}\n`,
    );
  });

  it("put a data_stream that is no object in its place", () => {
    const [first, document] = bulk("", [{ data_stream: "text" }]).split("\n");
    assert.equal(first, action("logs-generic-default").trimEnd());
    assert.match(document ?? "", /"data_stream":\{"type":"logs","dataset":"generic","namespace":"default"\}/);
  });

  it("never have metadata in them", () => {
    const event = newEvent(0, { a: 1 });
    event.metadata = { secret: "x" };
    const { bytes } = encodeBatch(outputEncoder("elasticsearch { }"), [event]);
    assert.doesNotMatch(bytes.toString(), /secret|@metadata/);
  });
});

describe("elasticsearch output: bulk bodies for indices", () => {
  it("create documents under the event's identity, in an index by fields and time", () => {
    assert.equal(
      bulk('index => "web-%{kind}-%{+YYYY.MM.dd}"', [{ kind: 'a"b' }, { kind: "c" }]),
      `{"create":{"_index":"web-a\\"b-2026.11.22","_id":"${IDENTITY}"}}\n{"kind":"a\\"b",${TIME}}\n` +
        `{"create":{"_index":"web-c-2026.11.22","_id":"${IDENTITY}"}}\n{"kind":"c",${TIME}}\n`,
    );
  });

  it("go to Logstash's index when none is given, by ECS mode", () => {
    assert.match(bulk("", [{}], "disabled"), /^\{"create":\{"_index":"logstash-2026\.11\.22"/);
    assert.match(bulk('data_stream => "false"', [{}]), /^\{"create":\{"_index":"ecs-logstash-2026\.11\.22"/);
  });

  const variants: readonly [string, string][] = [
    ["", `{"index":{"_index":"web","_id":"k\\"1"}}\n{"id":"k\\"1",${TIME}}\n`],
    ['action => "create"', `{"create":{"_index":"web","_id":"k\\"1"}}\n{"id":"k\\"1",${TIME}}\n`],
    ['action => "update"', `{"update":{"_index":"web","_id":"k\\"1"}}\n{"doc":{"id":"k\\"1",${TIME}}}\n`],
    ['action => "delete"', '{"delete":{"_index":"web","_id":"k\\"1"}}\n'],
  ];
  for (const [action, expected] of variants) {
    it(`with the user's own id and ${action || "no action"}`, () => {
      assert.equal(bulk(`index => "web" document_id => "%{id}" ${action}`, [{ id: 'k"1' }]), expected);
    });
  }

  it("take the action from the event; one that there is not is the event's error", () => {
    const config = 'index => "web" document_id => "1" action => "%{verb}"';
    assert.equal(bulk(config, [{ verb: "delete" }]), '{"delete":{"_index":"web","_id":"1"}}\n');
    assert.throws(() => bulk(config, [{ verb: "explode" }]), /there is no action "explode"/);
    assert.throws(() => bulk('index => "web" action => "%{verb}"', [{ verb: "delete" }]), /delete needs document_id/);
  });

  for (const [config, option] of [
    ['data_stream => "true" index => "web"', "index"],
    ['data_stream => "true" action => "index"', "action"],
    ['index => "web" action => "explode"', "action"],
    ['index => "web" action => "delete"', "action"],
    ['user => "a" password => "b" api_key => "c"', "api_key"],
  ] as const) {
    it(`are not made of options that do not go together: ${config}`, () => {
      assert.throws(() => findOutput(`elasticsearch { ${config} }`), new RegExp(`CONF016[^]*${option}`));
    });
  }
});
