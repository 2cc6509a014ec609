import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAntler } from "../../support/run-antler.ts";

describe("antler ship registry", function () {
  this.timeout(30_000);
  let folder: string;
  let config: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "antler-registry-"));
    mkdirSync(join(folder, "in"));
    config = join(folder, "my ship.yml");
    for (const name of ["a", "b", "c"]) writeFileSync(join(folder, "in", `${name}.log`), `${name}\n`.repeat(100));
    writeFileSync(
      config,
      `path.data: ${folder}/data
http.enabled: false
filebeat.inputs: [{type: filestream, id: app, paths: ["${folder}/in/*.log"]}]
output.file: {path: "${folder}/out"}
`,
    );
    const { code, stderr } = await runAntler(["ship", "-c", config, "--once", "--timeout", "20"]);
    assert.equal(code, 0, stderr);
    appendFileSync(join(folder, "in", "a.log"), "123456789\n");
    rmSync(join(folder, "in", "b.log"));
    renameSync(join(folder, "in", "c.log"), join(folder, "in", "c.old"));
    writeFileSync(join(folder, "in", "c.log"), "new\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("lists positions, sizes of now, lag and state as JSON", async () => {
    const { code, stdout } = await runAntler(["ship", "registry", "-c", config, "--json"]);
    assert.equal(code, 0);
    const [{ files }] = JSON.parse(stdout) as [{ files: Record<string, unknown>[] }];
    assert.deepEqual(
      files.map(({ input, path, state, position, size, lag }) => [
        input,
        String(path).slice(folder.length),
        state,
        position,
        size,
        lag,
      ]),
      [
        ["app", "/in/a.log", "active", 200, 210, 10],
        ["app", "/in/b.log", "removed", 200, 200, 0],
        ["app", "/in/c.log", "rotated", 200, 200, 0],
      ],
    );
  });

  it("lists all registries of a data folder as a table", async () => {
    const { code, stdout } = await runAntler(["ship", "registry", "--path.data", join(folder, "data")]);
    assert.equal(code, 0);
    assert.match(stdout, /3 files, 10 bytes not acknowledged\nstate +position +size +lag +last seen +input +path\n/);
    assert.match(stdout, /\nactive +200 +210 +10 +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d +app +\/.*a\.log\n/);
  });

  it("says where there is none", async () => {
    const { code, stderr } = await runAntler(["ship", "registry", "--path.data", join(folder, "in")]);
    assert.equal(code, 2);
    assert.match(stderr, /there is no registry in .*--path\.data/);
  });

  it("says that a registry is corrupt, and leaves it as it is", async () => {
    const path = join(folder, "data", "ship", "my_ship", "registry", "registry.json");
    const bytes = readFileSync(path, "utf8").replace('"offset":200', '"offset":100');
    writeFileSync(path, bytes);
    const { code, stderr } = await runAntler(["ship", "registry", "-c", config]);
    assert.equal(code, 1);
    assert.match(stderr, /registry\.json cannot be read: its checksum does not match/);
    assert.equal(readFileSync(path, "utf8"), bytes);
  });
});
