import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Abilities, askAbilities } from "../../elastic/assets/abilities.ts";
import { type Asset, marked } from "../../elastic/assets/asset.ts";
import { ElasticApi } from "../../elastic/assets/elastic-api.ts";
import { coversAllLogs, readIndexTemplates } from "../../elastic/assets/foreign-templates.ts";
import { elasticConnection } from "../../elastic/connection.ts";
import type { ConnectionSettings } from "../../elastic/connection-settings.ts";

/** What the files for a cluster hang on. */
export async function askCluster(
  settings: ConnectionSettings,
): Promise<{ readonly abilities: Abilities; readonly foreignCatchAll: boolean }> {
  const connection = await elasticConnection(settings);
  try {
    const api = new ElasticApi(connection, new AbortController().signal);
    const abilities = await askAbilities(api);
    return { abilities, foreignCatchAll: coversAllLogs(await readIndexTemplates(api)) };
  } finally {
    await connection.close();
  }
}

/** Writes what would be made as JSON files, KIND/NAME.json, and the order in README.md. Returns the files' paths. */
export async function exportAssets(folder: string, assets: readonly Asset[], server: string): Promise<string[]> {
  const written: string[] = [];
  const steps: string[] = [];
  for (const asset of assets) {
    const { kind, name } = asset;
    const file = join(kind.folder, `${name}.json`);
    await mkdir(join(folder, kind.folder), { recursive: true });
    await writeFile(join(folder, file), `${JSON.stringify(kind.content(marked(asset)), null, 2)}\n`);
    written.push(join(folder, file));
    const [method, path] = kind.request(name).split(" ");
    steps.push(`curl -fsS -X ${method} "$ES${path}" -H 'content-type: application/json' -d @${file}`);
  }
  const readme = join(folder, "README.md");
  await writeFile(readme, readmeText(server, steps));
  return [...written, readme];
}

function readmeText(server: string, steps: readonly string[]): string {
  return `# What \`antler setup\` makes

For ${server}. In this order, from this folder; each step needs those before it. Credentials: add \`-H "authorization: ApiKey …"\` or \`-u user\`.

\`\`\`sh
ES=http://127.0.0.1:9200
${steps.join("\n")}
\`\`\`

\`_meta.hash\` tells \`antler setup\` whether somebody has changed an asset since. Leave it as it is.
`;
}
