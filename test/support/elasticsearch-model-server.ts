import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import type { ElasticsearchModel } from "./elasticsearch-model.ts";

export interface ModelServer {
  readonly url: string;
  readonly port: number;
  /** Headers, paths and body of the bulk requests seen; bodies as they came over the wire. */
  readonly seen: { readonly headers: IncomingMessage["headers"]; readonly path: string; readonly body: Buffer }[];
  close(): Promise<void>;
}

/** The model behind a real HTTP server on the loopback; `make` for one with TLS. Broken connections are really broken. */
export async function serveModel(
  model: ElasticsearchModel,
  make: () => Server = () => createServer(),
  at: number = 0,
): Promise<ModelServer> {
  const seen: { headers: IncomingMessage["headers"]; path: string; body: Buffer }[] = [];
  const server = make();
  server.on("request", async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(request.url as string, "http://model");
    const plain = request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
    if (!pathname.endsWith("/_bulk")) {
      const told = model.ask(pathname, plain.toString("utf8"));
      if (told === undefined) request.socket.destroy();
      else response.writeHead(told.statusCode, told.headers as Record<string, string>).end(told.body);
      return;
    }
    seen.push({ headers: request.headers, path: pathname, body });
    // A timeout of the model's is a request that is never answered.
    const answer = await model.handle(plain.toString("utf8"), Object.fromEntries(searchParams)).catch(() => "never");
    if (answer === "never") return;
    if (answer === undefined || typeof answer === "string") request.socket.destroy();
    else response.writeHead(answer.statusCode, answer.headers as Record<string, string>).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(at, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
