import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SHIPPED_PIPELINES } from "../../src/cli/pipeline-folder.ts";
import { AntlerProcess } from "../support/antler-process.ts";
import { call, putDataStreamTemplate, realElasticsearch } from "../support/elasticsearch.ts";
import { runAntler } from "../support/run-antler.ts";

const FILTER = `filter {
  mutate {
    add_field => { "size" => "many" "took" => "7" "[user][name]" => "ann" }
    remove_field => ["event", "host", "@version"]
  }
}`;

function configuration(output: string): string {
  return `input { stdin { } }\n${FILTER}\noutput { elasticsearch { ${output} } }\n`;
}

/** Code and first line of each finding. */
function findingsIn(text: string): string[] {
  return [...text.matchAll(/^warning\[(MAP\d+)\]: (.*)$/gm)].map(([, code, message]) => `${code} ${message}`);
}

describe("antler check against mappings", function () {
  this.timeout(60_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-preflight-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  it("--templates: a folder, with its folders, and files; a warning each, so 0, and 1 with --strict", async () => {
    const path = write("app.conf", configuration('data_stream_dataset => "app"'));
    mkdirSync(join(folder, "templates", "component_templates"), { recursive: true });
    write(
      "templates/app.json",
      JSON.stringify({ index_patterns: ["logs-app-*"], data_stream: {}, composed_of: ["types"], priority: 200 }),
    );
    const types = { size: { type: "long" }, took: { type: "long" }, user: { type: "keyword" } };
    write(
      "templates/component_templates/types.json",
      JSON.stringify({ template: { mappings: { properties: types } } }),
    );
    const expected = [
      'MAP001 [size] is the text "many", and logs-app-default has size as long',
      "MAP001 [user] is an object, and logs-app-default has user as keyword",
    ];
    const whole = await runAntler(["check", path, "--templates", join(folder, "templates")]);
    assert.deepEqual(findingsIn(whole.stdout), expected);
    assert.match(whole.stdout, /app\.conf:4:20/);
    assert.equal(whole.code, 0);
    const files = ["app.json", "component_templates/types.json"].map((name) => join(folder, "templates", name));
    const strict = await runAntler(["check", "--strict", "--json", path, "--templates", ...files]);
    assert.deepEqual(
      (JSON.parse(strict.stdout) as { code: string; start: object }[]).map(({ code, start }) => ({ code, start })),
      [
        { code: "MAP001", start: { line: 4, column: 20 } },
        { code: "MAP001", start: { line: 4, column: 51 } },
      ],
    );
    assert.equal(strict.code, 1);
  });

  it("Antler's own pipelines fit the templates that antler setup makes, and what would not fit is seen", async () => {
    const templates = join(folder, "templates");
    const exported = await runAntler(["setup", "--export", templates]);
    assert.equal(exported.code, 0, exported.stderr);
    const own = await runAntler(["check", SHIPPED_PIPELINES, "--templates", templates]);
    assert.match(own.stdout, /nothing found/);
    const path = join(templates, "component_templates", "antler-ecs.json");
    const text = readFileSync(path, "utf8");
    const ecs = JSON.parse(text) as { template: { mappings: { properties: Record<string, unknown> } } };
    ecs.template.mappings.properties["nginx"] = { type: "keyword" };
    ecs.template.mappings.properties["http.response.status_code"] = { type: "ip" };
    writeFileSync(path, JSON.stringify(ecs));
    const changed = await runAntler(["check", SHIPPED_PIPELINES, "--templates", templates]);
    const said = findingsIn(changed.stdout);
    assert.ok(
      said.includes("MAP001 [nginx] is an object, and logs-nginx.access-default has nginx as keyword"),
      said.join("\n"),
    );
    const code = "[http][response][status_code] is a whole number, and";
    assert.ok(
      said.includes(`MAP001 ${code} logs-nginx.access-default has http.response.status_code as ip`),
      said.join("\n"),
    );
  });

  it("--templates with what cannot be read: said, and the rest is checked", async () => {
    const path = write("app.conf", configuration('index => "app"'));
    write("broken.json", "{");
    const { stdout, code } = await runAntler([
      "check",
      path,
      "--templates",
      join(folder, "none"),
      join(folder, "broken.json"),
    ]);
    assert.equal(findingsIn(stdout).filter((one) => one.startsWith("MAP006")).length, 3);
    assert.equal(code, 0);
  });

  it("--connect with a server that does not answer is a warning", async () => {
    const path = write("app.conf", configuration('hosts => ["127.0.0.1:1"]'));
    const { stdout, code } = await runAntler(["check", path, "--connect"]);
    assert.match(findingsIn(stdout).join("\n"), /^MAP006 the cluster does not say what it has: .*ECONNREFUSED/);
    assert.match(stdout, /app\.conf:8:10/);
    assert.equal(code, 0);
  });

  describe("and a real Elasticsearch", () => {
    let url: string;

    before(async function () {
      const found = await realElasticsearch();
      if (found === undefined) this.skip();
      else url = found;
    });

    async function check(name: string): Promise<string[]> {
      const path = write("app.conf", configuration(`hosts => ["${url}"] ${name}`));
      const { stdout, stderr } = await runAntler(["check", path, "--connect"]);
      assert.equal(stderr, "");
      return findingsIn(stdout);
    }

    it("a live index; what is said of a field is what the server says of its document", async () => {
      const properties = { size: { type: "long" }, took: { type: "byte" }, user: { type: "keyword" } };
      await call(url, "PUT", "preflight-live", { mappings: { properties } });
      assert.deepEqual(await check('index => "preflight-live"'), [
        'MAP001 [size] is the text "many", and preflight-live has size as long',
        "MAP001 [user] is an object, and preflight-live has user as keyword",
      ]);
      const add = (document: object) => call(url, "POST", "preflight-live/_doc", document);
      await assert.rejects(add({ size: "many" }), /document_parsing_exception/);
      await assert.rejects(add({ user: { name: "ann" } }), /document_parsing_exception/);
      await add({ took: "7" });
      await call(url, "DELETE", "preflight-live");
    });

    it("a data stream: its newest index, and before it is there its templates", async () => {
      await putDataStreamTemplate(url, "logs-preflight-*", { properties: { user: { type: "keyword" } } });
      const expected = ["MAP001 [user] is an object, and logs-preflight-one has user as keyword"];
      const output = 'data_stream_dataset => "preflight" data_stream_namespace => "one"';
      assert.deepEqual(await check(output), expected);
      await call(url, "PUT", "logs-preflight-one/_create/1", { "@timestamp": "2026-01-01T00:00:00Z", size: 7 });
      assert.deepEqual(await check(output), [
        'MAP001 [size] is the text "many", and logs-preflight-one has size as long',
        ...expected,
      ]);
      await call(url, "PUT", "logs-preflight-one/_mapping", { dynamic: "strict" });
      await call(url, "POST", "logs-preflight-one/_rollover");
      assert.deepEqual(await check(output), expected);
    });

    it("the limit of fields, exactly where the server has it", async () => {
      const name = "preflight-limit";
      for (const limit of [8, 9]) {
        // message, @timestamp, size and took with their keywords, user and user.name with its own: 9 and what is mapped.
        await call(url, "PUT", name, {
          settings: { "index.mapping.total_fields.limit": limit },
          mappings: {
            date_detection: false,
            dynamic_templates: [{ texts: { match_mapping_type: "string", mapping: { type: "keyword" } } }],
            properties: { a: { type: "keyword", fields: { text: { type: "text" } } }, b: { properties: {} } },
          },
        });
        const document = { message: "x", "@timestamp": "x", size: "many", took: "7", user: { name: "ann" } };
        const said = await check(`index => "${name}"`);
        const added = call(url, "POST", `${name}/_doc`, document);
        if (limit === 8) {
          assert.deepEqual(said, [`MAP004 ${name} would have 9 fields or more, and its limit is 8`]);
          await assert.rejects(added, /Limit of total fields \[8\]/);
        } else {
          assert.deepEqual(said, []);
          await added;
        }
        await call(url, "DELETE", name);
      }
    });

    it("no template for a data stream: antler setup is the way out", async () => {
      const path = write("app.conf", configuration(`hosts => ["${url}"] data_stream_dataset => "nowhere"`));
      const { stdout } = await runAntler(["check", path, "--connect"]);
      assert.deepEqual(findingsIn(stdout), [
        "MAP005 no index template is for logs-nowhere-default: documents would be held until there is one",
      ]);
      assert.match(stdout, /`antler setup` makes the templates/);
    });

    it("antler pipeline says it behind its start and goes on: the document is a dead letter", async () => {
      await putDataStreamTemplate(url, "logs-preflightrun-*", { properties: { size: { type: "long" } } });
      const output = `hosts => ["${url}"] data_stream_dataset => "preflightrun"`;
      const text = configuration(output).replace("stdin { }", "heartbeat { interval => 1 }");
      const antler = new AntlerProcess(["pipeline", "-e", text, "--path.data", join(folder, "data")]);
      antler.start();
      try {
        while (!antler.stderr.includes("1 warning")) await sleep(50);
        assert.deepEqual(findingsIn(antler.stderr), [
          'MAP001 [size] is the text "many", and logs-preflightrun-default has size as long',
        ]);
        assert.match(antler.stderr, /--> -e:4:20/);
        const { code, log } = await antler.end();
        assert.equal(code, 0);
        const ended = log.find(({ msg }) => msg === "pipeline has ended") as { totals?: { deadLettered: number } };
        assert.ok((ended.totals?.deadLettered ?? 0) > 0);
      } finally {
        await antler.kill();
      }
    });
  });
});
