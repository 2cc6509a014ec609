import { isTree, type ObjectValue, type Value } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import { copyOf, getField, mergeInto, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import type { ProcessorHost } from "./host.ts";

const NOTHING = "has no effect: nothing is asked over the network";
/** What the machine's firmware says, and whose machine it is then. Sources: the providers' guides to telling their machines. */
const VENDORS: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [/^Amazon EC2/, "aws"],
  [/^Google/, "gcp"],
  [/^Alibaba Cloud/, "ecs"],
  [/^DigitalOcean/, "digitalocean"],
  [/^Hetzner/, "hetzner"],
  [/^Tencent Cloud/, "qcloud"],
  [/^OpenStack/, "openstack"],
  [/^Huawei Cloud/, "huawei"],
];
/** The tag that all of Azure's machines have. */
const AZURE = "7783-7084-3265-9085-8269-3286-77";
/** cloud-init's names where they differ from Beats'. */
const CLOUD_INIT: Readonly<Record<string, string>> = { gce: "gcp", aliyun: "ecs" };

/** `cloud.*`, from what lies on the host: cloud-init's data and the firmware's. */
export const addCloudMetadata: ProcessorDefinition = {
  name: "add_cloud_metadata",
  options: {
    timeout: row("text", undefined, NOTHING),
    providers: row("list", undefined, "only these: aws, gcp, azure, …"),
    overwrite: row("boolean", false, "replace `cloud` where an event has it"),
  },
  required: [],
  make(settings, { host }) {
    const overwrite = settings.boolean("overwrite");
    const providers = settings.list("providers");
    let known: ObjectValue | undefined;
    return {
      reads: ["cloud"],
      run(event) {
        known ??= cloudOf(host);
        const there = getField(event, "cloud");
        if (known["provider"] === undefined || (there !== undefined && !overwrite)) return true;
        if (providers.length > 0 && !providers.includes(known["provider"] as string)) return true;
        if (isTree(there)) mergeInto(there as ObjectValue, known, true);
        else putField(event, "cloud", copyOf(known));
        return true;
      },
    };
  },
};

function cloudOf(host: ProcessorHost): ObjectValue {
  return fromCloudInit(host) ?? fromFirmware(host);
}

/** `v1` of instance-data.json. Source: cloud-init, "Instance metadata". */
function fromCloudInit(host: ProcessorHost): ObjectValue | undefined {
  let data: ObjectValue;
  try {
    data = JSON.parse(host.readFile("/run/cloud-init/instance-data.json") ?? "{}") as ObjectValue;
  } catch {
    return undefined;
  }
  const v1 = isTree(data["v1"]) ? (data["v1"] as ObjectValue) : {};
  const text = (name: string): string | undefined =>
    typeof v1[name] === "string" && v1[name] !== "" ? (v1[name] as string) : undefined;
  const name = text("cloud_name");
  if (name === undefined || /^(?:nocloud|none|unknown|configdrive|lxd)$/i.test(name)) return undefined;
  return present({
    provider: CLOUD_INIT[name] ?? name,
    "instance.id": text("instance_id"),
    region: text("region"),
    availability_zone: text("availability_zone"),
  });
}

function fromFirmware(host: ProcessorHost): ObjectValue {
  const dmi = (name: string): string => (host.readFile(`/sys/class/dmi/id/${name}`) ?? "").trim();
  const vendor = dmi("sys_vendor");
  const found = VENDORS.find(([pattern]) => pattern.test(vendor) || pattern.test(dmi("product_name")))?.[1];
  const provider = found ?? (dmi("chassis_asset_tag") === AZURE ? "azure" : undefined);
  switch (provider) {
    case undefined:
      return {};
    case "aws": {
      const id = dmi("board_asset_tag");
      const type = dmi("product_name");
      return present({
        provider,
        "instance.id": /^i-[\da-f]+$/.test(id) ? id : undefined,
        "machine.type": /^[a-z][\w-]*\.[\w-]+$/.test(type) ? type : undefined,
      });
    }
    case "digitalocean":
    case "hetzner":
      return present({ provider, "instance.id": dmi("product_serial") || undefined });
    case "azure":
    case "openstack":
      return present({ provider, "instance.id": dmi("product_uuid").toLowerCase() || undefined });
    default:
      return present({ provider });
  }
}

function present(values: Readonly<Record<string, string | undefined>>): ObjectValue {
  const event = { timestamp: "", fields: {} as Record<string, Value>, metadata: {} };
  for (const [name, value] of Object.entries(values)) if (value !== undefined) putField(event, name, value);
  return event.fields;
}
