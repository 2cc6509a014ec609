import { isTree, type ObjectValue } from "../../../event/value.ts";
import { row, type SettingTable } from "../../config/settings.ts";
import { copyOf, getField, mergeInto, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";

const NOTHING = "has no effect: the cluster is not asked";
const IGNORED: SettingTable = Object.fromEntries(
  ["host", "node", "namespace", "scope", "kube_config", "sync_period", "cleanup_timeout"].map((name) => [
    name,
    row("text", undefined, NOTHING),
  ]),
);
/** Sources: the kubelet's names of log files: links in /var/log/containers, files in /var/log/pods. */
const LINK = /\/containers\/(?<pod>[^/_]+)_(?<namespace>[^/_]+)_(?<container>[^/]+)-(?<id>[\da-f]{64})\.log$/;
const FILE = /\/pods\/(?<namespace>[^/_]+)_(?<pod>[^/_]+)_(?<uid>[^/_]+)\/(?<container>[^/]+)\/[^/]+$/;

/** `kubernetes.*` and `container.id`, by the name of the log file. */
export const addKubernetesMetadata: ProcessorDefinition = {
  name: "add_kubernetes_metadata",
  options: {
    ...IGNORED,
    in_cluster: row("boolean", undefined, NOTHING),
    kube_client_options: row("tree", undefined, NOTHING),
    "default_indexers.enabled": row("boolean", undefined, NOTHING),
    "default_matchers.enabled": row("boolean", undefined, NOTHING),
    indexers: row("items", undefined, NOTHING),
    matchers: row("items", undefined, NOTHING),
    add_resource_metadata: row("tree", undefined, NOTHING),
    use_kubeadm: row("boolean", undefined, NOTHING),
    "labels.dedot": row("boolean", undefined, NOTHING),
    "annotations.dedot": row("boolean", undefined, NOTHING),
    include_labels: row("list", undefined, NOTHING),
    exclude_labels: row("list", undefined, NOTHING),
    include_annotations: row("list", undefined, NOTHING),
  },
  required: [],
  make: () => ({
    reads: ["log.file.path", "kubernetes", "container"],
    run(event) {
      const path = getField(event, "log.file.path");
      const found = typeof path === "string" ? metadataOf(path) : undefined;
      for (const [name, value] of Object.entries(found ?? {})) {
        const there = getField(event, name);
        if (isTree(there)) mergeInto(there as ObjectValue, value as ObjectValue, true);
        else putField(event, name, copyOf(value));
      }
      return true;
    },
  }),
};

function metadataOf(path: string): ObjectValue | undefined {
  const groups = (LINK.exec(path) ?? FILE.exec(path))?.groups;
  if (groups === undefined) return undefined;
  const { pod = "", namespace = "", container = "", uid, id } = groups;
  return {
    kubernetes: {
      namespace,
      pod: { name: pod, ...(uid === undefined ? {} : { uid }) },
      container: { name: container },
    },
    ...(id === undefined ? {} : { container: { id } }),
  };
}
