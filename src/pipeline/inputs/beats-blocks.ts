import type { Source } from "../../event/record-batch.ts";
import type { EventBlock, LumberjackPeer } from "../../lumberjack/events.ts";
import type { BatchFiller } from "../../sources/batch-filler.ts";

/** Connections remembered with their source. */
const PEER_LIMIT = 10_000;

interface PeerState {
  readonly source: Source;
  /** Running number of the connection's next event. */
  next: number;
}

/** What a receiver does with blocks: copies their events into batches and acknowledges a block when all of them have reached their end. */
export function receiveBlocks(
  filler: BatchFiller,
  sourceOf: (peer: LumberjackPeer) => Source,
): (peer: LumberjackPeer, block: EventBlock) => void {
  const peers = new Map<number, PeerState>();
  return (peer, block) => {
    let state = peers.get(peer.id);
    if (state === undefined) {
      state = { source: sourceOf(peer), next: 0 };
      // Connections come and go; those of the last ones that sent are enough.
      if (peers.size >= PEER_LIMIT) peers.clear();
      peers.set(peer.id, state);
    }
    take(filler, state, block);
  };
}

function take(filler: BatchFiller, state: PeerState, block: EventBlock): void {
  let open = block.count;
  const ended = (): void => {
    open--;
    if (open === 0) block.acknowledge(block.count);
  };
  let full: Promise<void> | undefined;
  for (let i = 0; i < block.count; i++) {
    const start = block.starts[i] as number;
    full = filler.add(state.source, block.bytes, start, block.ends[i] as number, state.next++, 0, ended) ?? full;
  }
  if (full === undefined) block.release();
  else
    full.then(
      () => block.release(),
      () => undefined,
    );
}
