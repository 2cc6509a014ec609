import { setTimeout as sleep } from "node:timers/promises";
import type { ApiConnection } from "../elastic/bulk-types.ts";
import { elasticConnection } from "../elastic/connection.ts";
import { liveDesign } from "../elastic/mapping/live-design.ts";
import type { IndexDesign } from "../elastic/mapping/templates.ts";
import type { FindDesign } from "../pipeline/compile/check-mappings.ts";
import { type DocumentTarget, targetOf } from "../pipeline/compile/document-target.ts";
import type { DocumentShape } from "../pipeline/compile/produced-fields.ts";
import type { ResolvedOutput } from "../pipeline/compile/resolved.ts";
import { type ConnectionOptions, connectionSettings } from "../pipeline/outputs/elasticsearch-connection.ts";

/** Names asked for at most, for an output. */
const NAMES_LIMIT = 100;

export interface LiveMappings {
  readonly find: FindDesign;
  /** Outputs whose cluster did not say what it has, and why. */
  readonly silent: readonly { readonly output: ResolvedOutput; readonly reason: string }[];
}

/** Asks the clusters of the elasticsearch outputs what they have for the documents' indices, all at once, in `timeoutMs` together. */
export async function readLiveMappings(
  shapes: readonly DocumentShape[],
  now: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<LiveMappings> {
  const wanted = new Map<ResolvedOutput, Map<string, DocumentTarget>>();
  for (const shape of shapes) {
    if (shape.output.plugin.name !== "elasticsearch") continue;
    const target = targetOf(shape, now);
    const names = wanted.get(shape.output) ?? new Map<string, DocumentTarget>();
    wanted.set(shape.output, names);
    if (target !== undefined && names.size < NAMES_LIMIT) names.set(target.name, target);
  }
  const designs = new Map<ResolvedOutput, Map<string, IndexDesign | "none">>();
  const silent: { output: ResolvedOutput; reason: string }[] = [];
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const timer = sleep(timeoutMs, undefined, { signal: until, ref: false }).then(
    () => ended.abort(new Error(`no answer in ${timeoutMs / 1000} s`)),
    () => undefined,
  );
  await Promise.all(
    [...wanted].map(async ([output, names]) => {
      const own = new Map<string, IndexDesign | "none">();
      designs.set(output, own);
      try {
        await ask(output, [...names.keys()], own, until);
      } catch (error) {
        silent.push({ output, reason: (until.aborted ? (until.reason as Error) : (error as Error)).message });
      }
    }),
  );
  ended.abort();
  await timer;
  return { find: ({ name }, output) => designs.get(output)?.get(name), silent };
}

async function ask(
  output: ResolvedOutput,
  names: readonly string[],
  designs: Map<string, IndexDesign | "none">,
  signal: AbortSignal,
): Promise<void> {
  if (names.length === 0) return;
  const connection: ApiConnection = await elasticConnection(
    connectionSettings(output.options as unknown as ConnectionOptions),
  );
  try {
    for (const name of names) designs.set(name, await liveDesign(connection, name, signal));
  } finally {
    await connection.close();
  }
}
