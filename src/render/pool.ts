import type { Clock } from '../base/clock.ts';
import { failed, type Result } from '../base/errors.ts';
import { renderKey } from './key.ts';
import { createMemo } from './memo.ts';
import { needsAnother } from './poolsize.ts';
import { cancelledProblem, endProblem, timeoutProblem } from './renderproblems.ts';
import type { Rendered, RenderRequest } from './types.ts';
import { toWire } from './wire.ts';
import {
  startWorkerProcess,
  type WorkerEnd,
  type WorkerProcess,
  type WorkerProcessOptions,
} from './workerprocess.ts';

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

interface Job {
  readonly key: string;
  readonly request: RenderRequest;
  readonly settle: (result: Result<Rendered>) => void;
  /** Whether a process has ended under it already, for a reason that may not have been its own. */
  retried: boolean;
}

interface Worker {
  readonly process: WorkerProcess;
  isReady: boolean;
  job: Job | undefined;
  /** When the time limit of the job began; monotonic milliseconds. */
  since: number;
  /** Cancels the running time limit, or the end of the idle time. */
  cancel: () => void;
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
/** A process that has not loaded by then never will. */
const START_MS = 30_000;

export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { clock, timeout, memory, size, patience, idle, cache, startWorker } = { ...DEFAULTS, ...options };
  const results = createMemo<Result<Rendered>>(cache);
  const running = new Map<string, Promise<Result<Rendered>>>();
  const queue: Job[] = [];
  const workers = new Set<Worker>();
  /** Since when some render has been waiting, and how to call the next look at it off. */
  let backlog: { readonly since: number; cancel: () => void } | undefined;
  let closed = false;

  /** Takes the job off a worker. */
  const take = (worker: Worker): Job | undefined => {
    const { job } = worker;
    worker.cancel();
    worker.job = undefined;
    worker.process.release();
    return job;
  };

  const rest = (worker: Worker): void => {
    worker.cancel = clock.after(idle, () => {
      workers.delete(worker);
      void worker.process.kill();
    });
  };

  const answered = (worker: Worker, answer: Result<Rendered>): void => {
    const job = take(worker);
    rest(worker);
    if (job) {
      results.set(job.key, answer);
      job.settle(answer);
    }
    pump();
  };

  const ended = (worker: Worker, how: WorkerEnd): void => {
    workers.delete(worker);
    const job = take(worker);
    // Killed from outside it may have been for another's sake, or just when the job reached it: once more, in another.
    if (job && how !== 'memory' && !job.retried) {
      job.retried = true;
      queue.unshift(job);
    } else if (job) job.settle(failed(endProblem(job.request, how, memory)));
    pump();
  };

  /** Counts from when the process has loaded: on a busy machine that takes longer than most renders. */
  const limit = (worker: Worker): void => {
    worker.since = clock.monotonic();
    worker.cancel = clock.after(worker.isReady ? timeout : START_MS, () => overdue(worker));
  };

  const ready = (worker: Worker): void => {
    worker.isReady = true;
    if (!worker.job) return;
    worker.cancel();
    limit(worker);
  };

  const overdue = (worker: Worker): void => {
    workers.delete(worker);
    const job = take(worker);
    void worker.process.kill();
    job?.settle(failed(timeoutProblem(job.request, timeout)));
    pump();
  };

  const start = (): Worker => {
    const worker: Worker = {
      process: startWorker({
        memory,
        onReady: () => ready(worker),
        onAnswer: (answer) => answered(worker, answer),
        onEnd: (how) => ended(worker, how),
      }),
      isReady: false,
      job: undefined,
      since: clock.monotonic(),
      cancel: () => {},
    };
    worker.process.release();
    workers.add(worker);
    return worker;
  };

  const assign = (worker: Worker, job: Job): void => {
    worker.cancel();
    worker.job = job;
    limit(worker);
    worker.process.hold();
    worker.process.send(toWire(job.request));
  };

  const pump = (): void => {
    while (queue.length > 0 && !closed) {
      const worker =
        [...workers].find(({ job }) => job === undefined) ?? (workers.size === 0 ? start() : undefined);
      const job = worker && queue.shift();
      if (!worker || !job) break;
      assign(worker, job);
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
    const now = clock.monotonic();
    const busyMs = [...workers].map(({ job, since }) => job && now - since);
    const load = { waiting: queue.length, waitingMs: now - backlog.since, busyMs };
    const job = needsAnother(load, { size, patience }) ? queue.shift() : undefined;
    if (job) assign(start(), job);
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
      if (!closed && workers.size === 0) rest(start());
    },
    async close() {
      closed = true;
      backlog?.cancel();
      for (const job of queue.splice(0)) job.settle(failed(cancelledProblem));
      const ending = [...workers];
      workers.clear();
      for (const worker of ending) take(worker)?.settle(failed(cancelledProblem));
      await Promise.all(ending.map(({ process }) => process.kill()));
    },
  };
}
