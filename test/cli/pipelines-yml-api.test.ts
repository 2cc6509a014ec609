import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettingsFor } from "../../src/cli/pipelines-yml.ts";
import type { CommandLineApi } from "../../src/cli/pipelines-yml-api.ts";
import { DiagnosticCollector } from "../../src/diagnostics/diagnostic.ts";

describe("settings of the metrics endpoint", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "antler-api-settings-"));
  });

  after(() => rmSync(folder, { recursive: true }));

  function read(yml: string, api: CommandLineApi = {}): { api: object | undefined; found: string[] } {
    writeFileSync(join(folder, "logstash.yml"), yml);
    const found = new DiagnosticCollector();
    const set = readSettingsFor(folder, { api }, [], found);
    return {
      api: set.api,
      found: found.sorted().map(({ code, severity, message }) => `${code} ${severity} ${message}`),
    };
  }

  const DEFAULT = { host: "127.0.0.1", from: 9600, to: 9700 };

  for (const [yml, given, expected] of [
    ["", {}, DEFAULT],
    ["api.enabled: false\n", {}, undefined],
    ["api.enabled: false\n", { enabled: "true" }, DEFAULT],
    ["", { enabled: "false" }, undefined],
    ["api:\n  http:\n    host: 0.0.0.0\n    port: 9601\n", {}, { host: "0.0.0.0", from: 9601, to: 9601 }],
    ["api.http.port: 9601-9605\n", { host: "::1" }, { host: "::1", from: 9601, to: 9605 }],
    ["api.http.port: 9601\n", { port: "0" }, { host: "127.0.0.1", from: 0, to: 0 }],
    ["api.http.port: 9600..9601\n", {}, { ...DEFAULT, to: 9601 }],
    ["api.auth.type: none\napi.ssl.enabled: false\napi.http.host: 0.0.0.0\n", {}, { ...DEFAULT, host: "0.0.0.0" }],
  ] as const)
    it(`${JSON.stringify(yml)} ${JSON.stringify(given)}`, () => {
      assert.deepEqual(read(yml, given), { api: expected, found: [] });
    });

  for (const port of ["9700-9600", "65536", "a", "1-", "-1"])
    it(`a port is not ${port}`, () => {
      assert.deepEqual(read(`api.http.port: "${port}"\n`).found, [
        "CONF014 error api.http.port is a port or a range of ports: 9600, 9600-9700",
      ]);
      assert.equal(read("", { port }).found.length, 1);
    });

  it("users and TLS that are asked for are an error where others could come in, and a warning where not", () => {
    const asked = "api.auth.type: basic\napi.auth.basic.username: a\napi.ssl.enabled: true\n";
    assert.deepEqual(read(`${asked}api.http.host: 0.0.0.0\n`).found, [
      "CONF016 error the endpoint for metrics and health has no users (api.auth.type: basic), and would be open to others on 0.0.0.0",
      'CONF010 warning the setting "api.auth.basic.username" has no effect',
      "CONF016 error the endpoint for metrics and health has no TLS (api.ssl.enabled: true), and would be open to others on 0.0.0.0",
    ]);
    assert.equal(read(asked, { host: "192.0.2.1" }).found.filter((line) => line.includes(" error ")).length, 2);
    for (const host of ["127.0.0.1", "localhost", "::1"]) {
      const { api, found } = read(asked, { host });
      assert.ok(api);
      assert.deepEqual([found.length, found.some((line) => line.includes(" error "))], [3, false]);
    }
    assert.deepEqual(read(`${asked}api.enabled: false\n`).found.length, 1);
  });
});
