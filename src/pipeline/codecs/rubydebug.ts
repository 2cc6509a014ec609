import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type Value } from "../../event/value.ts";
import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { boolean } from "../../plugin/options.ts";

const options = {
  metadata: boolean({ description: "Show `@metadata` too", default: false }),
};

export const rubydebug: CodecPlugin = defineCodec({
  name: "rubydebug",
  summary: "Events for people to read, in the look of Ruby's awesome_print; writes only.",
  options,
  examples: [{ title: "With metadata", config: "rubydebug { metadata => true }" }],
  encoder: (settings) => ({
    encode(event, out) {
      const fields = settings.metadata
        ? { ...event.toObject(), "@metadata": event.metadataObject() }
        : event.toObject();
      out.text(`${render(fields, 0)}\n`);
    },
  }),
});

const STEP = 4;

/** Names stand right-aligned before their arrows, as awesome_print sets them; nested ones four columns further in. */
function render(value: Value, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value).replaceAll("#{", "\\#{");
  if (value === null) return "nil";
  if (value instanceof Timestamp) return value.toString();
  const inner = " ".repeat((depth + 1) * STEP);
  const outer = " ".repeat(depth * STEP);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const width = String(value.length - 1).length;
    const items = value.map((item, i) => `${inner}[${String(i).padStart(width)}] ${render(item as Value, depth + 1)}`);
    return `[\n${items.join(",\n")}\n${outer}]`;
  }
  if (!isTree(value)) return String(value);
  const names = Object.keys(value).map((name) => JSON.stringify(name));
  if (names.length === 0) return "{}";
  const width = Math.max(...names.map((name) => name.length)) + (depth + 1) * STEP;
  const lines = Object.values(value).map(
    (item, i) => `${(names[i] as string).padStart(width)} => ${render(item as Value, depth + 1)}`,
  );
  return `{\n${lines.join(",\n")}\n${outer}}`;
}
