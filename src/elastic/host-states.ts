/** First pause before a host that failed is tried again, and what it grows to, in milliseconds. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

interface Death {
  failures: number;
  probeAt: number;
}

/** Which hosts live: requests go to those in turn. One that failed is probed after a pause that doubles, and comes back when it answers. */
export class HostStates<Host extends object> {
  readonly #dead = new Map<Host, Death>();
  #last = -1;

  alive(host: Host): void {
    this.#dead.delete(host);
  }

  dead(host: Host, now: number): void {
    const death = this.#dead.get(host) ?? { failures: 0, probeAt: now };
    this.#dead.set(host, death);
    // Requests that were in flight together fail together: that is one failure.
    if (death.failures > 0 && now < death.probeAt) return;
    death.probeAt = now + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(death.failures++, 10));
  }

  /** The living one whose turn it is; when all are dead, the one that is to be probed first. */
  choose(hosts: readonly Host[], now: number): Host | undefined {
    for (let i = 1; i <= hosts.length; i++) {
      const at = (this.#last + i) % hosts.length;
      if (this.#dead.has(hosts[at] as Host)) continue;
      this.#last = at;
      return hosts[at];
    }
    const probeAt = (host: Host) => this.#dead.get(host)?.probeAt ?? now;
    const next = hosts.toSorted((a, b) => probeAt(a) - probeAt(b))[0];
    // The next request asks another one.
    if (next !== undefined) this.dead(next, now);
    return next;
  }

  /** Dead hosts whose pause is over, to be asked now; `patienceMs`: nobody else asks them for so long. */
  due(now: number, patienceMs: number): Host[] {
    const hosts = [...this.#dead].filter(([, { probeAt }]) => probeAt <= now);
    for (const [, death] of hosts) death.probeAt = now + patienceMs;
    return hosts.map(([host]) => host);
  }

  /** A host that was asked does not answer yet. */
  stillDead(host: Host, now: number): void {
    const death = this.#dead.get(host);
    if (death !== undefined) death.probeAt = now;
    this.dead(host, now);
  }
}
