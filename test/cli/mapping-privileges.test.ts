// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../support/run-antler.ts";
import { type SecuredElasticsearch, securedElasticsearch } from "../support/secured-elasticsearch.ts";

describe("antler check --connect on a cluster with TLS and API keys", function () {
  this.timeout(120_000);
  let server: SecuredElasticsearch;
  let folder: string;

  before(async function () {
    const found = await securedElasticsearch();
    if (found === undefined) {
      this.skip();
      return;
    }
    server = found;
    folder = mkdtempSync(join(tmpdir(), "antler-privileges-"));
    await server.api.call("PUT", "/_index_template/rights", {
      index_patterns: ["logs-rights-*"],
      data_stream: {},
      priority: 500,
      template: { mappings: { properties: { size: { type: "long" } } } },
    });
  });

  after(async () => {
    if (server === undefined) return;
    rmSync(folder, { recursive: true });
    await server.remove();
  });

  /** First lines of what is found, with a key of these rights; the key is never among them. */
  async function check(cluster: readonly string[], privileges: readonly string[]): Promise<string[]> {
    const key = await server.apiKey({
      cluster: [...cluster],
      indices: [{ names: ["logs-*"], privileges: [...privileges] }],
    });
    const path = join(folder, "app.conf");
    writeFileSync(
      path,
      `input { stdin { } }
filter { mutate { replace => { "size" => "many" } } }
output {
  elasticsearch {
    hosts => ["${server.url}"] data_stream_dataset => "rights"
    ssl_certificate_authorities => ["${server.ca}"]
    api_key => "\${RIGHTS_KEY}"
  }
}`,
    );
    process.env["RIGHTS_KEY"] = key;
    try {
      const { stdout, stderr, code } = await runAntler(["check", path, "--connect"]);
      assert.equal(code, 0, stderr);
      assert.ok(!`${stdout}${stderr}`.includes(key), "the key is shown");
      return [...stdout.matchAll(/^warning\[.*$/gm)].map(([line]) => line);
    } finally {
      delete process.env["RIGHTS_KEY"];
    }
  }

  const MISFIT = 'warning[MAP001]: [size] is the text "many", and logs-rights-default has size as long';

  it("with the rights that the docs name: of templates, and of a data stream", async () => {
    assert.deepEqual(await check(["manage_index_templates"], ["view_index_metadata"]), [MISFIT]);
    await server.api.call("POST", "/logs-rights-default/_doc", { "@timestamp": "2026-01-01T00:00:00Z" });
    assert.deepEqual(await check([], ["view_index_metadata"]), [MISFIT]);
  });

  it("with the rights to write only, it is said that nothing is known, and why", async () => {
    const [said, ...more] = await check([], ["create_doc", "auto_configure"]);
    assert.match(said ?? "", /^warning\[MAP006\]: the cluster does not say what it has: status 403: .*unauthorized/);
    assert.deepEqual(more, []);
  });
});
