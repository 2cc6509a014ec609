/** Time, as a queue needs it. */
export interface QueueClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `action` once after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, action: () => void): () => void;
}

export const realQueueClock: QueueClock = {
  now: Date.now,
  after(milliseconds, action) {
    const timer = setTimeout(action, milliseconds);
    return () => clearTimeout(timer);
  },
};
