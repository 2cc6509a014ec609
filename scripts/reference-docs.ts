import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { renderCatalogue } from "../src/diagnostics/catalogue.ts";
import { COMMON_OPTIONS } from "../src/pipeline/compile/common-options.ts";
import { PLUGINS } from "../src/pipeline/plugins.ts";
import { referenceIndex, referencePage } from "../src/plugin/reference-page.ts";
import { compatibilityPage } from "./compatibility-page.ts";
import { metricsPage } from "./metrics-page.ts";
import { processorsPage } from "./processors-page.ts";
import { shipperPage } from "./shipper-page.ts";

/** Writes docs/reference, docs/compatibility.md, docs/metrics.md, docs/processors.md and docs/shipper.md from the definitions. With `--check` it writes nothing and ends with 1 where the files differ. */

const FOLDER: string = join(import.meta.dirname, "..", "..", "docs");
/** All of this folder is made here. */
const REFERENCE = "reference";

const pages: ReadonlyMap<string, string> = new Map([
  ["compatibility.md", compatibilityPage()],
  ["metrics.md", metricsPage()],
  ["processors.md", processorsPage()],
  ["shipper.md", shipperPage()],
  [`${REFERENCE}/README.md`, referenceIndex(PLUGINS)],
  [`${REFERENCE}/errors.md`, renderCatalogue()],
  ...PLUGINS.map((plugin): [string, string] => [
    `${REFERENCE}/${plugin.kind}s/${plugin.name}.md`,
    referencePage(plugin, COMMON_OPTIONS[plugin.kind]),
  ]),
]);

const present: readonly string[] = existsSync(FOLDER)
  ? readdirSync(FOLDER, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"))
  : [];
const outdated: readonly string[] = present.filter((name) => name.startsWith(`${REFERENCE}/`) && !pages.has(name));
const changed: readonly string[] = [...pages.keys()].filter(
  (name) => !present.includes(name) || readFileSync(join(FOLDER, name), "utf8") !== pages.get(name),
);

if (parseArgs({ options: { check: { type: "boolean", default: false } } }).values.check) {
  const differing = [...changed, ...outdated].sort();
  for (const name of differing) console.error(`docs/${name} is not what the definitions say`);
  if (differing.length > 0) {
    console.error("run `npm run docs` and commit what it writes");
    process.exitCode = 1;
  }
} else {
  for (const name of outdated) rmSync(join(FOLDER, name));
  for (const name of changed) {
    const path = join(FOLDER, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, pages.get(name) as string);
  }
  console.log(`docs: ${pages.size} pages, ${changed.length} written, ${outdated.length} removed`);
}
