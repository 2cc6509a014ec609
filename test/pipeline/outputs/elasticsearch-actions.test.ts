import assert from "node:assert/strict";
import type { StoredTree } from "../../../src/event/value.ts";
import { newEvent } from "../../support/run-codec.ts";
import { encodeBatch, findOutput, IDENTITY, outputEncoder } from "../../support/run-output.ts";

const TIME = '"@timestamp":"2026-11-22T12:00:00.000Z"';

function bulk(config: string, fields: StoredTree): string {
  const event = newEvent(0, structuredClone(fields));
  return encodeBatch(outputEncoder(`elasticsearch { ${config} }`), [event]).bytes.toString("utf8");
}

const UPDATE = 'index => "web" document_id => "1" action => "update"';
const HEAD = '{"update":{"_index":"web","_id":"1"}}\n';
const DOC = `{"n":1,${TIME}}`;

describe("elasticsearch output: updates", () => {
  const bodies: readonly [string, string][] = [
    ["doc_as_upsert => true", `{"doc":${DOC},"doc_as_upsert":true}`],
    [`upsert => '{"n": "%{n}"}'`, `{"doc":${DOC},"upsert":{"n":"1"}}`],
    ['script => "s"', `{"script":{"source":"s","lang":"painless","params":{"event":${DOC}}}}`],
    [
      'script => "s" script_lang => "" script_var_name => "e" scripted_upsert => true',
      `{"script":{"source":"s","params":{"e":${DOC}}},"scripted_upsert":true,"upsert":{}}`,
    ],
    [
      'script => "mine" script_type => "indexed" doc_as_upsert => true',
      `{"script":{"id":"mine","params":{"event":${DOC}}},"upsert":${DOC}}`,
    ],
    [
      `script => "s" upsert => '{"a":1}'`,
      `{"script":{"source":"s","lang":"painless","params":{"event":${DOC}}},"upsert":{"a":1}}`,
    ],
  ];
  for (const [config, body] of bodies) {
    it(config, () => assert.equal(bulk(`${UPDATE} ${config}`, { n: 1 }), `${HEAD}${body}\n`));
  }

  it("ask Elasticsearch to try again, which no other action does", () => {
    const config = 'index => "web" document_id => "1" action => "%{verb}" retry_on_conflict => 5';
    assert.match(bulk(config, { verb: "update" }), /"_id":"1","retry_on_conflict":5\}\}/);
    assert.match(bulk(config, { verb: "index" }), /"_id":"1"\}\}/);
  });
});

describe("elasticsearch output: versions, routing, parents, aliases, time series", () => {
  it("write the version as the number that it is", () => {
    const config = 'index => "web" document_id => "1" version => "%{v}" version_type => "external"';
    assert.match(
      bulk(config, { v: "900719925474099312" }),
      /"version":900719925474099312,"version_type":"external"\}\}/,
    );
    for (const v of ["-1", "1.5", "x", "9".repeat(19)]) assert.throws(() => bulk(config, { v }), /no whole number/);
    assert.throws(() => bulk(config, {}), /version "%\{v\}" needs the field v/);
    assert.throws(() => bulk(`${config} action => "%{verb}"`, { v: 1, verb: "update" }), /no version with the action/);
  });

  it("make children of a join field, routed to their parent", () => {
    const config = 'index => "web" document_id => "1" join_field => "rel" parent => "%{p}" routing => "elsewhere"';
    assert.equal(
      bulk(config, { rel: "answer", p: "q1" }),
      `{"index":{"_index":"web","_id":"1","routing":"q1"}}\n{"rel":{"name":"answer","parent":"q1"},"p":"q1",${TIME}}\n`,
    );
    assert.throws(() => bulk(config, { p: "q1" }), /no name of a relation/);
  });

  it("write to an alias that must be there", () => {
    const action = (alias: string): string =>
      `{"create":{"_index":"${alias}","_id":"${IDENTITY}","require_alias":true}}`;
    assert.equal(bulk('ilm_rollover_alias => "web"', {}).split("\n")[0], action("web"));
    assert.equal(bulk('ilm_enabled => "true"', {}).split("\n")[0], action("ecs-logstash"));
    assert.match(bulk('ilm_enabled => "false"', {}), /"_index":"ecs-logstash-2026\.11\.22","_id":"i+"\}\}/);
  });

  it("give a time series no ids", () => {
    const [action] = bulk('time_series => true data_stream_type => "metrics" pipeline => "p"', {}).split("\n");
    assert.equal(action, '{"create":{"_index":"metrics-generic-default","pipeline":"p"}}');
    assert.equal(bulk("time_series => true", {}).split("\n")[0], '{"create":{"_index":"logs-generic-default"}}');
  });
});

