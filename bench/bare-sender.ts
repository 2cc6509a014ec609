import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";

/** A process of its own: sends bodies that were made before, as quickly as it can. Arguments: URL, file of bodies, dataset, requests in flight. */
export interface BareResult {
  readonly seconds: number;
  /** Bodies that were not taken as a whole. */
  readonly errors: number;
}

const [url = "", file = "", dataset = "", inFlight = "1"] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const bodies = readBodies();
let errors = 0;

process.once("message", async () => {
  const begin = performance.now();
  let next = 0;
  const sender = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      if (!(await send(body)).subarray(0, 64).includes('"errors":false')) errors++;
    }
  };
  await Promise.all(Array.from({ length: Number(inFlight) }, sender));
  const result: BareResult = { seconds: (performance.now() - begin) / 1000, errors };
  process.send?.(result, () => process.exit());
});

/** Bodies as the sink wrote them down, each after its length in bytes as 32 bits; in another data stream, before anything is timed. */
function readBodies(): Buffer[] {
  const bytes = readFileSync(file);
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32LE(at);
    const body = bytes.toString("utf8", at + 4, end).replaceAll("logs-bench-default", `logs-${dataset}-default`);
    found.push(Buffer.from(body));
    at = end;
  }
  return found;
}

function send(body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/x-ndjson", "content-length": body.length };
    const query = "filter_path=errors,items.*.status,items.*.error&require_data_stream=true";
    const sent = request(`${url}/_bulk?${query}`, { agent, method: "POST", headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(Buffer.concat(chunks)));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
