/** Time as this room uses it; a simulator brings its own. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs `action` once after `ms` milliseconds; the answer cancels it. */
  after(ms: number, action: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};