describe("elasticsearch output: what Elasticsearch would refuse a whole request for is the event's error", () => {
  for (const [config, fields, reason] of [
    ['index => "web-%{[a][b]}"', {}, /index "web-%\{\[a\]\[b\]\}" needs the field \[a\]\[b\]/],
    ['index => "%{x}"', { x: "" }, /index "%\{x\}" is empty/],
    ['index => "web" document_id => "%{x}"', {}, /document_id "%\{x\}" needs the field x/],
    ['index => "web" document_id => "%{x}"', { x: "" }, /is empty/],
    ['index => "web" document_id => "%{x}"', { x: "é".repeat(257) }, /514 bytes long; Elasticsearch takes 512/],
    [`${UPDATE} upsert => '{"n": %{x}}'`, { x: "}" }, /upsert is no JSON/],
    [`${UPDATE} upsert => '%{x}'`, { x: "[]" }, /upsert is no JSON object/],
    [`${UPDATE} script => "%{x}"`, {}, /needs the field x/],
  ] as const) {
    it(`${config} ${JSON.stringify(fields).slice(0, 40)}`, () => assert.throws(() => bulk(config, fields), reason));
  }

  it("but a text that only looks like a place is a text", () => {
    assert.match(bulk('index => "web" document_id => "%{x}"', { x: "100%{y}" }), /"_id":"100%\{y\}"/);
  });
});

describe("elasticsearch output: options that do not go together", () => {
  const id = 'index => "web" document_id => "1"';
  for (const [config, option, help] of [
    [`${id} action => "updat"`, "action", 'did you mean "update"'],
    ['data_stream => "true" action => "delete"', "action", "create only"],
    ['data_stream => "true" upsert => "{}"', "upsert", "leave out one"],
    ['data_stream => "true" version => "1"', "version", "leave out one"],
    ['data_stream_dataset => "Nginx Access"', "data_stream_dataset", '"nginx_access" would do'],
    ['index => "web" data_stream_dataset => "x"', "data_stream_dataset", "data_stream => true"],
    ['index => "web" time_series => true', "time_series", "not to a data stream"],
    [`${id} version => "1"`, "version", "external"],
    [`${id} version => "1" version_type => "externl"`, "version_type", 'did you mean "external"'],
    [`${id} version => "1" version_type => "external" action => "update"`, "version", "use index"],
    ['index => "web" version => "1" version_type => "external"', "version", "needs document_id"],
    [`${UPDATE} script => "s" scripted_upsert => true doc_as_upsert => true`, "scripted_upsert", "exclude"],
    [`${UPDATE} scripted_upsert => true`, "scripted_upsert", "needs script"],
    [`${UPDATE} script => "s" script_type => "file"`, "script_type", "indexed"],
    [`${UPDATE} upsert => "{"`, "upsert", "no JSON"],
    ['index => "web" parent => "1"', "parent", "join_field"],
    ['cloud_auth => "a:b" api_key => "c"', "api_key", "exclude"],
    ['cloud_id => "x:eA==" hosts => ["a"]', "cloud_id", "exclude"],
    ['bulk_path => "/proxy"', "bulk_path", "end with /_bulk"],
    ['parameters => { "filter_path" => "x" }', "parameters", "filter_path"],
  ] as const) {
    it(config, () => {
      assert.throws(
        () => findOutput(`elasticsearch { ${config} }`),
        (error: Error) => {
          assert.match(error.message, new RegExp(`CONF016[^]*${option}`));
          assert.ok(error.message.includes(help), error.message);
          return true;
        },
      );
    });
  }
});
