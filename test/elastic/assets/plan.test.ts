import assert from "node:assert/strict";
import { askAbilities } from "../../../src/elastic/assets/abilities.ts";
import { ElasticStore } from "../../../src/elastic/assets/elastic-store.ts";
import type { JsonObject } from "../../../src/elastic/assets/json.ts";
import { applyPlan, makePlan, type Plan } from "../../../src/elastic/assets/plan.ts";
import { type TemplateWishes, templateAssets } from "../../../src/elastic/assets/template-assets.ts";
import { OrdinaryServer } from "./ordinary-server.ts";

const WISHES: TemplateWishes = {
  datasets: [{ type: "logs", dataset: "nginx.access" }],
  namespace: undefined,
  retention: "30d",
  ilm: false,
  catchAll: false,
};
const SETTINGS = "/_component_template/antler-settings";

async function plan(
  server: OrdinaryServer,
  wishes: Partial<TemplateWishes> = {},
  forced: string[] = [],
): Promise<Plan> {
  const { assets } = templateAssets({ ...WISHES, ...wishes }, await askAbilities(server.api));
  return makePlan(assets, () => new ElasticStore(server.api), new Set(forced));
}

async function apply(server: OrdinaryServer, wishes: Partial<TemplateWishes> = {}): Promise<string[]> {
  const done: string[] = [];
  const store = new ElasticStore(server.api);
  await applyPlan(
    await plan(server, wishes),
    () => store,
    new AbortController().signal,
    ({ name }) => done.push(name),
  );
  return done;
}

const actions = (made: Plan): string[] => made.map(({ action, name }) => `${action} ${name}`);

describe("setup plan", () => {
  it("creates all in order on an empty cluster, then finds nothing to do", async () => {
    const server = new OrdinaryServer();
    const order = ["antler-ecs", "antler-settings", "antler-retention", "antler-logs-nginx.access"];
    assert.deepEqual(
      actions(await plan(server)),
      order.map((name) => `create ${name}`),
    );
    assert.deepEqual(server.writes, []);
    assert.deepEqual(await apply(server), order);
    assert.deepEqual(
      actions(await plan(server)),
      order.map((name) => `same ${name}`),
    );
  });

  it("the same with a lifecycle policy, which comes before what names it", async () => {
    const server = new OrdinaryServer();
    const names = await apply(server, { ilm: true });
    assert.deepEqual(names.slice(0, 4), ["antler-retention", "antler-ecs", "antler-settings", "antler-retention"]);
    assert.ok((await plan(server, { ilm: true })).every(({ action }) => action === "same"));
  });

  it("a change shows the paths that differ, and no others", async () => {
    const server = new OrdinaryServer();
    await apply(server);
    const changed = (await plan(server, { retention: "90d" })).filter(({ action }) => action !== "same");
    assert.deepEqual(actions(changed), ["change antler-retention"]);
    assert.deepEqual(changed[0]?.differences, [
      { path: "template.lifecycle.data_retention", before: "30d", after: "90d" },
    ]);
    await apply(server, { retention: "90d" });
    assert.ok((await plan(server, { retention: "90d" })).every(({ action }) => action === "same"));
  });

  it("leaves alone what it did not make, and what is made of that", async () => {
    const server = new OrdinaryServer();
    const theirs: JsonObject = { template: { settings: { index: { refresh_interval: "30s" } } } };
    server.bodies.set(SETTINGS, theirs);
    const made = await plan(server);
    assert.deepEqual(actions(made), [
      "create antler-ecs",
      "conflict antler-settings",
      "create antler-retention",
      "conflict antler-logs-nginx.access",
    ]);
    await apply(server);
    assert.equal(server.bodies.get(SETTINGS), theirs);
  });

  it("writes it all the same when it is forced by name", async () => {
    const server = new OrdinaryServer();
    server.bodies.set(SETTINGS, { template: {} });
    const made = await plan(server, {}, ["antler-settings"]);
    assert.equal(made.find(({ name }) => name === "antler-settings")?.action, "change");
    assert.equal(made.find(({ name }) => name === "antler-logs-nginx.access")?.action, "create");
  });

  it("leaves alone what somebody has changed since; what is made of it goes on", async () => {
    const server = new OrdinaryServer();
    await apply(server);
    const mine = server.bodies.get(SETTINGS) as JsonObject;
    server.bodies.set(SETTINGS, { ...mine, template: { settings: { index: { codec: "default" } } } });
    const made = await plan(server, { datasets: [...WISHES.datasets, { type: "logs", dataset: "shop" }] });
    const settings = made.find(({ name }) => name === "antler-settings");
    assert.equal(settings?.action, "conflict");
    assert.match(settings?.reason ?? "", /someone has changed it/);
    assert.equal(made.find(({ name }) => name === "antler-logs-shop")?.action, "create");
  });

  it("collects everything that it may not look at", async () => {
    const server = new OrdinaryServer();
    server.forbidden.push("/_component_template/", "/_index_template/antler");
    const made = await plan(server);
    assert.ok(made.every(({ action, reason }) => action === "denied" && /403.*unauthorized/.test(reason ?? "")));
    assert.equal(made.length, 4);
  });

  it("without the right to ask what there is, goes by the server's version", async () => {
    const server = new OrdinaryServer();
    await apply(server);
    server.forbidden.push("/_index_template/_simulate");
    assert.equal((await askAbilities(server.api)).asked, false);
    assert.ok((await plan(server)).every(({ action }) => action === "same"));
  });

  it("stops at the first that fails; what is done stays, and a later run does the rest", async () => {
    const server = new OrdinaryServer();
    server.failsAtWrite = 3;
    await assert.rejects(apply(server), /PUT \/_component_template\/antler-retention\?create=true: 500 no space left/);
    assert.deepEqual(server.writes.length, 2);
    server.failsAtWrite = Number.POSITIVE_INFINITY;
    assert.deepEqual(await apply(server), ["antler-retention", "antler-logs-nginx.access"]);
  });

  it("does not overwrite what came into being after the plan", async () => {
    const server = new OrdinaryServer();
    const made = await plan(server);
    server.bodies.set("/_component_template/antler-ecs", { template: {} });
    const store = new ElasticStore(server.api);
    const signal = new AbortController().signal;
    await assert.rejects(
      applyPlan(
        made,
        () => store,
        signal,
        () => undefined,
      ),
      /already exists/,
    );
  });
});
