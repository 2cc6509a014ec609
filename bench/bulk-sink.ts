import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

/** Where bodies are written down, each after its length in bytes as 32 bits. */
const [file] = process.argv.slice(2);

/** A process of its own: counts the documents of `_bulk` requests as cheaply as it can and says that all were created. */
const item = Buffer.from('{"create":{"status":201}},');
let documents = 0;
let items: Buffer = Buffer.alloc(0);

const server = createServer((request, response) => {
  response.setHeader("x-elastic-product", "Elasticsearch");
  response.setHeader("content-type", "application/json");
  if (request.url?.includes("_resolve") === true) {
    response.end('{"indices":[],"aliases":[],"data_streams":[]}');
    return;
  }
  if (!request.url?.includes("_bulk")) {
    response.end(
      JSON.stringify({ version: { number: "8.19.0", build_flavor: "default" }, tagline: "You Know, for Search" }),
    );
    return;
  }
  let newlines = 0;
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => {
    if (file !== undefined) chunks.push(chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) newlines++;
  });
  request.on("end", () => {
    if (file !== undefined) {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
      appendFileSync(file, Buffer.concat([length, ...chunks]));
    }
    const count = newlines / 2;
    documents += count;
    if (items.length < count * item.length) items = Buffer.concat(Array.from({ length: count }, () => item));
    response.write('{"errors":false,"took":1,"items":[');
    response.write(items.subarray(0, count * item.length - 1));
    response.end("]}");
    process.send?.({ documents });
  });
});
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as { port: number }).port }));
