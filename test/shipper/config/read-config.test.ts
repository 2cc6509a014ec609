import assert from "node:assert/strict";
import { DiagnosticCollector } from "../../../src/diagnostics/diagnostic.ts";
import { lineColumn } from "../../../src/diagnostics/source.ts";
import type { FileInput, ShipperConfig } from "../../../src/shipper/config/config.ts";
import { readShipperConfig } from "../../../src/shipper/config/read-config.ts";

interface Read {
  readonly config: ShipperConfig;
  /** `LINE CODE message`, errors and warnings. */
  readonly errors: string[];
  readonly warnings: string[];
}

function read(text: string, included: Readonly<Record<string, string>> = {}): Read {
  const found = new DiagnosticCollector();
  const config = readShipperConfig({ name: "/etc/filebeat/filebeat.yml", text }, found, (pattern) =>
    Object.entries(included).map(([name, content]) => ({ name: `${pattern}/${name}`, text: content })),
  );
  const said = (severity: string): string[] =>
    found
      .sorted()
      .filter((one) => one.severity === severity)
      .map(({ code, message, span }) => {
        const line = span === undefined ? "-" : lineColumn(span.source, span.start).line;
        return `${line} ${code} ${message}`;
      });
  return { config, errors: said("error"), warnings: said("warning") };
}

const OUTPUT = 'output.logstash.hosts: ["127.0.0.1:5044"]\n';
const INPUT = "filebeat.inputs: [{ type: filestream, id: a, paths: [/var/log/a.log] }]\n";

function input(settings: string): FileInput {
  const { config, errors } = read(
    `filebeat.inputs:\n- type: filestream\n  id: a\n  paths: [/l/*.log]\n${settings}\n${OUTPUT}`,
  );
  assert.deepEqual(errors, []);
  return config.inputs[0] as FileInput;
}

/** What the files that come with Filebeat set, for inputs of type log (7) and filestream (7, 8, 9). */
const stock = (type: string, more: string, output: string): string => `
filebeat.inputs:
- type: ${type}
${more}
  enabled: false
  paths:
    - /var/log/*.log
filebeat.config.modules:
  path: \${path.config}/modules.d/*.yml
  reload.enabled: false
setup.template.settings:
  index.number_of_shards: 1
setup.kibana:
output.elasticsearch:
  hosts: ["localhost:9200"]
${output}
processors:
  - add_host_metadata:
      when.not.contains.tags: forwarded
  - add_cloud_metadata: ~
  - add_docker_metadata: ~
  - add_kubernetes_metadata: ~
`;

