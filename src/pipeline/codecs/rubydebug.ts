import { LazyValue } from "../../event/lazy-value.ts";
import { Timestamp } from "../../event/timestamp.ts";
import { isTree, type StoredValue } from "../../event/value.ts";
import { WholeFloat } from "../../event/whole-float.ts";
import { type CodecPlugin, defineCodec } from "../../plugin/definitions.ts";
import { boolean } from "../../plugin/options.ts";
import { rubyInspect } from "../../transform/ruby-inspect.ts";

const options = {
  metadata: boolean({ description: "Show `@metadata` too", default: false }),
};

export const rubydebug: CodecPlugin = defineCodec({
  name: "rubydebug",
  summary: "Events for people to read, in the look of Ruby's awesome_print; writes only.",
  options,
  differs: ["Fields stand in the order in which they were set; Logstash's has no meaning."],
  examples: [{ title: "With metadata", config: "rubydebug { metadata => true }" }],
  encoder: (settings) => ({
    encode(event, out) {
      const fields = { ...event.fields };
      const metadata = settings.metadata ? event.metadataObject() : {};
      if (Object.keys(metadata).length > 0) fields["@metadata"] = metadata;
      out.text(`${render(fields, 0)}\n`);
    },
  }),
});

const STEP = 4;

/** Names stand right-aligned before their arrows, as awesome_print sets them; nested ones four columns further in. */
function render(stored: StoredValue, depth: number): string {
  if (stored instanceof WholeFloat) return stored.toString();
  const value = stored instanceof LazyValue ? stored.materialise() : stored;
  if (typeof value === "string") return rubyInspect(value);
  if (value === null) return "nil";
  if (value instanceof Timestamp) return value.toString();
  const outer = " ".repeat(depth * STEP);
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const inner = outer + " ".repeat(STEP);
    const width = String(value.length - 1).length;
    const items = value.map(
      (item, i) => `${inner}[${String(i).padStart(width)}] ${render(item as StoredValue, depth + 1)}`,
    );
    return `[\n${items.join(",\n")}\n${outer}]`;
  }
  if (typeof value === "number") return rubyNumber(value);
  if (!isTree(value)) return String(value);
  // What was removed stays as undefined.
  const members = Object.entries(value).filter(([, item]) => item !== undefined);
  const names = members.map(([name]) => rubyInspect(name));
  if (names.length === 0) return "{}";
  const longest = names.reduce((most, name) => Math.max(most, name.length), 0);
  const width = longest + (depth + 1) * STEP;
  const lines = members.map(
    ([, item], i) => `${(names[i] as string).padStart(width)} => ${render(item as StoredValue, depth + 1)}`,
  );
  return `{\n${lines.join(",\n")}\n${outer}}`;
}

/** A number as Ruby shows it: those with a fraction have a point also where they have an exponent of ten. */
function rubyNumber(value: number): string {
  if (Number.isInteger(value)) return value >= 1e21 || value <= -1e21 ? BigInt(value).toString() : String(value);
  const size = Math.abs(value);
  if (size >= 1e-4) return String(value);
  const [digits = "", exponent = ""] = value.toExponential().split("e-");
  return `${digits.includes(".") ? digits : `${digits}.0`}e-${exponent.padStart(2, "0")}`;
}
