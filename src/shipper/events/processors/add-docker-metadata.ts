import { dirname } from "node:path";
import { isTree, type ObjectValue } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import { copyOf, expandDots, getField, mergeInto, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import type { ProcessorHost } from "./host.ts";
import { RecentAnswers } from "./recent-answers.ts";

const NOTHING = "has no effect: the daemon is not asked";
const PATH = /\/([\da-f]{64})\/[^/]+$/;

/** `container.*`, by the path of Docker's log file and the container's configuration beside it. */
export const addDockerMetadata: ProcessorDefinition = {
  name: "add_docker_metadata",
  options: {
    "labels.dedot": row("boolean", true, "dots in names of labels become underscores"),
    host: row("text", undefined, NOTHING),
    match_fields: row("list", undefined, NOTHING),
    match_pids: row("list", undefined, NOTHING),
    match_source: row("boolean", true, "look at log.file.path"),
    match_source_index: row("number", undefined, "has no effect: the id is found by its form"),
    match_short_id: row("boolean", undefined, NOTHING),
    cleanup_timeout: row("text", undefined, NOTHING),
    skip_older: row("text", undefined, NOTHING),
    "ssl.certificate_authority": row("text", undefined, NOTHING),
    "ssl.certificate": row("text", undefined, NOTHING),
    "ssl.key": row("text", undefined, NOTHING),
  },
  required: [],
  make(settings, { host }) {
    const dedot = settings.boolean("labels.dedot");
    const isOn = settings.boolean("match_source");
    const containers = new RecentAnswers((path) => containerOf(path, host, dedot));
    return {
      reads: ["log.file.path", "container"],
      run(event) {
        const path = isOn ? getField(event, "log.file.path") : undefined;
        const container = typeof path === "string" ? containers.of(path) : undefined;
        if (container === undefined) return true;
        const there = getField(event, "container");
        if (isTree(there)) mergeInto(there as ObjectValue, container, true);
        else putField(event, "container", copyOf(container));
        return true;
      },
    };
  },
};

function containerOf(path: string, host: ProcessorHost, dedot: boolean): ObjectValue | undefined {
  const id = PATH.exec(path)?.[1];
  if (id === undefined) return undefined;
  const container: ObjectValue = { id };
  let data: ObjectValue = {};
  try {
    data = JSON.parse(host.readFile(`${dirname(path)}/config.v2.json`) ?? "{}") as ObjectValue;
  } catch {
    // A file that is being written: the id is what is known.
  }
  const config = isTree(data["Config"]) ? (data["Config"] as ObjectValue) : {};
  if (typeof data["Name"] === "string") container["name"] = data["Name"].replace(/^\//, "");
  if (typeof config["Image"] === "string") container["image"] = { name: config["Image"] };
  if (isTree(config["Labels"]) && Object.keys(config["Labels"]).length > 0) {
    const labels = config["Labels"] as ObjectValue;
    container["labels"] = dedot
      ? Object.fromEntries(Object.entries(labels).map(([name, value]) => [name.replaceAll(".", "_"), value]))
      : expandDots(labels);
  }
  return container;
}
