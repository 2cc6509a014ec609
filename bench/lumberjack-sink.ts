import { LumberjackServer } from "../src/lumberjack/server.ts";

/** A process of its own: counts the events of a shipper and acknowledges them at once. */
let documents = 0;
const server = new LumberjackServer({
  host: "127.0.0.1",
  port: 0,
  onEvents: (_peer, block) => {
    documents += block.count;
    block.acknowledge(block.count);
    block.release();
    process.send?.({ documents });
  },
});
const { port } = await server.listen();
process.send?.({ port });
