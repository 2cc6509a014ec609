import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { ObjectValue } from "../../../../src/event/value.ts";
import { realHost } from "../../../../src/shipper/events/processors/host.ts";
import { findings, madeHost, processed } from "./run-processors.ts";

const ID = "0123456789abcdef".repeat(4);

function cloud(files: Record<string, string>): ObjectValue {
  return processed("- add_cloud_metadata: ~", {}, madeHost(files)).fields;
}

describe("processors that know the host", () => {
  it("add_cloud_metadata from firmware", () => {
    const dmi = (name: string): string => `/sys/class/dmi/id/${name}`;
    assert.deepEqual(cloud({}), {});
    assert.deepEqual(cloud({ [dmi("sys_vendor")]: "QEMU\n" }), {});
    assert.deepEqual(
      cloud({
        [dmi("sys_vendor")]: "Amazon EC2\n",
        [dmi("board_asset_tag")]: "i-0ab1\n",
        [dmi("product_name")]: "t3.micro\n",
      }),
      { cloud: { provider: "aws", instance: { id: "i-0ab1" }, machine: { type: "t3.micro" } } },
    );
    assert.deepEqual(cloud({ [dmi("chassis_asset_tag")]: "7783-7084-3265-9085-8269-3286-77\n" }), {
      cloud: { provider: "azure" },
    });
  });

  it("add_cloud_metadata from cloud-init, and not over what is there", () => {
    const v1 = { cloud_name: "gce", instance_id: "77", region: "europe-west1", availability_zone: "europe-west1-b" };
    const files = { "/run/cloud-init/instance-data.json": JSON.stringify({ v1 }) };
    const known = {
      provider: "gcp",
      instance: { id: "77" },
      region: "europe-west1",
      availability_zone: "europe-west1-b",
    };
    assert.deepEqual(cloud(files), { cloud: known });
    assert.deepEqual(cloud({ "/run/cloud-init/instance-data.json": "{" }), {});
    const there = { cloud: { provider: "own" } };
    assert.deepEqual(processed("- add_cloud_metadata: ~", there, madeHost(files)).fields, there);
    assert.deepEqual(processed("- add_cloud_metadata: { providers: [aws] }", {}, madeHost(files)).fields, {});
  });

  it("add_docker_metadata", () => {
    const folder = `/var/lib/docker/containers/${ID}`;
    const log = { file: { path: `${folder}/${ID}-json.log` } };
    const config = { Name: "/web", Config: { Image: "nginx:1", Labels: { "com.x": "c" } } };
    const host = madeHost({ [`${folder}/config.v2.json`]: JSON.stringify(config) });
    assert.deepEqual(processed("- add_docker_metadata: ~", { log }, host).fields, {
      log,
      container: { id: ID, name: "web", image: { name: "nginx:1" }, labels: { com_x: "c" } },
    });
    assert.deepEqual(processed("- add_docker_metadata: ~", { log }).fields["container"], { id: ID });
    const other = { log: { file: { path: "/var/log/syslog" } } };
    assert.deepEqual(processed("- add_docker_metadata: ~", other, host).fields, other);
  });

  it("add_kubernetes_metadata", () => {
    const run = (path: string): ObjectValue =>
      processed("- add_kubernetes_metadata: ~", { log: { file: { path } } }).fields;
    const link = run(`/var/log/containers/web-0_shop_nginx-proxy-${ID}.log`);
    assert.deepEqual(link["kubernetes"], {
      namespace: "shop",
      pod: { name: "web-0" },
      container: { name: "nginx-proxy" },
    });
    assert.deepEqual(link["container"], { id: ID });
    const file = run("/var/log/pods/shop_web-0_11-22/nginx/0.log");
    assert.deepEqual(file["kubernetes"], {
      namespace: "shop",
      pod: { name: "web-0", uid: "11-22" },
      container: { name: "nginx" },
    });
    assert.equal(run("/var/log/syslog")["kubernetes"], undefined);
  });

  it("add_process_metadata", () => {
    const files = {
      "/proc/42/comm": "ng) x\n",
      "/proc/42/cmdline": "nginx\0-g\0daemon off;\0",
      "/proc/42/stat": "42 (ng) x) S 7 42 42 0",
    };
    const yaml = "- add_process_metadata: { match_pids: [ppid, process.pid] }";
    assert.deepEqual(processed(yaml, { process: { pid: 42 } }, madeHost(files)).fields["process"], {
      name: "ng) x",
      title: "nginx -g daemon off;",
      args: ["nginx", "-g", "daemon off;"],
      pid: 42,
      parent: { pid: 7 },
    });
    assert.deepEqual(processed(yaml, { process: { pid: 43 } }, madeHost(files)).fields, { process: { pid: 43 } });
    const there = processed(yaml, { process: { pid: "42", name: "own" } }, madeHost(files)).fields;
    assert.deepEqual(there["process"], { pid: "42", name: "own" });
    assert.match((there["error"] as ObjectValue)["message"] as string, /there is a field process.name already/);
  });

  it("knows this process and this host", () => {
    const yaml =
      "- add_process_metadata: { match_pids: [pid], include_fields: [process.executable] }\n- add_host_metadata: ~\n- add_locale: ~";
    const { fields } = processed(yaml, { pid: process.pid }, realHost);
    if (process.platform === "linux") assert.deepEqual(fields["process"], { executable: process.execPath });
    assert.match((fields["event"] as ObjectValue)["timezone"] as string, /^[+-]\d\d:\d\d$/);
    const host = fields["host"] as ObjectValue;
    assert.equal(typeof (host["os"] as ObjectValue)["kernel"], "string");
  });

  it("takes the processors of Elastic's own file", () => {
    const stock = `
- add_host_metadata:
    when.not.contains.tags: forwarded
- add_cloud_metadata: ~
- add_docker_metadata: ~
- add_kubernetes_metadata: ~`;
    assert.deepEqual(findings(stock), []);
  });
});
