import { createServer } from "node:http";

/** A process of its own: counts the documents of `_bulk` requests as cheaply as it can and says that all were created. */
const item = Buffer.from('{"create":{"status":201}},');
let documents = 0;
let items: Buffer = Buffer.alloc(0);

const server = createServer((request, response) => {
  response.setHeader("x-elastic-product", "Elasticsearch");
  response.setHeader("content-type", "application/json");
  if (!request.url?.includes("_bulk")) {
    response.end(
      JSON.stringify({ version: { number: "8.19.0", build_flavor: "default" }, tagline: "You Know, for Search" }),
    );
    return;
  }
  let newlines = 0;
  request.on("data", (chunk: Buffer) => {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) newlines++;
  });
  request.on("end", () => {
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
