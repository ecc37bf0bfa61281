import type { Clock } from '../../base/clock.ts';
import { failed, type Result } from '../../base/errors.ts';
import { createMemo } from '../../base/memo.ts';
import { renderKey } from '../key.ts';
import type { Rendered, RenderRequest } from '../types.ts';
import { needsAnother } from './poolsize.ts';
import { cancelledProblem, endProblem } from './renderproblems.ts';
import { type Job, type Slot, type SlotEnd, startSlot } from './slot.ts';
import { startWorkerProcess, type WorkerProcess, type WorkerProcessOptions } from './workerprocess.ts';

export interface RenderPoolOptions {
  readonly clock: Clock;
  /** Milliseconds that one render may take. */
  readonly timeout?: number;
  /** Megabytes of JavaScript heap that one render may use. */
  readonly memory?: number;
  /** Processes that render at the same time (`poolSize`); one more is started where a template runs away. Default 1. */
  readonly size?: number;
  /** Milliseconds that renders wait for a busy process before another is started. */
  readonly patience?: number;
  /** Milliseconds after which an unused process ends, to give its memory back. */
  readonly idle?: number;
  /** Results kept. */
  readonly cache?: number;
  /** Starts a process; tests hand in their own. */
  readonly startWorker?: (options: WorkerProcessOptions) => WorkerProcess;
}

export interface RenderPool {
  /**
   * As renderInline, in a process: a template that runs away costs its own app a Problem (`RenderTimeout`, `RenderOutOfMemory`,
   * `RenderCrashed`) and nobody else anything. A request that is equal to one under way shares its result.
   */
  render(request: RenderRequest): Promise<Result<Rendered>>;
  /** Starts the first process for a render that is about to be requested. */
  warm(): void;
  close(): Promise<void>;
}

const DEFAULTS = {
  timeout: 10_000,
  memory: 256,
  size: 1,
  patience: 250,
  idle: 30_000,
  cache: 200,
  startWorker: startWorkerProcess,
} as const;
export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { clock, timeout, memory, size, patience, idle, cache, startWorker } = { ...DEFAULTS, ...options };
  const results = createMemo<Result<Rendered>>(cache);
  const running = new Map<string, Promise<Result<Rendered>>>();
  const queue: Job[] = [];
  // In the order of their start: the first that is free is taken, so that the last become idle first.
  const slots = new Set<Slot>();
  /** Since when some render has been waiting, and how to cancel the next look at it. */
  let backlog: { readonly since: number; cancel: () => void } | undefined;
  let closed = false;

  const start = (): Slot => {
    const slot = startSlot({ clock, timeout, memory, idle, startWorker, onAnswer: answered, onEnd: ended });
    slots.add(slot);
    return slot;
  };

  const answered = (job: Job, answer: Result<Rendered>): void => {
    if (!makesAnew(job.request, answer)) results.set(job.key, answer);
    job.settle(answer);
    pump();
  };

  const ended = (slot: Slot, how: SlotEnd, job: Job | undefined): void => {
    slots.delete(slot);
    // Where memory ended it, what earlier jobs left there may have been too much.
    const wasItsOwn = how === 'overdue' || (how === 'memory' && !slot.hasServed());
    // Killed from outside it may have been for another's sake, or just when the job reached it: once more, in a new process.
    if (job && !wasItsOwn && !job.retried) {
      job.retried = true;
      start().assign(job);
    } else if (job) job.settle(failed(endProblem(job.request, how, { memory, timeout })));
    pump();
  };

  const pump = (): void => {
    while (queue.length > 0 && !closed) {
      const free = [...slots].find((slot) => slot.busyMs() === undefined);
      const slot = free ?? (slots.size === 0 ? start() : undefined);
      const job = slot && queue.shift();
      if (!slot || !job) break;
      slot.assign(job);
    }
    watchBacklog();
  };

  /** While renders wait, looks every `patience` whether another process is worth its start. */
  const watchBacklog = (): void => {
    if (queue.length === 0 || closed) {
      backlog?.cancel();
      backlog = undefined;
    } else backlog ??= { since: clock.monotonic(), cancel: clock.after(patience, grow) };
  };

  const grow = (): void => {
    if (!backlog) return;
    const waitingMs = clock.monotonic() - backlog.since;
    const load = { waiting: queue.length, waitingMs, busyMs: [...slots].map((slot) => slot.busyMs()) };
    const job = needsAnother(load, { size, patience }) ? queue.shift() : undefined;
    if (job) start().assign(job);
    backlog.cancel = clock.after(patience, grow);
    watchBacklog();
  };

  return {
    render(request) {
      if (closed) throw new Error('the render pool is closed');
      const key = renderKey(request);
      const known = results.get(key);
      if (known) return Promise.resolve(known);
      const pending = running.get(key);
      if (pending) return pending;
      const promise = new Promise<Result<Rendered>>((settle) => {
        queue.push({ key, request, settle, retried: false });
      }).finally(() => running.delete(key));
      running.set(key, promise);
      pump();
      return promise;
    },
    warm() {
      if (!closed && slots.size === 0) start();
    },
    async close() {
      closed = true;
      backlog?.cancel();
      const ending = [...slots].map((slot) => slot.close());
      slots.clear();
      const left = [...queue.splice(0), ...ending.flatMap(({ job }) => job ?? [])];
      for (const job of left) job.settle(failed(cancelledProblem));
      await Promise.all(ending.map(({ gone }) => gone));
    },
  };
}

/** A result that holds values which no request has is true once: after they have been renewed it must not come back. */
function makesAnew({ generated = {} }: RenderRequest, answer: Result<Rendered>): boolean {
  const made = answer.ok ? Object.keys(answer.value.generated ?? {}) : [];
  return made.some((site) => !Object.hasOwn(generated, site));
}
