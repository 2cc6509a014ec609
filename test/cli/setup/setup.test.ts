// Loaded here since one of its parts sets global names, which would be a leak of the first test.
import "@elastic/elasticsearch";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JsonObject, objectAt } from "../../../src/elastic/assets/json.ts";
import { apiKeyBody } from "../../../src/elastic/assets/privileges.ts";
import { ELASTICSEARCH_HINT } from "../../support/elasticsearch.ts";
import { expectedDocuments } from "../../support/expected-documents.ts";
import { type AntlerResult, runAntler } from "../../support/run-antler.ts";
import { type SecuredElasticsearch, securedElasticsearch } from "../../support/secured-elasticsearch.ts";

interface Report {
  readonly clusters: readonly {
    readonly complete: boolean;
    readonly notes: readonly string[];
    readonly missing_privileges?: readonly string[];
    readonly assets: readonly {
      readonly name: string;
      readonly action: string;
      readonly reason?: string;
      readonly applied: boolean;
    }[];
  }[];
}

describe("antler setup, with a real Elasticsearch over TLS and API keys", function () {
  // Each runs the command several times.
  this.timeout(60_000);
  let server: SecuredElasticsearch;
  let folder: string;
  let key: string;

  before(async function () {
    this.timeout(120_000);
    const started = await securedElasticsearch();
    if (started === undefined) {
      console.warn(`      skipped: ${ELASTICSEARCH_HINT}`);
      this.skip();
    }
    server = started;
    folder = await mkdtemp(join(tmpdir(), "antler-setup-"));
    const roles = objectAt(apiKeyBody(false, ["logs-*"]), "role_descriptors");
    key = await server.apiKey(objectAt(roles, "antler-setup"));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
    await server?.remove();
  });

  /** `antler setup` there, with the key that docs/setup.md names unless another is given. */
  async function setup(args: readonly string[], apiKey: string = key): Promise<AntlerResult> {
    const before = process.env["ANTLER_SETUP_API_KEY"];
    process.env["ANTLER_SETUP_API_KEY"] = apiKey;
    try {
      const result = await runAntler(["setup", "--hosts", server.url, "--ca", server.ca, ...args]);
      assert.ok(!`${result.stdout}${result.stderr}`.includes(apiKey), "the key is shown");
      return result;
    } finally {
      if (before === undefined) delete process.env["ANTLER_SETUP_API_KEY"];
      else process.env["ANTLER_SETUP_API_KEY"] = before;
    }
  }

  async function report(args: readonly string[], apiKey?: string): Promise<Report["clusters"][0]> {
    const { stdout, stderr } = await setup(["--json", ...args], apiKey);
    assert.notEqual(stdout, "", stderr);
    return (JSON.parse(stdout) as Report).clusters[0] as Report["clusters"][0];
  }

  const actions = ({ assets }: Report["clusters"][0], action: string): string[] =>
    assets.filter((asset) => asset.action === action).map(({ name }) => name);

  it("with a read-only key: says what is missing, all at once, and makes nothing", async () => {
    const readOnly = await server.apiKey({
      cluster: ["monitor"],
      indices: [{ names: ["logs-*"], privileges: ["read"] }],
    });
    const { code, stdout } = await setup(["--yes", "--ilm"], readOnly);
    assert.equal(code, 1);
    assert.match(stdout, /lack the cluster privileges manage_index_templates, manage_ilm/);
    assert.match(stdout, /POST \/_security\/api_key/);
    const found = await report(["--yes"], readOnly);
    assert.deepEqual(found.missing_privileges, ["manage_index_templates"]);
    // What is not there is named, too; how the server keeps it is not.
    assert.ok(actions(found, "create").includes("antler-logs-nginx.access"));
    assert.ok(found.assets.every(({ applied }) => !applied));
    assert.deepEqual((await server.api.call("GET", "/_component_template"))["component_templates"], []);
  });

  it("with a key that may not even look: each thing that is refused is named", async () => {
    const blind = await server.apiKey({ cluster: ["manage_own_api_key"] });
    const found = await report(["--yes"], blind);
    assert.ok(found.assets.length > 10 && found.assets.every(({ action }) => action === "denied"));
    assert.deepEqual(found.missing_privileges, ["manage_index_templates"]);
  });

  it("with a key that nobody knows: says so", async () => {
    const { code, stdout } = await setup(["--yes"], "bm9ib2R5OmtleQ==");
    assert.equal(code, 1);
    assert.match(stdout, /401 .*authenticate/);
    assert.match(stdout, /ANTLER_SETUP_API_KEY/);
  });

  it("without a terminal and without --yes: shows the plan and applies nothing", async () => {
    const { code, stdout, stderr } = await setup([]);
    assert.equal(code, 1);
    assert.match(stdout, /create +index template antler-logs-nginx\.access/);
    assert.match(stderr, /nothing is applied: there is no terminal to ask on/);
    assert.deepEqual((await server.api.call("GET", "/_component_template"))["component_templates"], []);
  });

  it("the files of an export, applied in the order of its README, are what setup would make", async () => {
    assert.equal((await setup(["--export", join(folder, "files")])).code, 0);
    const readme = readFileSync(join(folder, "files", "README.md"), "utf8");
    const steps = [...readme.matchAll(/-X PUT "\$ES(\S+)".* -d @(\S+)/g)];
    assert.ok(steps.length > 10);
    const text = (file: string) => readFileSync(join(folder, "files", file), "utf8");
    for (const [, path = "", file = ""] of steps) await server.api.call("PUT", path, JSON.parse(text(file)));
    const { code, stdout } = await setup([]);
    assert.equal(code, 0, stdout);
    for (const [, path = ""] of steps.reverse()) await server.api.call("DELETE", path);
  });

  it("applies, and finds nothing to do the second time", async () => {
    const first = await report(["--yes"]);
    assert.equal(first.complete, true);
    assert.ok(first.assets.every(({ action, applied }) => action === "create" && applied));
    const { code, stdout } = await setup([]);
    assert.equal(code, 0, stdout);
    assert.ok(!/^(create|change|conflict|denied)/m.test(stdout), stdout);
  });

  it("documents that the shipped pipelines make are indexed without a mapping rejection, under the settings of the templates", async () => {
    const documents = expectedDocuments();
    assert.ok(documents.length > 400);
    const lines = documents.flatMap((document) => {
      const { type, dataset, namespace } = objectAt(document, "data_stream");
      return [{ create: { _index: `${String(type)}-${String(dataset)}-${String(namespace)}` } }, document];
    });
    const body = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    // With no more rights than docs/setup.md gives to pipelines.
    const writer = await server.apiKey({
      indices: [{ names: ["logs-*-*"], privileges: ["auto_configure", "create_doc"] }],
    });
    const connection = await server.connect(writer);
    const sent = connection.bulk(body, { require_data_stream: "true" }, new AbortController().signal);
    const answer = await sent.finally(() => connection.close());
    const { items } = JSON.parse(answer.body.toString()) as {
      items: { create: { status: number; error?: unknown } }[];
    };
    assert.equal(items.length, documents.length);
    const rejected = items.filter(({ create }) => create.status !== 201).map(({ create }) => create.error);
    assert.deepEqual(rejected, []);
    const settings = await server.api.call("GET", "/logs-nginx.access-default/_settings?flat_settings=true");
    const [index] = Object.values(settings) as JsonObject[];
    const flat = objectAt(index, "settings");
    assert.deepEqual(
      ["index.mode", "index.mapping.ignore_malformed", "index.mapping.total_fields.limit"].map((name) => flat[name]),
      ["logsdb", "false", "2000"],
    );
  });

  it("a change: shows what differs and that there are streams already", async () => {
    const { code, stdout } = await setup(["--retention", "90d", "--yes"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /change +component template antler-retention\n {2}- template.lifecycle.data_retention: "30d"\n {2}\+ template.lifecycle.data_retention: "90d"/,
    );
    assert.match(stdout, /logs-nginx\.access-default.*there already/);
    assert.match(stdout, /^changed component template antler-retention$/m);
    assert.deepEqual(actions(await report(["--retention", "90d"]), "change"), []);
    await setup(["--yes"]);
  });

  it("what somebody changed since is left alone, and written when forced", async () => {
    const path = "/_component_template/antler-settings";
    const [mine] = (await server.api.call("GET", path))["component_templates"] as JsonObject[];
    const body = objectAt(mine, "component_template");
    await server.api.call("PUT", path, { ...body, template: { settings: { "index.refresh_interval": "30s" } } });
    const { code, stdout } = await setup(["--yes"]);
    assert.equal(code, 1);
    assert.match(stdout, /conflict +component template antler-settings: someone has changed it/);
    assert.match(stdout, /- template.settings.index.refresh_interval: "30s"/);
    assert.equal((await setup(["--yes", "--force", "antler-settings"])).code, 0);
    assert.equal((await setup([])).code, 0);
  });

  it("an index template of someone else: of the same name, of the same priority, before ours", async () => {
    const put = (name: string, body: JsonObject) => server.api.call("PUT", `/_index_template/${name}`, body);
    await put("antler-logs-shop", { index_patterns: ["logs-shop-*"], priority: 500, data_stream: {} });
    await put("theirs", { index_patterns: ["logs-till-*"], priority: 190, data_stream: {} });
    const malformed = { settings: { "index.mapping.ignore_malformed": true } };
    await put("fleet", { index_patterns: ["logs-door-*"], priority: 200, data_stream: {}, template: malformed });
    const config = join(folder, "shop.conf");
    const outputs = ["shop", "till", "door"].map((name) => `elasticsearch { data_stream_dataset => "${name}" }`);
    await writeFile(config, `input { stdin { } } output { ${outputs.join(" ")} }`);
    const found = await report(["-f", config, "--yes"]);
    assert.equal(found.complete, false);
    const reasons = Object.fromEntries(found.assets.map(({ name, reason }) => [name, reason ?? ""]));
    assert.match(reasons["antler-logs-shop"] ?? "", /did not make/);
    assert.match(reasons["antler-logs-till"] ?? "", /theirs has the same priority/);
    assert.deepEqual(actions(found, "create"), ["antler-logs-door"]);
    const note = found.notes.find((text) => text.includes("fleet")) ?? "";
    assert.match(note, /fleet \(priority 200\) goes before antler-logs-door/);
    assert.match(note, /ignore_malformed is on/);
  });

  it("makes no template for all logs where the cluster has one", async () => {
    await server.api.call("DELETE", "/_index_template/antler-logs");
    const body = { index_patterns: ["logs-*-*"], priority: 100, data_stream: {} };
    await server.api.call("PUT", "/_index_template/logs", body);
    const { assets } = await report([]);
    assert.ok(assets.length > 10 && assets.every(({ name }) => name !== "antler-logs"));
  });

  it("a lifecycle policy is not possible on a server without that API, which is no failure", async () => {
    const all = await server.apiKey({ cluster: ["all"] });
    const found = await report(["--ilm", "--yes"], all);
    assert.deepEqual(actions(found, "impossible"), ["antler-retention"]);
  });
});

describe("antler setup without a server", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "antler-setup-export-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("--export writes what would be made for an ordinary server, and the order", async () => {
    const { code, stdout } = await runAntler(["setup", "--export", folder, "--retention", "90d"]);
    assert.equal(code, 0);
    assert.match(stdout, /files in/);
    const ecs = readFileSync(join(folder, "component_templates", "antler-ecs.json"), "utf8");
    assert.match(ecs, /"type": "wildcard"/);
    const template = JSON.parse(readFileSync(join(folder, "index_templates", "antler-logs-nginx.access.json"), "utf8"));
    assert.deepEqual(template.index_patterns, ["logs-nginx.access-*"]);
    assert.equal(template._meta.managed_by, "antler");
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const steps = [...readme.matchAll(/-d @(\S+)/g)].map(([, file]) => file as string);
    assert.ok(steps.every((file) => existsSync(join(folder, file))));
    assert.ok(
      steps.indexOf("component_templates/antler-ecs.json") <
        steps.indexOf("index_templates/antler-logs-nginx.access.json"),
    );
    assert.match(readFileSync(join(folder, "component_templates", "antler-retention.json"), "utf8"), /"90d"/);
  });

  it("a cluster that cannot be reached: said, exit 1", async () => {
    const { code, stderr } = await runAntler(["setup", "--hosts", "http://127.0.0.1:1"]);
    assert.equal(code, 1);
    assert.match(stderr, /127\.0\.0\.1:1.*ECONNREFUSED/);
  });

  it("what cannot be: a usage error", async () => {
    for (const wrong of [
      ["--retention", "soon"],
      ["--namespace", "A B"],
      ["-f", "x", "--path.settings", "y"],
    ]) {
      assert.equal((await runAntler(["setup", ...wrong])).code, 2, wrong.join(" "));
    }
  });

  it("errors of the configuration are shown, exit 78", async () => {
    const config = join(folder, "wrong.conf");
    await writeFile(config, "input { nothing { } }");
    const { code, stderr } = await runAntler(["setup", "-f", config]);
    assert.equal(code, 78);
    assert.match(stderr, /wrong\.conf:1/);
  });

  it("no data streams of Elasticsearch: nothing to set up", async () => {
    const config = join(folder, "files.conf");
    await writeFile(config, "input { stdin { } } output { stdout { } }");
    const { code, stderr } = await runAntler(["setup", "-f", config]);
    assert.equal(code, 1);
    assert.match(stderr, /nothing to set up/);
  });
});
