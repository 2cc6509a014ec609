import type { Value } from "../../../event/value.ts";
import { row } from "../../config/settings.ts";
import type { ShipperEvent } from "../event.ts";
import { FieldError, getField, putField } from "../event-fields.ts";
import type { ProcessorDefinition } from "./definition.ts";
import type { ProcessorHost } from "./host.ts";

/** What is said of a process, but for its environment, which is restricted. */
const FIELDS = [
  "process.name",
  "process.title",
  "process.executable",
  "process.args",
  "process.pid",
  "process.parent.pid",
];

/** `process.*` of a running process whose id an event has, from /proc. */
export const addProcessMetadata: ProcessorDefinition = {
  name: "add_process_metadata",
  options: {
    match_pids: row("list", undefined, "fields that may hold the id; the first that does counts"),
    target: row("text", "", "field that `process` comes under; empty: the top of the event"),
    include_fields: row("list", undefined, `only these: ${FIELDS.join(", ")}`),
    overwrite_keys: row("boolean", false, "replace fields that are there; else one of them is a failure"),
    ignore_missing: row("boolean", true, "events without such a field are no failure"),
    restricted_fields: row("boolean", false, "has no effect: environments of processes are not read"),
    host_path: row("text", "/", "where the host's file system is mounted"),
    cgroup_prefixes: row("list", undefined, "has no effect"),
    cgroup_regex: row("text", undefined, "has no effect"),
    cgroup_cache_expire_time: row("text", undefined, "has no effect"),
  },
  required: ["match_pids"],
  make(settings, { found, at, host }) {
    const pidFields = settings.list("match_pids");
    const only = settings.list("include_fields").filter((name) => name !== "process.env" && name !== "container.id");
    const unknown = only.find((name) => name !== "process" && !FIELDS.includes(name));
    if (unknown !== undefined)
      found.error("SHIP003", `"${unknown}" is not known of a process`, settings.span("include_fields") ?? at, {
        help: `${FIELDS.join(", ")} are`,
      });
    const names = only.length === 0 || only.includes("process") ? FIELDS : only;
    const target = settings.text("target");
    const prefix = target === "" ? "" : `${target}.`;
    const overwrite = settings.boolean("overwrite_keys");
    const ignoreMissing = settings.boolean("ignore_missing");
    const root = settings.text("host_path").replace(/\/+$/, "");
    return {
      // Processes come and go, so that it never runs once for a source.
      reads: undefined,
      run(event) {
        const pid = pidOf(event, pidFields);
        if (pid === undefined) {
          if (ignoreMissing) return true;
          throw new FieldError(`there is no field ${pidFields.join(", ")}`);
        }
        const known = processOf(pid, root, host);
        if (known === undefined) return true;
        const wanted = names.flatMap((name) =>
          known[name] === undefined ? [] : [[prefix + name, known[name]] as const],
        );
        const own = new Set(pidFields);
        const taken = wanted.find(([name]) => !own.has(name) && getField(event, name) !== undefined);
        if (taken !== undefined && !overwrite) throw new FieldError(`there is a field ${taken[0]} already`);
        for (const [name, value] of wanted) putField(event, name, value as Value);
        return true;
      },
    };
  },
};

function pidOf(event: ShipperEvent, fields: readonly string[]): number | undefined {
  for (const field of fields) {
    const value = getField(event, field);
    const pid = typeof value === "string" && /^\d{1,10}$/.test(value) ? Number(value) : value;
    if (typeof pid === "number" && Number.isInteger(pid) && pid > 0) return pid;
  }
  return undefined;
}

/** undefined: there is no such process any more. Source: man proc(5). */
function processOf(pid: number, root: string, host: ProcessorHost): Record<string, Value | undefined> | undefined {
  const folder = `${root}/proc/${pid}`;
  const name = host.readFile(`${folder}/comm`)?.replace(/\n$/, "");
  if (name === undefined) return undefined;
  const args = (host.readFile(`${folder}/cmdline`) ?? "").replace(/\0$/, "").split("\0").filter(Boolean);
  // Behind the name in brackets, which may have any character: state, parent.
  const parent = /^.*\) \S (\d+) /s.exec(host.readFile(`${folder}/stat`) ?? "")?.[1];
  return {
    "process.name": name,
    "process.title": args.length === 0 ? undefined : args.join(" "),
    "process.executable": host.readLink(`${folder}/exe`),
    "process.args": args.length === 0 ? undefined : args,
    "process.pid": pid,
    "process.parent.pid": parent === undefined ? undefined : Number(parent),
  };
}
