import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cidr } from "../../../src/pipeline/filters/cidr.ts";
import { FilterSession } from "../../support/filter-session.ts";
import { outcome, problemsOf } from "./support.ts";

describe("cidr filter", () => {
  const inside = (config: string, fields: Record<string, string | string[]>): boolean =>
    "tags" in (outcome(`cidr { ${config} add_tag => ["in"] }`, fields) as object);

  it("knows IPv6, and networks with places", () => {
    const config = 'address => ["%{ip}"] network => ["%{net}"]';
    assert.equal(inside(config, { ip: "2001:db8::1", net: "2001:db8::/32" }), true);
    assert.equal(inside(config, { ip: "2001:db9::1", net: "2001:db8::/32" }), false);
    assert.equal(inside(config, { ip: "192.0.2.7", net: "nonsense,192.0.2.0/24" }), true);
  });

  it("looks at all addresses, and passes over what is none", () => {
    const config = 'address_field => "ip" network => ["192.0.2.0/24"]';
    assert.equal(inside(config, { ip: ["no address", "192.0.2.7"] }), true);
    assert.equal(inside(config, { ip: "no address" }), false);
    assert.equal(inside(config, {}), false);
  });

  it("says which network is none, and which options exclude each other", () => {
    const options = (given: object): string[] => problemsOf(cidr, given).map(({ option }) => option);
    assert.deepEqual(options({ address: ["%{ip}"], network: ["192.0.2.0/33"] }), ["network"]);
    assert.deepEqual(options({ address: ["%{ip}"], address_field: "ip" }), ["address_field"]);
  });

  describe("with a file", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "antler-cidr-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it("reads it again, and keeps the networks known when that fails", async () => {
      const file = join(folder, "networks");
      writeFileSync(file, "10.0.0.0/8;192.0.2.0/24");
      const warnings: string[] = [];
      const log = { info: () => undefined, warn: (text: string) => void warnings.push(text), error: () => undefined };
      const session = new FilterSession(
        `filter { cidr { address => ["%{ip}"] network_path => "${file}" separator => ";" refresh_interval => 60 add_tag => ["in"] } }`,
        { log },
      );
      const isIn = async (ip: string): Promise<boolean> =>
        (await session.send({ ip }))[0]?.fields["tags"] !== undefined;
      assert.equal(await isIn("192.0.2.7"), true);
      writeFileSync(file, "10.0.0.0/8");
      assert.equal(await isIn("192.0.2.7"), true);
      session.now += 60_000;
      assert.equal(await isIn("192.0.2.7"), false);
      rmSync(file);
      session.now += 60_000;
      assert.equal(await isIn("10.1.1.1"), true);
      assert.equal(warnings.length, 1);
    });
  });
});
