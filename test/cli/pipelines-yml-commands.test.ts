import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../support/run-antler.ts";

const SHIPPED = "pipelines";

describe("antler pipeline --path.settings", function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-settings-"));
    const out = (name: string): string =>
      `output { file { path => "${join(folder, name)}" codec => line { format => "%{message} %{by}" } } }`;
    writeFileSync(
      join(folder, "pipelines.yml"),
      `- pipeline.id: in
  config.string: 'input { stdin { } } output { pipeline { send_to => ["out"] } }'
- pipeline.id: out
  path.config: out.conf
- pipeline.id: alone
  config.string: 'input { generator { count => 2 message => "made" add_field => { "by" => "alone" } } } ${out("alone.txt")}'
`,
    );
    writeFileSync(
      join(folder, "out.conf"),
      `input { pipeline { address => "out" } } filter { mutate { add_field => { "by" => "out" } } } output { stdout { codec => line { format => "%{message} %{by}" } } }`,
    );
    writeFileSync(join(folder, "logstash.yml"), "path.data: data\npipeline.workers: 1\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("runs joined pipelines and those that stand alone, in one process", async () => {
    const { code, stdout, stderr } = await runAntler(["pipeline", "--path.settings", folder], "one\ntwo\n");
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "one out\ntwo out\n");
    const ended = JSON.parse(stderr.trimEnd().split("\n").at(-1) as string) as {
      totals: Record<string, number>;
      imbalance: number;
    };
    assert.deepEqual([ended.totals["read"], ended.totals["delivered"], ended.imbalance], [4, 4, 0]);
    assert.ok(
      readdirSync(join(folder, "data", "pipeline")).length === 1,
      "path.data of logstash.yml, relative to the folder",
    );
    assert.ok(readdirSync(folder).includes("alone.txt"));
  });

  it("is not asked when -e or -f is given, but logstash.yml is", async () => {
    const config = 'input { stdin { } } output { stdout { codec => line { format => "<%{message}>" } } }';
    const { code, stdout, stderr } = await runAntler(["pipeline", "--path.settings", folder, "-e", config], "x\n");
    assert.deepEqual([code, stdout], [0, "<x>\n"], stderr);
    assert.deepEqual(readdirSync(join(folder, "data", "pipeline")), ["main"]);
  });

  it("names the pipeline that has no input, and mistakes with their file", async () => {
    writeFileSync(
      join(folder, "pipelines.yml"),
      '- pipeline.id: in\n  config.string: "input { stdin { } } output { stdout { } }"\n- pipeline.id: deaf\n  config.string: "output { stdout { } }"\n',
    );
    const deaf = await runAntler(["pipeline", "--path.settings", folder]);
    assert.equal(deaf.code, 78);
    assert.match(deaf.stderr, /error\[CONF019\]: the pipeline "deaf" has no input/);
    writeFileSync(join(folder, "pipelines.yml"), "- pipeline.id: in\n  path.confi: in.conf\n");
    const wrong = await runAntler(["pipeline", "--path.settings", folder]);
    assert.equal(wrong.code, 78);
    assert.match(wrong.stderr, /pipelines\.yml:2:3[\s\S]*did you mean "path\.config"\?/);
  });
});

describe("antler check of several pipelines", function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-check-"));
    // Together they would be a circle.
    for (const [name, next] of [
      ["a", "b"],
      ["b", "deliver"],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(
        join(folder, name, "pipeline.conf"),
        `input { pipeline { address => "${name}" } } output { pipeline { send_to => "${next}" } }`,
      );
    }
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("finds nothing in the pipelines that come with Antler", async () => {
    for (const path of [SHIPPED, `${SHIPPED}/`, join(SHIPPED, "pipelines.yml")]) {
      const { code, stdout } = await runAntler(["check", "--strict", path]);
      assert.match(stdout, /^\d+ files: nothing found\n$/);
      assert.equal(code, 0);
    }
    const one = await runAntler(["check", "--strict", join(SHIPPED, "nginx.access")]);
    assert.deepEqual([one.code, one.stdout], [0, "1 file: nothing found\n"]);
  });

  it("folders of <name>/pipeline.conf are pipelines of their own, as are such files", async () => {
    const all = await runAntler(["check", folder]);
    assert.deepEqual([all.code, all.stdout], [0, "2 files: nothing found\n"]);
    const files = await runAntler(["check", ...["a", "b"].map((name) => join(folder, name, "pipeline.conf"))]);
    assert.deepEqual([files.code, files.stdout], [0, "2 files: nothing found\n"]);
    const part = await runAntler(["check", join(folder, "a")]);
    assert.equal(part.code, 0);
    assert.match(part.stdout, /no pipeline has the address "b"/);
  });

  it("a circle over several pipelines is found", async () => {
    writeFileSync(
      join(folder, "b", "pipeline.conf"),
      'input { pipeline { address => "b" } } output { pipeline { send_to => "a" } }',
    );
    const { code, stdout } = await runAntler(["check", folder]);
    assert.equal(code, 78);
    assert.match(stdout, /CONF025/);
  });

  it("plain .conf files are one pipeline together", async () => {
    const plain = join(folder, "conf.d");
    mkdirSync(plain);
    writeFileSync(join(plain, "1.conf"), 'input { pipeline { address => "x" } }');
    writeFileSync(join(plain, "2.conf"), 'output { pipeline { send_to => "x" } }');
    const { code, stdout } = await runAntler(["check", plain]);
    assert.equal(code, 78);
    assert.match(stdout, /CONF025/);
  });

  it("shows what is wrong in pipelines.yml", async () => {
    writeFileSync(
      join(folder, "pipelines.yml"),
      "- pipeline.id: a\n  path.config: a/pipeline.conf\n  pipeline.worker: 3\n",
    );
    const { code, stdout } = await runAntler(["check", folder]);
    assert.equal(code, 78);
    assert.match(stdout, /pipelines\.yml:3:3[\s\S]*did you mean "pipeline\.workers"\?/);
    assert.match(stdout, /no pipeline has the address "b"/, "only those in the list");
  });
});