describe("the shipper's configuration", () => {
  for (const [version, text] of [
    ["7", stock("log", "", "")],
    ["7.17", stock("filestream", "  id: my-filestream-id", "")],
    ["8 and 9", stock("filestream", "  id: my-filestream-id", "  preset: balanced")],
  ] as const)
    it(`reads what Filebeat ${version} comes with: no error, and what has no effect is explained`, () => {
      const { config, errors, warnings } = read(text);
      assert.deepEqual(errors, []);
      assert.equal(config.output.kind, "elasticsearch");
      assert.equal(config.processors.length, 4);
      assert.match(warnings.join("\n"), /3 SHIP004 no input is enabled, nothing will be read/);
      assert.match(warnings.join("\n"), /SHIP005 "filebeat.config.modules.path" has no effect/);
      assert.match(warnings.join("\n"), /SHIP005 "setup.template.settings.index.number_of_shards" has no effect/);
    });

  it("has Filebeat's defaults", () => {
    const file = input("");
    assert.deepEqual(
      [file.closeInactiveMs, file.closeRemoved, file.closeRenamed, file.messageMaxBytes, file.scanMs, file.symlinks],
      [300_000, true, false, 10 * 2 ** 20, 10_000, false],
    );
    const { config } = read(INPUT + OUTPUT);
    assert.equal(config.output.kind, "logstash");
    if (config.output.kind !== "logstash") return;
    const { compressionLevel, bulkMaxSize, pipelining, timeoutMs, loadbalance, tls } = config.output;
    assert.deepEqual(
      [compressionLevel, bulkMaxSize, pipelining, timeoutMs, loadbalance, tls],
      [3, 2048, 2, 30_000, false, undefined],
    );
    assert.deepEqual([config.spool, config.http.host, config.http.from], [undefined, "127.0.0.1", 5066]);
  });

  it("reads nested and dotted names, and the older ones of the log input", () => {
    const nested = input(
      "  close: { on_state_change: { inactive: 1m, renamed: true }, reader.on_eof: true }\n  prospector: { scanner: { exclude_files: ['\\.bak$'], symlinks: true } }",
    );
    assert.deepEqual(
      [nested.closeInactiveMs, nested.closeRenamed, nested.closeOnEof, nested.symlinks],
      [60_000, true, true, true],
    );
    assert.ok(nested.excludeFiles[0]?.test("/l/a.bak"));
    const { config, errors } = read(
      `filebeat.inputs:\n- type: log\n  paths: [/l/a]\n  close_inactive: 2m\n  scan_frequency: 3s\n  exclude_files: [x]\n  max_bytes: 1024\n  tail_files: true\n  json.message_key: m\n  multiline: { pattern: '^ ', match: after }\n${OUTPUT}`,
    );
    assert.deepEqual(errors, []);
    const old = config.inputs[0] as FileInput;
    assert.deepEqual(
      [old.closeInactiveMs, old.scanMs, old.messageMaxBytes, old.readFrom],
      [120_000, 3000, 1024, "end"],
    );
    assert.deepEqual(
      old.parsers.map(({ kind }) => kind),
      ["ndjson", "multiline"],
    );
  });

  it("reads parsers in their order", () => {
    const { parsers } = input(
      "  parsers:\n  - container: { stream: stderr }\n  - ndjson: { target: app, message_key: log }\n  - multiline: { type: stacktrace }\n  - syslog: ~\n  - include_message.patterns: [ERR]",
    );
    assert.deepEqual(
      parsers.map(({ kind }) => kind),
      ["container", "ndjson", "multiline", "syslog", "include_message"],
    );
    assert.deepEqual(parsers[0], { kind: "container", stream: "stderr", format: "auto" });
  });

  it("reads inputs of other kinds, and outputs", () => {
    const { config, errors } = read(`
filebeat.inputs:
- { type: journald, id: j, seek: since, since: -2h, units: [ssh.service] }
- { type: syslog, id: s, protocol.tcp: { host: "localhost:9000", ssl: { enabled: true, certificate: /c.pem, key: /k.pem } }, format: rfc5424 }
- { type: udp, id: u, host: ":9001", max_message_size: 10KiB }
- { type: stdin, id: i }
- { type: system, id: m, metricsets: [cpu, memory], period: 30s }
output.elasticsearch: { hosts: [es1, "https://es2/path"], protocol: https, api_key: "id:key", index: "x-%{+yyyy}", ssl.verification_mode: none }
queue.disk: { max_size: 1GB }
logging: { level: warning, to_files: true, files: { path: /var/log/antler, keepfiles: 3 } }
path.data: /var/lib/antler
name: web-1
`);
    assert.deepEqual(errors, []);
    const [journal, syslog, udp, , system] = config.inputs;
    assert.ok(journal?.kind === "journald" && journal.sinceMs === 7_200_000);
    assert.ok(syslog?.kind === "listen" && syslog.protocol === "tcp" && syslog.tls?.certificate === "/c.pem");
    assert.ok(udp?.kind === "listen" && udp.host === "0.0.0.0" && udp.port === 9001 && udp.maxMessageBytes === 10_240);
    assert.ok(system?.kind === "system" && system.periodMs === 30_000);
    assert.ok(config.output.kind === "elasticsearch");
    assert.deepEqual(config.output.hosts, ["https://es1:9200", "https://es2:9200/path"]);
    assert.equal(config.spool?.maxBytes, 1e9);
    assert.deepEqual([config.logging.level, config.logging.files?.keep, config.name], ["warn", 3, "web-1"]);
  });

  it("reads inputs from other files", () => {
    const { config, errors } = read(`filebeat.config.inputs: { enabled: true, path: inputs.d/*.yml }\n${OUTPUT}`, {
      "a.yml": "- { type: filestream, id: a, paths: [/a] }\n",
      "b.yml": "- { type: filestream, id: b, paths: [/b] }\n- { type: filestream, id: c, enabled: false }\n",
    });
    assert.deepEqual(errors, []);
    assert.deepEqual(
      config.inputs.map(({ id }) => id),
      ["a", "b"],
    );
  });

  it("replaces variables", () => {
    process.env["ANTLER_TEST_HOST"] = "10.0.0.1:5045";
    const { config, errors } = read(
      `${INPUT}output.logstash: { hosts: ["\${ANTLER_TEST_HOST}"], compression_level: "\${ANTLER_TEST_NO:7}" }`,
    );
    delete process.env["ANTLER_TEST_HOST"];
    assert.deepEqual(errors, []);
    assert.ok(config.output.kind === "logstash");
    assert.deepEqual([config.output.hosts, config.output.compressionLevel], [[{ host: "10.0.0.1", port: 5045 }], 7]);
    const unset = read(`${INPUT}output.logstash.hosts: ["\${ANTLER_TEST_NO:?the receiver}"]`);
    assert.ok(unset.errors.includes("2 CONF007 the environment variable ANTLER_TEST_NO is not set: the receiver"));
  });

  const wrong: readonly (readonly [string, string, string | RegExp])[] = [
    [
      "an unknown setting of an input",
      "filebeat.inputs:\n- type: filestream\n  id: a\n  path: [/a]\n",
      /^4 SHIP002 unknown setting "path"$/m,
    ],
    [
      "an unknown setting of an output",
      `${INPUT}output.logstash: { hosts: [a], compresion_level: 1 }\n`,
      '2 SHIP002 unknown setting "output.logstash.compresion_level"',
    ],
    [
      "a type of input that there is not",
      "filebeat.inputs:\n- { type: kafka, id: a }\n",
      '2 SHIP003 there is no input of type "kafka"',
    ],
    [
      "an output that there is not",
      `${INPUT}output.kafka.hosts: [a]\n`,
      /^2 SHIP002 "output.kafka.hosts" is not supported$/m,
    ],
    ["two outputs", `${INPUT}${OUTPUT}output.console: {}\n`, "3 SHIP003 more than one output is enabled"],
    ["no output", INPUT, "- SHIP004 there is no output"],
    [
      "a wrong duration",
      "filebeat.inputs:\n- type: filestream\n  id: a\n  paths: [/a]\n  ignore_older: soon\n",
      "5 SHIP003 ignore_older must be a time such as 10s or 5m",
    ],
    [
      "a wrong expression",
      "filebeat.inputs:\n- type: filestream\n  id: a\n  paths: [/a]\n  exclude_lines: ['(']\n",
      /^5 CONF008 /m,
    ],
    [
      "a path that is not absolute",
      "filebeat.inputs:\n- { type: filestream, id: a, paths: [a.log] }\n",
      /^2 SHIP003 "a.log" is not an absolute path$/m,
    ],
    [
      "two inputs of one id",
      "filebeat.inputs:\n- { type: filestream, id: a, paths: [/a] }\n- { type: filestream, id: a, paths: [/b] }\n",
      /two inputs have the id "a"/,
    ],
    [
      "multiline without a pattern",
      "filebeat.inputs:\n- { type: filestream, id: a, paths: [/a], parsers: [{ multiline: { match: after } }] }\n",
      /SHIP004 multiline needs a pattern/,
    ],
    [
      "a parser that there is not",
      "filebeat.inputs:\n- { type: filestream, id: a, paths: [/a], parsers: [{ xml: {} }] }\n",
      /SHIP002 this parser is not known/,
    ],
    [
      "clean_inactive that would read again",
      "filebeat.inputs:\n- { type: filestream, id: a, paths: [/a], clean_inactive: 1h }\n",
      /clean_inactive must be longer than ignore_older/,
    ],
    ["YAML that is none", "filebeat.inputs: [\n", /SHIP001/],
  ];
  for (const [name, text, expected] of wrong)
    it(`names ${name}`, () => {
      const complete = text.includes("output.") || name === "no output" ? text : text + OUTPUT;
      const { errors } = read(complete);
      if (typeof expected === "string") assert.ok(errors.includes(expected), errors.join("\n"));
      else assert.match(errors.join("\n"), expected);
    });

  it("refuses an input that reads what the shipper writes", () => {
    const { errors } = read(
      "filebeat.inputs: [{ type: filestream, id: a, paths: [/var/log/**/*] }]\noutput.file.path: /var/log/out\n",
    );
    assert.match(errors.join("\n"), /SHIP006 the input a would read what the shipper writes/);
    const data = read(
      `filebeat.inputs: [{ type: filestream, id: a, paths: [/data/*/*.json] }]\npath.data: /data\n${OUTPUT}`,
    );
    assert.match(data.errors.join("\n"), /SHIP006/);
  });

  it("says no secret", () => {
    const { errors, warnings } = read(
      `${INPUT}output.elasticsearch: { hosts: ["http://me:s3cret@es:x"], password: [s3cret], api_key: { a: s3cret } }\n`,
    );
    assert.ok(errors.length > 0);
    assert.doesNotMatch([...errors, ...warnings].join("\n"), /s3cret/);
  });
});
