import { BulkSender } from "../../src/elastic/bulk-sender.ts";
import type { BulkBody, BulkConnection, BulkOptions } from "../../src/elastic/bulk-types.ts";
import { ElasticsearchModel, type ModelOptions } from "../support/elasticsearch-model.ts";
import { SimulatedClock } from "./simulated-clock.ts";

export const STREAM = "logs-test-default";

/** A body over shared memory, as workers make them. `operations` are the lines of each. */
export function bodyOf(operations: readonly string[]): BulkBody {
  const pieces = operations.map((lines) => Buffer.from(lines));
  const bytes = Buffer.from(new SharedArrayBuffer(pieces.reduce((sum, piece) => sum + piece.length, 0)));
  let end = 0;
  const ends = Int32Array.from(pieces, (piece) => {
    piece.copy(bytes, end);
    end += piece.length;
    return end;
  });
  return { bytes, ends, count: operations.length };
}

export function operation(
  verb: string,
  id: string | undefined,
  source: object | undefined,
  index: string = STREAM,
): string {
  const action = JSON.stringify({ [verb]: { _index: index, ...(id === undefined ? {} : { _id: id }) } });
  return source === undefined ? `${action}\n` : `${action}\n${JSON.stringify(source)}\n`;
}

/** `count` creates into the test's data stream, ids `d0`, `d1`, … */
export function creates(count: number, first: number = 0): BulkBody {
  return bodyOf(
    Array.from({ length: count }, (_none, i) =>
      operation("create", `d${first + i}`, { message: `line ${first + i} ü` }),
    ),
  );
}

export interface Sending {
  readonly sender: BulkSender;
  readonly model: ElasticsearchModel;
  readonly clock: SimulatedClock;
  readonly said: string[];
  /** Bytes of each request. */
  readonly sizes: number[];
}

/** A sender to a model, in simulated time. */
export function sending(
  model: ModelOptions = {},
  options: Partial<BulkOptions> = {},
  /** Whose cluster and clock it has. */
  earlier?: Sending,
): Sending {
  const clock = earlier?.clock ?? new SimulatedClock();
  const made =
    earlier?.model ?? new ElasticsearchModel({ dataStreams: [STREAM], sleep: (ms) => clock.sleep(ms), ...model });
  const said: string[] = [];
  const sizes: number[] = [];
  const through = made.connection();
  const connection: BulkConnection = {
    bulk(body, query, signal) {
      sizes.push(body.length);
      return through.bulk(body, query, signal);
    },
    ...(through.request === undefined ? {} : { request: through.request }),
    close: () => through.close(),
  };
  const sender = new BulkSender(
    { ownIds: true, requireDataStream: true, ...options },
    {
      connection,
      clock,
      random: made.random,
      log: { info: (message) => said.push(`info: ${message}`), warn: (message) => said.push(`warn: ${message}`) },
    },
  );
  return { sender, model: made, clock, said, sizes };
}
