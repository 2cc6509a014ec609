import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

export interface DuckDbLimits {
  /** Memory of the engine beside Node's own, MB. */
  readonly memoryMegabytes: number;
  readonly threads: number;
}

/** An engine in memory, without extensions, network or configuration of the host's; closed by `close`. */
export async function openDuckDb(limits: DuckDbLimits): Promise<{ connection: DuckDBConnection; close(): void }> {
  // Loaded when it is needed: 70 MB of binary that other commands do without.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${limits.memoryMegabytes}MB`,
    threads: String(limits.threads),
    // What does not fit into the memory; else it would be a folder .tmp where the command was called.
    temp_directory: join(tmpdir(), `antler-duckdb-${process.pid}`),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  return {
    connection,
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
