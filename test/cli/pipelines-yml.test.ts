import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { SHIPPED_PIPELINES } from "../../src/cli/pipeline-folder.ts";
import { type CommandLineSettings, type PipelineSet, readSettingsFolder } from "../../src/cli/pipelines-yml.ts";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";
import { lineColumn } from "../../src/diagnostics/source.ts";
import { resolveGroup } from "../../src/pipeline/compile/resolve-group.ts";

const CONF = "input { generator { } } output { null { } }";

describe("pipelines.yml", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler (yml)-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  }

  function read(given: CommandLineSettings = {}): { set: PipelineSet; findings: string[] } {
    const found = new DiagnosticCollector();
    const set = readSettingsFolder(folder, given, found, "start");
    const findings = found.sorted().map(({ code, severity, message, span, help }) => {
      const place =
        span === undefined ? "-" : `${basename(span.source.name)}:${lineColumn(span.source, span.start).line}`;
      return [code, severity, place, message.replaceAll(folder, "DIR"), help ?? ""].join(" | ");
    });
    return { set, findings };
  }

  it("pipelines come from files, folders and globs beside it, and from texts", () => {
    write({
      "pipelines.yml": `
- pipeline.id: one
  path.config: "one.conf"
- pipeline:
    id: two
    ecs_compatibility: disabled
  path.config: conf.d
  config.support_escapes: true
- pipeline.id: three
  path.config: "./conf.d/*{1,3}.conf"
- pipeline.id: 4
  config.string: 'input { beats { port => "\${PORT:5044}" } } output { null { } }'
- pipeline.id: five
  path.config: ${JSON.stringify(join(folder, "one.conf"))}
`,
      "one.conf": CONF,
      "conf.d/1.conf": "input { stdin { } }",
      "conf.d/2.conf": "filter { }",
      "conf.d/3.conf": "output { null { } }",
      "conf.d/3.conf~": "what an editor left",
    });
    const { set, findings } = read();
    assert.deepEqual(findings, []);
    assert.deepEqual(
      set.definitions.map(({ id, ecs, supportEscapes, sources }) => [
        id,
        ecs,
        supportEscapes,
        sources.map(({ name }) => name.replace(`${folder}/`, "")),
      ]),
      [
        ["one", "v8", false, ["one.conf"]],
        ["two", "disabled", true, ["conf.d/1.conf", "conf.d/2.conf", "conf.d/3.conf"]],
        ["three", "v8", false, ["conf.d/1.conf", "conf.d/3.conf"]],
        ["4", "v8", false, ["pipelines.yml (config.string of 4)"]],
        ["five", "v8", false, ["one.conf"]],
      ],
    );
    assert.match(
      set.definitions[3]?.sources[0]?.text as string,
      /"\$\{PORT:5044\}"/,
      "left to the configuration language",
    );
    assert.equal(set.id, basename(folder));
    assert.deepEqual(
      [set.workers, set.batchSize, set.ordered, set.dataPath],
      [undefined, undefined, "auto", undefined],
    );
  });

  it("command line before pipelines.yml before logstash.yml", () => {
    write({
      "pipelines.yml":
        "- {pipeline.id: a, path.config: a.conf, pipeline.workers: 3}\n- {pipeline.id: b, path.config: a.conf}",
      "logstash.yml":
        "pipeline:\n  workers: 2\n  batch.size: 500\n  ecs_compatibility: v1\n  ordered: false\npath.data: data\nconfig.support_escapes: true\n",
      "a.conf": CONF,
    });
    const { set, findings } = read();
    assert.deepEqual([set.workers, set.batchSize, set.ordered, set.dataPath], [3, 500, "false", join(folder, "data")]);
    assert.deepEqual(
      set.definitions.map(({ ecs, supportEscapes }) => [ecs, supportEscapes]),
      [
        ["v1", true],
        ["v1", true],
      ],
    );
    assert.deepEqual(findings, [
      "CONF010 | warning | logstash.yml:2 | all pipelines share one pipeline.workers, and the largest holds: 3 | ",
    ]);
    const given = read({ id: "mine", workers: 7, batchSize: 8, ordered: "auto", ecs: "v8", supportEscapes: false });
    assert.deepEqual(given.findings, []);
    const { id, workers, batchSize, ordered, definitions } = given.set;
    assert.deepEqual([id, workers, batchSize, ordered, definitions[0]?.ecs], ["mine", 7, 8, "auto", "v8"]);
  });

  it("logstash.yml may name the only configuration", () => {
    write({
      "logstash.yml": "pipeline.id: only\npath.config: a.conf\n",
      "pipelines.yml": "- pipeline.id: other\n",
      "a.conf": CONF,
    });
    const { set, findings } = read();
    assert.deepEqual([set.id, set.definitions.map(({ id, sources }) => [id, sources.length])], ["only", [["only", 1]]]);
    assert.deepEqual(findings, [
      "CONF010 | warning | - | DIR/pipelines.yml is not read: logstash.yml names a configuration itself | ",
    ]);
  });

  it("keys without effect are warnings, unless they ask for what is so anyway", () => {
    write({
      "pipelines.yml":
        "- pipeline.id: a\n  path.config: a.conf\n  queue.checkpoint.writes: 1\n  queue.compression: speed\n- pipeline.id: b\n  path.config: a.conf\n  queue.type: memory\n  config.reload.automatic: false\n",
      "logstash.yml": "path.logs: /var/log/logstash\nhttp.port: 9600\nqueue.type: memory\napi:\n  environment: test\n",
      "a.conf": CONF,
    });
    assert.deepEqual(
      read().findings.map((line) => line.split(" | ").slice(0, 4).join(" | ")),
      [
        'CONF010 | warning | logstash.yml:1 | the setting "path.logs" has no effect',
        'CONF010 | warning | logstash.yml:2 | the setting "http.port" has no effect',
        'CONF010 | warning | logstash.yml:5 | the setting "api.environment" has no effect',
        'CONF010 | warning | pipelines.yml:3 | the setting "queue.checkpoint.writes" has no effect',
        'CONF010 | warning | pipelines.yml:4 | the setting "queue.compression" has no effect',
      ],
    );
  });

  it("queues on disk are each pipeline's own, with Logstash's settings; the command line's type is for all", () => {
    write({
      "pipelines.yml":
        "- pipeline.id: a\n  path.config: a.conf\n  queue.type: persisted\n  queue.max_bytes: 4gb\n- pipeline.id: b\n  path.config: a.conf\n  queue.type: memory\n- pipeline.id: c\n  path.config: a.conf\n",
      "logstash.yml":
        "queue.type: persisted\npath.queue: queues\nqueue:\n  page_capacity: 1mb\n  max_bytes: 2048\n  max_events: 7\n  checkpoint.acks: 0\n  checkpoint.interval: 50\n  drain: true\n",
      "a.conf": CONF,
    });
    const { set, findings } = read();
    assert.deepEqual(findings, []);
    assert.deepEqual([...set.queues.keys()], ["a", "c"]);
    assert.deepEqual(set.queues.get("a"), {
      path: join(folder, "queues"),
      settings: {
        pageCapacity: 1 << 20,
        maxEvents: 7,
        maxBytes: 4 * 1024 ** 3,
        checkpointAcks: 0,
        checkpointInterval: 50,
        drain: true,
      },
    });
    assert.equal(set.queues.get("c")?.settings.maxBytes, 2048);
    assert.equal(read({ queueType: "memory" }).set.queues.size, 0);
    assert.equal(read({ queueType: "persisted" }).set.queues.size, 3);
    write({ "logstash.yml": "queue.type: disk\nqueue.max_bytes: lots\nqueue.max_events: -1\nqueue.max_byte: 1gb\n" });
    assert.deepEqual(
      read().findings.map((line) => line.split(" | ").slice(0, 4).join(" | ")),
      [
        "CONF014 | error | logstash.yml:1 | queue.type is memory or persisted",
        "CONF014 | error | logstash.yml:2 | queue.max_bytes is a size, such as 64mb or 1gb",
        "CONF014 | error | logstash.yml:3 | queue.max_events is a whole number, or 0",
        'CONF012 | error | logstash.yml:4 | unknown setting "queue.max_byte"',
      ],
    );
  });

  it("dead letters are kept as Logstash's keys say", () => {
    const defaults = {
      enabled: true,
      maxBytes: 1024 ** 3,
      policy: "block" as const,
      retainMs: undefined,
      path: undefined,
    };
    write({ "pipelines.yml": "- pipeline.id: a\n  path.config: a.conf\n", "a.conf": CONF });
    assert.deepEqual(read(), { set: read().set, findings: [] });
    assert.deepEqual(read().set.deadLetters, defaults);
    write({
      "logstash.yml":
        "dead_letter_queue.max_bytes: 512mb\ndead_letter_queue.storage_policy: drop_older\ndead_letter_queue.flush_interval: 5000\npath.dead_letter_queue: letters\n",
      "pipelines.yml":
        "- pipeline.id: a\n  path.config: a.conf\n  dead_letter_queue.enable: true\n  dead_letter_queue.retain.age: 2d\n- pipeline.id: b\n  path.config: a.conf\n",
    });
    assert.deepEqual(read().set.deadLetters, {
      enabled: true,
      maxBytes: 512 * 1024 ** 2,
      policy: "drop_older",
      retainMs: 172_800_000,
      path: join(folder, "letters"),
    });
    assert.deepEqual(read().findings, [
      'CONF010 | warning | logstash.yml:3 | the setting "dead_letter_queue.flush_interval" has no effect | a dead letter is on disk before its record is acknowledged',
    ]);
    write({
      "logstash.yml": "dead_letter_queue:\n  max_bytes: many\n  storage_policy: drop\n  retain.age: 5\n",
      "pipelines.yml":
        "- pipeline.id: a\n  path.config: a.conf\n  dead_letter_queue.enable: true\n- pipeline.id: b\n  path.config: a.conf\n  dead_letter_queue.enable: false\n",
    });
    assert.deepEqual(
      read().findings.map((line) => line.split(" | ").slice(0, 4).join(" | ")),
      [
        "CONF014 | error | logstash.yml:2 | dead_letter_queue.max_bytes is a size, such as 64mb or 1gb",
        "CONF014 | error | logstash.yml:3 | dead_letter_queue.storage_policy is block or drop_newer or drop_older",
        "CONF014 | error | logstash.yml:4 | dead_letter_queue.retain.age is a time: 5d, 12h, 30m, 90s",
        "CONF014 | error | pipelines.yml:6 | dead_letter_queue.enable is true for one pipeline and false for another",
      ],
    );
  });

  it("a pipeline that would read its own dead letters is refused by name", () => {
    const letters = (id: string): string =>
      `input { dead_letter_queue { path => "/var/lib/antler" pipeline_id => "${id}" } } output { null { } }`;
    write({
      "pipelines.yml": "- pipeline.id: main\n  path.config: main.conf\n- pipeline.id: dlq\n  path.config: dlq.conf\n",
      "main.conf": CONF,
      "dlq.conf": letters("main"),
    });
    const circle = (): string[] => {
      const found = new DiagnosticCollector();
      resolveGroup(read().set.definitions, found, "check");
      return found.sorted().map(({ code, severity, message }) => `${severity} ${code}: ${message}`);
    };
    assert.deepEqual(circle(), []);
    write({ "dlq.conf": letters("dlq") });
    assert.deepEqual(circle(), [
      'error CONF025: events would go in a circle: the pipeline "dlq" would read the dead letters that it writes',
    ]);
  });

  it("mistakes are shown together, each with its line", () => {
    write({
      "pipelines.yml": `- pipeline.id: a
  path.confg: a.conf
- pipeline.id: a
  path.config: missing.conf
  pipeline.workers: many
- path.config: a.conf
  config.string: "${CONF}"
  pipeline.ecs_compatibility: v9
  log.level: debug
  pipeline.batch.size: 0
- just a text
- pipeline.id: e
  path.config: \${NO_SUCH_VARIABLE_HERE}/a.conf
- pipeline.id: f
  path.config: a.conf
  path.config: [a.conf]
`,
      "a.conf": CONF,
    });
    assert.deepEqual(read().findings, [
      'CONF011 | error | pipelines.yml:1 | the pipeline "a" has no configuration | path.config names its files, or config.string is its text',
      'CONF012 | error | pipelines.yml:2 | unknown setting "path.confg" | did you mean "path.config"?',
      'CONF017 | error | pipelines.yml:3 | two pipelines have the id "a" | give each a pipeline.id of its own',
      "CONF020 | error | pipelines.yml:4 | DIR/missing.conf: no such file or folder | give a file, a folder of .conf files, or a glob",
      "CONF014 | error | pipelines.yml:5 | pipeline.workers is a whole number from 1 on | ",
      "CONF016 | error | pipelines.yml:7 | path.config and config.string: one of the two | ",
      "CONF014 | error | pipelines.yml:8 | pipeline.ecs_compatibility is v8 or v1 or disabled | ",
      'CONF012 | error | pipelines.yml:9 | unknown setting "log.level" | it is a setting of the process: logstash.yml takes it',
      "CONF014 | error | pipelines.yml:10 | pipeline.batch.size is a whole number from 1 on | ",
      "CONF013 | error | pipelines.yml:11 | settings are expected, each with its name | ",
      'CONF017 | error | pipelines.yml:11 | two pipelines have the id "main" | give each a pipeline.id of its own',
      'CONF011 | error | pipelines.yml:11 | the pipeline "main" has no configuration | path.config names its files, or config.string is its text',
      "CONF007 | error | pipelines.yml:13 | the environment variable NO_SUCH_VARIABLE_HERE is not set | set it, or give a default: ${NO_SUCH_VARIABLE_HERE:default}",
      "CONF020 | error | pipelines.yml:13 | DIR/${NO_SUCH_VARIABLE_HERE}/a.conf: no such file or folder | give a file, a folder of .conf files, or a glob",
      "CONF013 | error | pipelines.yml:16 | path.config is one value | ",
    ]);
  });

  for (const [text, finding] of [
    ["", "CONF011 | error | - | there is no pipeline in DIR/pipelines.yml"],
    ["# nothing yet\n", "CONF011 | error | - | there is no pipeline in DIR/pipelines.yml"],
    ["pipeline.id: a\n", "CONF013 | error | pipelines.yml:1 | a list of pipelines is expected"],
    ["- pipeline.id: [", "SHIP001 | error | pipelines.yml:1 | "],
  ] as const) {
    it(`${JSON.stringify(text)} is no list of pipelines`, () => {
      write({ "pipelines.yml": text });
      assert.ok(
        read().findings.some((line) => line.startsWith(finding)),
        read().findings.join("\n"),
      );
    });
  }

  it("a folder without it", () => {
    const [finding] = read().findings;
    assert.match(finding as string, /^CONF020 \| error \| - \| DIR\/pipelines\.yml: ENOENT/);
  });

  it("a path that only the working folder has is explained", () => {
    write({ "pipelines.yml": "- pipeline.id: a\n  path.config: package.json\n" });
    assert.match(read().findings[0] as string, /paths are relative to .*, not to the working folder/);
  });

  it("one worker is the largest only if all say so, and order is kept for all", () => {
    const yml = (second: string): string =>
      `- {pipeline.id: a, path.config: a.conf, pipeline.workers: 1}\n- {pipeline.id: b, path.config: a.conf, ${second}}`;
    write({ "a.conf": CONF, "pipelines.yml": yml("pipeline.workers: 4") });
    assert.match(read().findings.join(), /:1 \| all pipelines share .*largest holds: 4 \| .*pipeline\.ordered: true/);
    write({ "pipelines.yml": yml("pipeline.workers: 4, pipeline.ordered: true") });
    assert.equal(read().set.ordered, "true");
    assert.match(read().findings.join(), /:2 \| pipelines whose order is kept run on one worker/);
    write({ "pipelines.yml": yml("pipeline.ordered: auto") });
    assert.deepEqual([read().set.workers, read().set.ordered, read().findings], [1, "auto", []]);
  });
});

describe("pipelines/pipelines.yml", () => {
  it("has every dataset, and what reads and delivers", () => {
    const found = new DiagnosticCollector();
    const { definitions } = readSettingsFolder(SHIPPED_PIPELINES, {}, found, "start");
    assert.deepEqual(found.sorted(), []);
    const folders = readdirSync(SHIPPED_PIPELINES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const ids = [...folders.map(({ name }) => name), "receive", "deliver"];
    assert.deepEqual(definitions.map(({ id }) => id).sort(), ids.sort());
  });
});
