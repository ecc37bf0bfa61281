import { type Clock, systemClock } from '../../src/base/clock.ts';

/** A clock that moves only when told; timers fire in order of their due time while it advances. */
export class FakeClock implements Clock {
  #now: number;
  #timers: { at: number; fn: () => void }[] = [];
  constructor(now = Date.parse('2026-01-01T00:00:00Z')) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), fn };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  /** Number of timers that wait. */
  get pending(): number {
    return this.#timers.length;
  }
  /** Moves time on, letting promise callbacks run between timers. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((t) => t !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fn();
    }
    this.#now = end;
    await settle();
  }
}

/** Real time that leaps ahead when told: what is due by then happens at once. For what real servers and sockets take part in. */
export class LeapingClock implements Clock {
  #ahead = 0;
  #timers = new Set<{ readonly at: number; readonly fire: () => void }>();
  now(): number {
    return systemClock.now() + this.#ahead;
  }
  monotonic(): number {
    return systemClock.monotonic() + this.#ahead;
  }
  after(ms: number, fn: () => void): () => void {
    const cancel = () => {
      this.#timers.delete(timer);
      stop();
    };
    const fire = () => {
      cancel();
      fn();
    };
    const timer = { at: this.monotonic() + Math.max(0, ms), fire };
    const stop = systemClock.after(ms, fire);
    this.#timers.add(timer);
    return cancel;
  }
  leap(ms: number): void {
    this.#ahead += ms;
    const due = [...this.#timers].filter(({ at }) => at <= this.monotonic()).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.#timers.has(timer)) timer.fire();
  }
}

/** Lets everything that is ready run: a few turns of the event loop, no real time. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A clock that moves on by itself whenever somebody waits: what waits goes on at once, and as much later as it asked for. */
export class HastyClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  now(): number {
    return this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  after(ms: number, fn: () => void): () => void {
    const timer = setImmediate(() => {
      this.#now += ms;
      fn();
    });
    return () => clearImmediate(timer);
  }
}
