import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const BINARY: string = join(import.meta.dirname, "..", "..", "..", "bin", "antler.js");

export interface AntlerResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as a user would, with `stdin` as its input, until it ends. */
export function runAntler(args: readonly string[], stdin: string | Buffer = ""): Promise<AntlerResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(BINARY, args, { env: { ...process.env, TZ: "UTC" } });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
  });
}

/** Runs a pipeline over lines on standard input; the documents that it writes as JSON lines, and its ledger. */
export async function runPipeline(
  filter: string,
  lines: readonly string[],
  more: readonly string[] = [],
): Promise<{ documents: Record<string, unknown>[]; ledger: Record<string, unknown> }> {
  const folder = mkdtempSync(join(tmpdir(), "antler-test-"));
  try {
    const config = `input { stdin { } } filter { ${filter} } output { stdout { codec => json_lines } }`;
    const { code, stdout, stderr } = await runAntler(
      ["pipeline", "-e", config, "--path.data", folder, ...more],
      lines.map((line) => `${line}\n`).join(""),
    );
    if (code !== 0) throw new Error(`antler ended with ${code}: ${stderr}`);
    const last = stderr.split("\n").find((line) => line.includes("pipeline has ended")) ?? "{}";
    const documents = stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    return { documents, ledger: JSON.parse(last) as Record<string, unknown> };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
