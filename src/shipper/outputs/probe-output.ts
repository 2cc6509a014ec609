import { randomUUID } from "node:crypto";
import { mkdir, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { elasticConnection } from "../../elastic/connection.ts";
import { nodeUrl, placeOf } from "../../elastic/connection-settings.ts";
import { hostAndPort } from "../../lumberjack/network.ts";
import type { ElasticsearchOutput, FileOutput, LogstashOutput, OutputConfig, TlsSettings } from "../config/config.ts";
import { elasticSettings } from "./elasticsearch-output.ts";
import { probeElasticsearch } from "./probe-elasticsearch.ts";
import { probeLumberjack } from "./probe-logstash.ts";
import { type ProbeTarget, probeConnection } from "./probe-network.ts";
import { ProbeFailure, type ProbeStep, type Say } from "./probe-step.ts";
import { readTlsFiles } from "./tls-files.ts";

/** Longest wait of a step. */
const TIMEOUT_MS = 10_000;

/** Tries every host of an output, step by step, without sending an event. Whether all is well. */
export async function probeOutput(
  config: OutputConfig,
  report: (step: ProbeStep) => void,
  now: () => number,
): Promise<boolean> {
  switch (config.kind) {
    case "logstash":
      return probeLogstash(config, report, now);
    case "elasticsearch":
      return probeElastic(config, report, now);
    case "file":
      return guarded(config.path, report, (say) => probeFile(config, say));
    case "console":
      report({ where: "standard output", step: "write", ok: true, what: "nothing to connect to" });
      return true;
  }
}

async function probeLogstash(
  config: LogstashOutput,
  report: (step: ProbeStep) => void,
  now: () => number,
): Promise<boolean> {
  let ok = true;
  for (const { host, port } of config.hosts) {
    const isWell = await guarded(hostAndPort(host, port), report, async (say) => {
      const tls = await tlsOf(config.tls);
      const socket = await probeConnection({ host, port, timeoutMs: limit(config.timeoutMs), tls, now }, say);
      await probeLumberjack(socket, say);
    });
    ok = isWell && ok;
  }
  return ok;
}

async function probeElastic(
  config: ElasticsearchOutput,
  report: (step: ProbeStep) => void,
  now: () => number,
): Promise<boolean> {
  // As far as it does not depend on the event.
  const index = config.index?.replace(/%\{[^}]*\}/g, "*") ?? "logs-generic-default";
  let ok = true;
  for (const host of config.hosts) {
    const url = nodeUrl(host, false);
    const isWell = await guarded(placeOf(url), report, async (say) => {
      const tls = url.protocol === "https:" ? await tlsOf(config.tls ?? PLAIN_TLS) : undefined;
      const name = url.hostname.replace(/^\[|\]$/g, "");
      const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
      const timeoutMs = limit(config.timeoutMs);
      (await probeConnection({ host: name, port, timeoutMs, tls, now }, say)).destroy();
      const connection = await elasticConnection(elasticSettings({ ...config, hosts: [host], timeoutMs }));
      try {
        await probeElasticsearch(connection, index, timeoutMs, say);
      } finally {
        await connection.close();
      }
    });
    ok = isWell && ok;
  }
  return ok;
}

const PLAIN_TLS: TlsSettings = {
  certificateAuthorities: [],
  certificate: undefined,
  key: undefined,
  keyPassphrase: undefined,
  verificationMode: "full",
  minVersion: undefined,
  maxVersion: undefined,
  clientAuthentication: "none",
};

async function probeFile({ path, permissions }: FileOutput, say: Say): Promise<void> {
  const probe = join(path, `.antler-${randomUUID()}`);
  try {
    await mkdir(path, { recursive: true, mode: 0o750 });
    await (await open(probe, "wx", permissions)).close();
    await unlink(probe);
  } catch (error) {
    throw new ProbeFailure(
      "write",
      (error as Error).message,
      "give the folder to the user that runs antler, or name another",
    );
  }
  say("write", "files can be made there");
}

async function tlsOf(settings: TlsSettings | undefined): Promise<ProbeTarget["tls"]> {
  if (settings === undefined) return undefined;
  try {
    return { settings, material: await readTlsFiles(settings) };
  } catch (error) {
    throw new ProbeFailure("tls", (error as Error).message, "look at ssl.*");
  }
}

/** Reports the steps, and the failure that ends them. */
async function guarded(
  where: string,
  report: (step: ProbeStep) => void,
  run: (say: Say) => Promise<void>,
): Promise<boolean> {
  try {
    await run((step, what) => report({ where, step, ok: true, what }));
    return true;
  } catch (error) {
    const { step = "connect", help } = error instanceof ProbeFailure ? error : {};
    report({ where, step, ok: false, what: (error as Error).message, ...(help === undefined ? {} : { help }) });
    return false;
  }
}

function limit(timeoutMs: number): number {
  return Math.min(timeoutMs, TIMEOUT_MS);
}
