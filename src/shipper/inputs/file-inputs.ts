import type { RecordSink } from "../../event/record-batch.ts";
import type { TailEnvironment } from "../../tail/environment.ts";
import type { SourceFields, TailInputOptions } from "../../tail/options.ts";
import { Tail } from "../../tail/tail.ts";
import type { FileInput } from "../config/config.ts";
import { lineTextOf } from "../events/parsers/parser.ts";

/** Smallest read: smaller ones cost more CPU than they save memory. */
const READ_BYTES = 512 * 1024;

/** When the shipper was started for the first time, and this time, in epoch milliseconds. */
export interface Starts {
  readonly first: number;
  readonly last: number;
}

export interface FileInputsOptions {
  /** Inputs of files with their numbers in the configuration. */
  readonly inputs: readonly (readonly [number, FileInput])[];
  readonly registryFolder: string;
  readonly flushMs: number;
  readonly lingerMs: number;
  /** Epoch milliseconds. */
  readonly since: number | undefined;
  readonly starts: Starts;
  readonly releaseDeletedAfterMs: number;
  readonly diskFull: () => boolean;
  /** Stored with the registry in one write: the ledger. */
  readonly extra: () => unknown;
}

/** One tail for all inputs of files. */
export function openTail(options: FileInputsOptions, sink: RecordSink, environment: TailEnvironment): Tail {
  const configs = options.inputs.map(([, input]) => input);
  return new Tail(
    {
      inputs: options.inputs.map(([number, input]) => tailInput(number, input, options.starts)),
      registryFolder: options.registryFolder,
      flushMs: options.flushMs,
      lingerMs: options.lingerMs,
      ...(options.since === undefined ? {} : { since: options.since }),
      bufferSize: Math.max(READ_BYTES, ...configs.map(({ bufferBytes }) => bufferBytes)),
      scanMs: Math.min(...configs.map(({ scanMs }) => scanMs)),
      pollMs: Math.min(...configs.map(({ backoffInitMs }) => backoffInitMs)),
      pollMaxMs: Math.min(...configs.map(({ backoffMaxMs }) => backoffMaxMs)),
      releaseDeletedAfterMs: options.releaseDeletedAfterMs,
      diskFull: options.diskFull,
      extra: options.extra,
    },
    sink,
    environment,
  );
}

function tailInput(number: number, input: FileInput, starts: Starts): TailInputOptions {
  const since = { since_first_start: starts.first, since_last_start: starts.last, none: undefined }[
    input.ignoreInactive ?? "none"
  ];
  const multiline = input.parsers.find((parser) => parser.kind === "multiline");
  const container = input.parsers.find((parser) => parser.kind === "container");
  const lineText = lineTextOf(input.parsers, Date.now);
  return {
    number,
    name: input.id,
    paths: input.recursiveGlob ? input.paths : input.paths.map((path) => path.replaceAll("**", "*")),
    exclude: input.excludeFiles,
    include: input.includeFiles,
    symlinks: input.symlinks,
    compression: input.compression,
    ignoreOlderMs: input.ignoreOlderMs,
    readFrom: input.readFrom,
    closeInactiveMs: input.closeInactiveMs,
    closeRemoved: input.closeRemoved,
    closeRenamed: input.closeRenamed,
    closeOnEof: input.closeOnEof,
    closeAfterMs: input.closeAfterMs,
    cleanInactiveMs: input.cleanInactiveMs,
    harvesterLimit: input.harvesterLimit,
    ...(since === undefined ? {} : { ignoreSince: since }),
    messageMaxBytes: input.messageMaxBytes,
    encoding: input.encoding.replace(/^plain$/, "utf-8"),
    describe: ({ path }): SourceFields => [["[log][file][path]", path]],
    ...(multiline?.kind === "multiline" ? { multiline: multiline.options } : {}),
    ...(container?.kind === "container" ? { container: container.format } : {}),
    ...(lineText === undefined ? {} : { lineText }),
  };
}
