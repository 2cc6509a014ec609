import assert from "node:assert/strict";
import { type Abilities, askAbilities, ORDINARY } from "../../../src/elastic/assets/abilities.ts";
import { ECS_FIELDS } from "../../../src/elastic/assets/ecs-fields.ts";
import { type JsonObject, leaves, objectAt } from "../../../src/elastic/assets/json.ts";
import {
  type TemplateAssets,
  type TemplateWishes,
  templateAssets,
} from "../../../src/elastic/assets/template-assets.ts";
import { OrdinaryServer } from "./ordinary-server.ts";

const WISHES: TemplateWishes = {
  datasets: [{ type: "logs", dataset: "system.syslog" }],
  namespace: undefined,
  retention: "30d",
  ilm: false,
  catchAll: true,
};

function made(wishes: Partial<TemplateWishes> = {}, abilities: Partial<Abilities> = {}): TemplateAssets {
  return templateAssets({ ...WISHES, ...wishes }, { ...ORDINARY, ...abilities });
}

function body({ assets }: TemplateAssets, name: string, kind = ""): JsonObject {
  const found = assets.find((asset) => asset.name === name && asset.kind.id.startsWith(kind));
  assert.ok(found, `there is no ${name}`);
  return found.body;
}

/** The mapping of a field in antler-ecs. */
function field(assets: TemplateAssets, name: string): JsonObject {
  let node = objectAt(objectAt(body(assets, "antler-ecs"), "template"), "mappings");
  for (const step of name.split(".")) node = objectAt(objectAt(node, "properties"), step);
  return node;
}

const settingsOf = (assets: TemplateAssets): JsonObject =>
  objectAt(objectAt(body(assets, "antler-settings"), "template"), "settings");

describe("setup's templates", () => {
  it("have ECS types", () => {
    const assets = made();
    assert.deepEqual(field(assets, "message"), { type: "match_only_text" });
    assert.deepEqual(field(assets, "event.original"), { type: "match_only_text" });
    assert.deepEqual(field(assets, "data_stream.dataset"), { type: "constant_keyword" });
    assert.deepEqual(field(assets, "url.original"), {
      type: "wildcard",
      fields: { text: { type: "match_only_text" } },
    });
    assert.deepEqual(field(assets, "host.name"), { type: "keyword", ignore_above: 1024 });
    assert.deepEqual(field(assets, "source.geo.location"), { type: "geo_point" });
    assert.deepEqual(field(assets, "host.cpu.usage"), { type: "scaled_float", scaling_factor: 1000 });
    assert.deepEqual(field(assets, "log.syslog.structured_data"), { type: "flattened", ignore_above: 1024 });
  });

  it("name each field once, and none is at once a field and an object", () => {
    const names = ECS_FIELDS.flatMap((row) => row.names);
    assert.equal(new Set(names).size, names.length, names.filter((name, i) => names.indexOf(name) !== i).join());
    const all = new Set(names);
    const parents = names.flatMap((name) => name.split(".").map((_, i, path) => path.slice(0, i).join(".")));
    assert.deepEqual(
      parents.filter((name) => all.has(name)),
      [],
    );
  });

  it("leave room under the limit of fields", () => {
    const properties = objectAt(objectAt(body(made(), "antler-ecs"), "template"), "mappings");
    const types = [...leaves(properties).keys()].filter((path) => path.endsWith(".type")).length;
    const limit = Number(settingsOf(made())["index.mapping.total_fields.limit"]);
    assert.ok(types < limit / 2, `${types} of ${limit}`);
  });

  it("replace missing types, and only those", () => {
    const assets = made({}, { missingTypes: new Set(["wildcard", "match_only_text"]) });
    assert.deepEqual(field(assets, "url.original"), {
      type: "keyword",
      ignore_above: 1024,
      fields: { text: { type: "text" } },
    });
    assert.deepEqual(field(assets, "message"), { type: "text" });
    assert.deepEqual(field(assets, "data_stream.type"), { type: "constant_keyword" });
  });

  it("keep failure store and ignore_malformed off", () => {
    assert.equal(settingsOf(made())["index.mapping.ignore_malformed"], false);
    const template = objectAt(body(made(), "antler-settings"), "template");
    assert.deepEqual(template["data_stream_options"], { failure_store: { enabled: false } });
  });

  it("use what the server has", async () => {
    assert.equal(settingsOf(made())["index.mode"], "logsdb");
    const bare = await askAbilities(
      new OrdinaryServer(["logsdb", "fieldsBeyondLimit", "failureStore", "optionalComponents", "streamLifecycle"]).api,
    );
    const assets = made({}, bare);
    const settings = settingsOf(assets);
    assert.equal(settings["index.mode"], undefined);
    assert.equal(settings["index.mapping.total_fields.ignore_dynamic_beyond_limit"], undefined);
    assert.equal(objectAt(body(assets, "antler-settings"), "template")["data_stream_options"], undefined);
    assert.equal(body(assets, "antler-logs-system.syslog")["ignore_missing_component_templates"], undefined);
    // The way out is a policy.
    assert.deepEqual(objectAt(body(assets, "antler-retention", "component"), "template"), {
      settings: { "index.lifecycle.name": "antler-retention" },
    });
    const phases = objectAt(body(assets, "antler-retention", "ilm"), "phases");
    assert.equal(objectAt(phases, "delete")["min_age"], "30d");
  });

  it("a server with no lifecycle of any kind: retention is not possible, the rest is", () => {
    const assets = made({}, { streamLifecycle: false, ilm: false });
    assert.match(assets.impossible[0]?.reason ?? "", /kept for ever/);
    assert.deepEqual(body(assets, "antler-logs")["composed_of"], ["antler-ecs", "antler-settings", "logs@custom"]);
  });

  it("cover each dataset by a template of its own with its fields, and all other logs by one", () => {
    const assets = made();
    const syslog = body(assets, "antler-logs-system.syslog");
    assert.deepEqual(syslog["index_patterns"], ["logs-system.syslog-*"]);
    assert.deepEqual(syslog["composed_of"], [
      "antler-ecs",
      "antler-settings",
      "antler-retention",
      "antler-logs-system.syslog-fields",
      "logs@custom",
      "logs-system.syslog@custom",
    ]);
    assert.deepEqual(body(assets, "antler-logs")["index_patterns"], ["logs-*-*"]);
    assert.ok(Number(body(assets, "antler-logs")["priority"]) < Number(syslog["priority"]));
  });

  it("of one namespace", () => {
    const assets = made({ namespace: "prod" });
    const template = body(assets, "antler-logs-system.syslog-prod");
    assert.ok(Number(template["priority"]) > Number(body(made(), "antler-logs-system.syslog")["priority"]));
    assert.equal(assets.assets.filter(({ kind }) => kind.id === "index_template").length, 1);
    assert.deepEqual(template["index_patterns"], ["logs-system.syslog-prod"]);
  });

  it("without retention", () => {
    assert.ok(made({ retention: undefined }).assets.every(({ name }) => name !== "antler-retention"));
  });
});
