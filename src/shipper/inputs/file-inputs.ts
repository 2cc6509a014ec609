import type { RecordSink } from "../../event/record-batch.ts";
import type { TailEnvironment } from "../../tail/environment.ts";
import type { SourceFields, TailInputOptions } from "../../tail/options.ts";
import { Tail } from "../../tail/tail.ts";
import type { FileInput } from "../config/config.ts";

/** Smallest read: smaller ones cost more CPU than they save memory. */
const READ_BYTES = 512 * 1024;

export interface FileInputsOptions {
  /** Inputs of files with their numbers in the configuration. */
  readonly inputs: readonly (readonly [number, FileInput])[];
  readonly registryFolder: string;
  readonly flushMs: number;
  readonly lingerMs: number;
  /** Stored with the registry in one write: the ledger. */
  readonly extra: () => unknown;
}

/** One tail for all inputs of files. */
export function openTail(options: FileInputsOptions, sink: RecordSink, environment: TailEnvironment): Tail {
  const configs = options.inputs.map(([, input]) => input);
  const limits = configs.map(({ harvesterLimit }) => harvesterLimit).filter((limit) => limit > 0);
  return new Tail(
    {
      inputs: options.inputs.map(([number, input]) => tailInput(number, input)),
      registryFolder: options.registryFolder,
      flushMs: options.flushMs,
      lingerMs: options.lingerMs,
      bufferSize: Math.max(READ_BYTES, ...configs.map(({ bufferBytes }) => bufferBytes)),
      scanMs: Math.min(...configs.map(({ scanMs }) => scanMs)),
      pollMs: Math.min(...configs.map(({ backoffInitMs }) => backoffInitMs)),
      pollMaxMs: Math.min(...configs.map(({ backoffMaxMs }) => backoffMaxMs)),
      ...(limits.length > 0 ? { harvesterLimit: Math.min(...limits) } : {}),
      extra: options.extra,
    },
    sink,
    environment,
  );
}

function tailInput(number: number, input: FileInput): TailInputOptions {
  const multiline = input.parsers.find((parser) => parser.kind === "multiline");
  return {
    number,
    name: input.id,
    paths: input.paths,
    exclude: input.excludeFiles,
    ignoreOlderMs: input.ignoreOlderMs,
    readFrom: input.readFrom,
    closeInactiveMs: input.closeInactiveMs,
    closeRemoved: input.closeRemoved,
    closeRenamed: input.closeRenamed,
    messageMaxBytes: input.messageMaxBytes,
    encoding: input.encoding.replace(/^plain$/, "utf-8"),
    describe: ({ path }): SourceFields => [["[log][file][path]", path]],
    ...(multiline?.kind === "multiline" ? { multiline: multiline.options } : {}),
  };
}
