import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Event } from "../../src/event/event.ts";
import { FieldReference } from "../../src/event/field-reference.ts";
import type { StoredTree, Value } from "../../src/event/value.ts";
import { COMMON_OPTIONS } from "../../src/pipeline/compile/common-options.ts";
import { PLUGINS } from "../../src/pipeline/plugins.ts";
import type { Plugin, PluginExample } from "../../src/plugin/definitions.ts";
import { FilterSession } from "../support/filter-session.ts";
import { resolved } from "../support/resolved.ts";
import { decode, encode, newEvent } from "../support/run-codec.ts";
import { comparable } from "../support/run-filters.ts";

const ROOT: string = join(import.meta.dirname, "..", "..");
/** The docs lie beside dist, or where the build was told to put its files. */
const DOCS: string = process.env["ANTLER_DOCS"] ?? join(ROOT, "..", "docs", "reference");
const KINDS: readonly Plugin["kind"][] = ["input", "filter", "output", "codec"];

/** A whole configuration around an example. */
function wholeConfiguration(plugin: Plugin, config: string): string {
  const parts: Record<Plugin["kind"], string> = {
    input: `input { ${config} } filter { } output { null { } }`,
    filter: `input { stdin { } } filter { ${config} } output { null { } }`,
    output: `input { stdin { } } filter { } output { ${config} }`,
    codec:
      "decoder" in plugin && plugin.decoder !== undefined
        ? `input { stdin { codec => ${config} } } output { null { } }`
        : `input { stdin { } } output { stdout { codec => ${config} } }`,
  };
  return parts[plugin.kind];
}

function assertFields(event: Event | undefined, expected: Readonly<Record<string, Value>>): void {
  assert.ok(event !== undefined, "no event came out");
  for (const [reference, value] of Object.entries(expected)) {
    assert.deepEqual(comparable(new FieldReference(reference).get(event)), comparable(value), reference);
  }
}

async function runFilterExample({ config, given, expect }: PluginExample): Promise<void> {
  const input = typeof given === "string" ? given : (structuredClone(given) as StoredTree);
  const events = await new FilterSession(`filter { ${config} }`).send(input);
  if (expect === "dropped") assert.equal(events.length, 0);
  else {
    const all = (Array.isArray(expect) ? expect : [expect]) as readonly Readonly<Record<string, Value>>[];
    assert.equal(events.length, all.length);
    for (const [i, expected] of all.entries()) assertFields(events[i], expected);
  }
}

function runCodecExample({ config, given, expect }: PluginExample): void {
  if (typeof given !== "string")
    assert.equal(encode(config, newEvent(0, structuredClone(given) as StoredTree)), expect);
  else {
    const events = decode(config, [given]);
    const all = expect as readonly Readonly<Record<string, Value>>[];
    assert.equal(events.length, all.length);
    for (const [i, expected] of all.entries()) assertFields(events[i], expected);
  }
}

describe("plugins", () => {
  it("are sorted by name within their kind, and each is there once", () => {
    const sorted = [...PLUGINS].sort(
      (a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1),
    );
    const names = (plugins: readonly Plugin[]): string[] => plugins.map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(names(PLUGINS), names(sorted));
    assert.equal(new Set(names(PLUGINS)).size, PLUGINS.length);
  });

  for (const kind of KINDS) {
    for (const [name, option] of Object.entries(COMMON_OPTIONS[kind])) {
      it(`the option ${name} of every ${kind} is described`, () => assert.match(option.description, /\S.*[^.]$/));
    }
  }

  for (const plugin of PLUGINS) {
    describe(`${plugin.kind} ${plugin.name}`, () => {
      it("has a summary of one sentence or few", () => assert.match(plugin.summary, /^[A-Z].*\.$/));

      it("has a file of its name", () => {
        const file = join(ROOT, "src", "pipeline", `${plugin.kind}s`, `${plugin.name.replaceAll("_", "-")}.js`);
        assert.ok(existsSync(file), file);
      });

      it("has a page in the reference", () => {
        const page = join(DOCS, `${plugin.kind}s`, `${plugin.name}.md`);
        assert.ok(existsSync(page), `${page}: run \`npm run docs\``);
      });

      it("describes every option, in a fragment without a full stop", () => {
        for (const [name, option] of Object.entries(plugin.options)) {
          assert.match(option.description, /^\S.*[^.\s]$/, name);
        }
      });

      it("has examples", () => assert.ok(plugin.examples.length > 0));

      for (const example of plugin.examples) {
        it(`example: ${example.title}`, async () => {
          resolved(wholeConfiguration(plugin, example.config));
          assert.equal(example.given === undefined, example.expect === undefined, "given and expect go together");
          if (example.given === undefined) return;
          if (plugin.kind === "filter") await runFilterExample(example);
          else if (plugin.kind === "codec") runCodecExample(example);
          else assert.fail("only filters and codecs can be run");
        });
      }
    });
  }
});
