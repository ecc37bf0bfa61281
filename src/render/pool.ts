import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Clock } from '../base/clock.ts';
import { failed, type Problem, type Result } from '../base/errors.ts';
import { renderKey } from './key.ts';
import { createMemo } from './memo.ts';
import type { Rendered, RenderRequest } from './types.ts';
import { toWire } from './wire.ts';

export interface RenderPoolOptions {
  readonly clock: Clock;
  /** Milliseconds that one render may take. */
  readonly timeout?: number;
  /** Megabytes of JavaScript heap that one render may use. */
  readonly memory?: number;
  /** Threads at most. */
  readonly size?: number;
  /** Milliseconds after which an unused thread ends, to give its memory back. */
  readonly idle?: number;
  /** Results kept. */
  readonly cache?: number;
}

export interface RenderPool {
  /** As renderInline, in a thread: a template that runs away costs its own app a Problem (`RenderTimeout`, `RenderOutOfMemory`) and nobody else anything. */
  render(request: RenderRequest): Promise<Result<Rendered>>;
  close(): Promise<void>;
}

interface Job {
  readonly key: string;
  readonly request: RenderRequest;
  readonly settle: (result: Result<Rendered>) => void;
}

interface Thread {
  readonly worker: Worker;
  job: Job | undefined;
  /** Cancels the running time limit, or the end of the idle time. */
  cancel: () => void;
}

const DEFAULTS = { timeout: 10_000, memory: 256, size: 1, idle: 30_000, cache: 200 } as const;

export function createRenderPool(options: RenderPoolOptions): RenderPool {
  const { clock, timeout, memory, size, idle, cache } = { ...DEFAULTS, ...options };
  const results = createMemo<Result<Rendered>>(cache);
  const running = new Map<string, Promise<Result<Rendered>>>();
  const queue: Job[] = [];
  const threads = new Set<Thread>();
  let closed = false;

  const finish = (thread: Thread, result: Result<Rendered>, keep: boolean): void => {
    const { job } = thread;
    thread.cancel();
    thread.job = undefined;
    // Only a thread that works may keep the process alive.
    thread.worker.unref();
    if (keep && job) results.set(job.key, result);
    job?.settle(result);
  };

  const retire = (thread: Thread): void => {
    threads.delete(thread);
    thread.cancel();
    void thread.worker.terminate();
  };

  const abandon = (thread: Thread, problem: Problem): void => {
    finish(thread, failed(problem), false);
    retire(thread);
    pump();
  };

  const spawn = (): Thread => {
    const thread: Thread = { worker: startWorker(memory), job: undefined, cancel: () => {} };
    const { worker } = thread;
    worker.on('message', (result: Result<Rendered>) => {
      finish(thread, result, true);
      thread.cancel = clock.after(idle, () => retire(thread));
      pump();
    });
    worker.on('error', (error: Error & { code?: string }) => {
      if (thread.job) abandon(thread, crashProblem(thread.job.request, error, memory));
      else retire(thread);
    });
    worker.on('exit', () => {
      if (thread.job)
        abandon(thread, crashProblem(thread.job.request, new Error('the thread ended'), memory));
      threads.delete(thread);
    });
    threads.add(thread);
    return thread;
  };

  const pump = (): void => {
    while (queue.length > 0 && !closed) {
      const free =
        [...threads].find((t) => t.job === undefined) ?? (threads.size < size ? spawn() : undefined);
      if (!free) return;
      const job = queue.shift();
      if (!job) return;
      free.cancel();
      free.job = job;
      free.cancel = clock.after(timeout, () => abandon(free, timeoutProblem(job.request, timeout)));
      free.worker.ref();
      free.worker.postMessage(toWire(job.request));
    }
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
        queue.push({ key, request, settle });
      }).finally(() => running.delete(key));
      running.set(key, promise);
      pump();
      return promise;
    },
    async close() {
      closed = true;
      const problem: Problem = {
        reason: 'RenderCancelled',
        message: 'Rendering was stopped: Pilotage is shutting down',
      };
      for (const job of queue.splice(0)) job.settle(failed(problem));
      const ending = [...threads];
      for (const thread of ending) if (thread.job) finish(thread, failed(problem), false);
      threads.clear();
      for (const { cancel } of ending) cancel();
      await Promise.all(ending.map(({ worker }) => worker.terminate()));
    },
  };
}

/** tsx's `--import` hook does nothing in a thread, so a thread that runs from source registers it by itself. */
const FROM_SOURCE = `
  const { loader, file } = require('node:worker_threads').workerData;
  require(loader).register();
  require(file);
`;

function startWorker(memory: number): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  const file = new URL(fromSource ? './worker.ts' : './worker.js', import.meta.url);
  const options: WorkerOptions = {
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 },
    execArgv: [],
    // Templates must not see the daemon's environment.
    env: {},
  };
  if (!fromSource) return new Worker(file, options);
  const loader = createRequire(import.meta.url).resolve('tsx/cjs/api');
  return new Worker(FROM_SOURCE, {
    ...options,
    eval: true,
    workerData: { loader, file: fileURLToPath(file) },
  });
}

const named = ({ app, environment }: RenderRequest): string => `${app} in ${environment}`;

const timeoutProblem = (request: RenderRequest, timeout: number): Problem => ({
  reason: 'RenderTimeout',
  message: `Rendering ${named(request)} took longer than ${timeout / 1000} s and was stopped`,
  place: { file: request.path === '' ? '.' : request.path },
  remedy: 'Look for a template that calls itself, or for loops over very long lists.',
});

const crashProblem = (request: RenderRequest, error: Error & { code?: string }, memory: number): Problem => {
  const place = { file: request.path === '' ? '.' : request.path };
  if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return {
      reason: 'RenderOutOfMemory',
      message: `Rendering ${named(request)} needed more than ${memory} MB of memory and was stopped`,
      place,
      remedy: 'Look for a template that repeats its own output.',
    };
  }
  return { reason: 'RenderCrashed', message: `Rendering ${named(request)} failed: ${error.message}`, place };
};
