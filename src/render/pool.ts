import type { Clock } from '../base/clock.ts';
import { failed, type Problem, type Result } from '../base/errors.ts';
import { renderKey } from './key.ts';
import { createMemo } from './memo.ts';
import type { Rendered, RenderRequest } from './types.ts';
import { toWire } from './wire.ts';
import { startWorkerProcess, type WorkerEnd, type WorkerProcess } from './workerprocess.ts';

export interface RenderPoolOptions {
  readonly clock: Clock;
  /** Milliseconds that one render may take. */
  readonly timeout?: number;
  /** Megabytes of JavaScript heap that one render may use. */
  readonly memory?: number;
  /** Processes at most. */
  readonly size?: number;
  /** Milliseconds that a render waits for a process that is busy before it is given another. */
  readonly patience?: number;
  /** Milliseconds after which an unused process ends, to give its memory back. */
  readonly idle?: number;
  /** Results kept. */
  readonly cache?: number;
}

export interface RenderPool {
  /**
   * As renderInline, in a process: a template that runs away costs its own app a Problem (`RenderTimeout`, `RenderOutOfMemory`,
   * `RenderCrashed`) and nobody else anything.
   */
  render(request: RenderRequest): Promise<Result<Rendered>>;
  /** Starts a process, where none is, for a render that is about to be asked for. */
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
  /** Cancels the running time limit, or the end of the idle time. */
  cancel: () => void;
}

const DEFAULTS = { timeout: 10_000, memory: 256, size: 2, patience: 250, idle: 30_000, cache: 200 } as const;
/** A process that has not loaded by then never will. */
const START_MS = 30_000;

export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { clock, timeout, memory, size, patience, idle, cache } = { ...DEFAULTS, ...options };
  const results = createMemo<Result<Rendered>>(cache);
  const running = new Map<string, Promise<Result<Rendered>>>();
  const queue: Job[] = [];
  const workers = new Set<Worker>();
  let impatient: (() => void) | undefined;
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
      process: startWorkerProcess({
        memory,
        onReady: () => ready(worker),
        onAnswer: (answer) => answered(worker, answer),
        onEnd: (how) => ended(worker, how),
      }),
      isReady: false,
      job: undefined,
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
      const free = [...workers].find(({ job }) => job === undefined);
      const worker = free ?? (workers.size === 0 ? start() : undefined);
      const job = worker && queue.shift();
      if (!worker || !job) break;
      assign(worker, job);
    }
    wait();
  };

  /** Most renders take milliseconds: a second process is started only for one that waits behind one that does not. */
  const wait = (): void => {
    impatient?.();
    impatient = undefined;
    if (queue.length === 0 || workers.size >= size || closed) return;
    impatient = clock.after(patience, () => {
      impatient = undefined;
      const job = queue.shift();
      if (job) assign(start(), job);
      wait();
    });
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
      impatient?.();
      const problem: Problem = {
        reason: 'RenderCancelled',
        message: 'Rendering was stopped: Pilotage is shutting down',
      };
      for (const job of queue.splice(0)) job.settle(failed(problem));
      const ending = [...workers];
      workers.clear();
      for (const worker of ending) take(worker)?.settle(failed(problem));
      await Promise.all(ending.map(({ process }) => process.kill()));
    },
  };
}

const named = ({ app, environment }: RenderRequest): string => `${app} in ${environment}`;
const placeOf = ({ path }: RenderRequest) => ({ file: path === '' ? '.' : path });

const timeoutProblem = (request: RenderRequest, timeout: number): Problem => ({
  reason: 'RenderTimeout',
  message: `Rendering ${named(request)} took longer than ${timeout / 1000} s and was stopped`,
  place: placeOf(request),
  remedy: 'Look for a template that calls itself, or for loops over very long lists.',
});

const memoryProblem = (request: RenderRequest, memory: number): Problem => ({
  reason: 'RenderOutOfMemory',
  message: `Rendering ${named(request)} needed more than ${memory} MB of memory and was stopped`,
  place: placeOf(request),
  remedy: 'Look for a template that repeats its own output.',
});

function endProblem(request: RenderRequest, how: WorkerEnd, memory: number): Problem {
  // What kills twice is the system when memory is short.
  if (how === 'memory' || how === 'killed') return memoryProblem(request, memory);
  return {
    reason: 'RenderCrashed',
    message: `Rendering ${named(request)} failed: ${how.crashed}`,
    place: placeOf(request),
  };
}
