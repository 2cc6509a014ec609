import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { conformanceFile } from "../../support/conformance.ts";
import { comparable } from "../../support/run-filters.ts";
import { filtered } from "./support.ts";

/** Fields that Elasticsearch's user_agent processor gives. */
const FIELDS = ["name", "version", "os.name", "os.version", "os.full", "device.name"];

type Fields = Record<string, unknown>;

/** Where Elasticsearch and Logstash differ, or where it is wrong: what we give in place of what the modules expect. */
const DIFFERENCES: readonly { readonly why: string; readonly adjust: (expected: Fields) => Fields }[] = [
  {
    why: "an empty third part of a version is none: 50.0, not 50.0.",
    adjust: (fields) =>
      typeof fields["version"] === "string" ? { ...fields, version: fields["version"].replace(/\.$/, "") } : fields,
  },
  {
    why: "an unknown system is called Other, as in Logstash; Elasticsearch gives none",
    adjust: (fields) => ({
      ...fields,
      "os.name": fields["os.name"] ?? "Other",
      "os.full": fields["os.full"] ?? "Other",
    }),
  },
];

function expectedByAgent(folder: string): Map<string, Fields> {
  const found = new Map<string, Fields>();
  for (const file of globSync("**/*-expected.json", { cwd: folder })) {
    for (const document of JSON.parse(readFileSync(join(folder, file), "utf8")) as Fields[]) {
      const agent = document["user_agent.original"];
      if (typeof agent !== "string") continue;
      found.set(agent, Object.fromEntries(FIELDS.map((name) => [name, document[`user_agent.${name}`] ?? null])));
    }
  }
  return found;
}

/** What our filter gives for an agent, by the same names. */
function fieldsOf(agent: string): Fields {
  const event = filtered('useragent { source => "[user_agent][original]" }', { user_agent: { original: agent } });
  const found = comparable(event.toObject()["user_agent"]);
  const at = (name: string): unknown =>
    name.split(".").reduce<unknown>((node, step) => (node as Fields | undefined)?.[step], found);
  return Object.fromEntries(FIELDS.map((name) => [name, at(name) ?? null]));
}

describe("useragent filter and the agents in Beats' modules", () => {
  const folder = conformanceFile("filebeat-modules");
  if (folder === undefined) {
    it.skip("the conformance folder is not beside this checkout");
    return;
  }
  const agents = expectedByAgent(folder);
  const used = new Set<string>();
  it("finds agents", () => assert.ok(agents.size >= 12));
  for (const [agent, given] of agents) {
    it(`gives the same for ${agent.slice(0, 90)}`, () => {
      let expected = given;
      for (const { why, adjust } of DIFFERENCES) {
        const adjusted = adjust(expected);
        if (JSON.stringify(adjusted) !== JSON.stringify(expected)) used.add(why);
        expected = adjusted;
      }
      assert.deepEqual(fieldsOf(agent), expected);
    });
  }
  it("needs every difference that is explained", () => assert.equal(used.size, DIFFERENCES.length));
  after(() => {
    for (const why of used) console.log(`    user agents differ: ${why}`);
  });
});
