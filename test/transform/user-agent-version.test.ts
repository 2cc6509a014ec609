import assert from "node:assert/strict";
import { agentVersion, systemVersion } from "../../src/transform/user-agent-version.ts";

type Parts = (string | undefined)[];

function agent(version: Parts, system: Parts = []): Parameters<typeof agentVersion>[0] {
  return { name: "n", version, system: "s", systemVersion: system, device: "d" };
}

describe("versions of user agents", () => {
  const versions: [parts: Parts, text: string, version: string | undefined][] = [
    [["54", "0", "2840", "59"], "", "54.0.2840.59"],
    [["54", "0", undefined, "59"], "", "54.0"],
    [["7", undefined, undefined], "", "7"],
    [[undefined, "1"], "", undefined],
    [[], "", undefined],
    // Logstash looks for a fourth part in the text.
    [["26", "0", "1410", undefined], "Chrome/26.0.1410.63 Safari/537.31", "26.0.1410.63"],
    [["26", "0", "1410"], "Chrome/26.0.1410.63", "26.0.1410"],
    [["26", "0", "1410"], "Chrome/26.0.1410.063 x", "26.0.1410"],
    [["26", "0", "1410"], "Chrome/26.0.1410.6b x", "26.0.1410"],
    [["26", "0", "1410"], "Chrome/26.0.1410 x", "26.0.1410"],
    [["26", "0", "1410"], "x", "26.0.1410"],
  ];
  for (const [parts, text, version] of versions) {
    it(`${JSON.stringify(parts)} of ${JSON.stringify(text)}`, () =>
      assert.equal(agentVersion(agent(parts), text), version));
  }

  const systems: [parts: Parts, version: string | undefined][] = [
    [["10", "12", "1", undefined], "10.12.1"],
    [["10", "12", "1", "7"], "10.12.1.7"],
    [["10"], "10"],
    [["XP"], "XP"],
    [["Vista", "SP1"], "Vista SP1"],
    [[], undefined],
    [[undefined, "1"], undefined],
  ];
  for (const [parts, version] of systems) {
    it(`system ${JSON.stringify(parts)}`, () => assert.equal(systemVersion(agent([], parts)), version));
  }
});
