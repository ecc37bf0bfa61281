import type { Clock } from '../../base/clock.ts';
import type { Result } from '../../base/errors.ts';
import type { Rendered, RenderRequest } from '../types.ts';
import { toWire } from './wire.ts';
import type { WorkerEnd, WorkerProcess, WorkerProcessOptions } from './workerprocess.ts';

export interface Job {
  readonly key: string;
  readonly request: RenderRequest;
  readonly settle: (result: Result<Rendered>) => void;
  /** Whether a process has ended under it already, for a reason that may not have been its own. */
  retried: boolean;
}

/** Why a process is gone: its render took too long, or it ended otherwise. */
export type SlotEnd = 'overdue' | WorkerEnd;

export interface SlotOptions {
  readonly clock: Clock;
  /** Milliseconds that one render may take. */
  readonly timeout: number;
  /** Megabytes of JavaScript heap. */
  readonly memory: number;
  /** Milliseconds without a job after which the process ends. */
  readonly idle: number;
  readonly startWorker: (options: WorkerProcessOptions) => WorkerProcess;
  /** The slot is free again. */
  readonly onAnswer: (job: Job, answer: Result<Rendered>) => void;
  /** The process is gone, and the slot with it; `job` is what it had not answered. */
  readonly onEnd: (slot: Slot, how: SlotEnd, job: Job | undefined) => void;
}

/** One process of the pool, and the one job that it has at a time. */
export interface Slot {
  /** Milliseconds spent on the present job; undefined: it has none. */
  busyMs(): number | undefined;
  assign(job: Job): void;
  /** Whether it has answered a job before: then its memory holds more than the present one needs. */
  hasServed(): boolean;
  /** Ends the process now, without `onEnd`. The job that it had, and when it is gone. */
  close(): { readonly job: Job | undefined; readonly gone: Promise<void> };
}

/** A process that has not loaded by then never will. */
const START_MS = 30_000;

export function startSlot(options: SlotOptions): Slot {
  const { clock, timeout, idle, memory, onAnswer, onEnd } = options;
  let job: Job | undefined;
  let isReady = false;
  let served = 0;
  let since = clock.monotonic();
  /** Cancels the time limit of the job, or the end of the idle time. */
  let cancel = (): void => {};

  const process = options.startWorker({
    memory,
    onReady() {
      isReady = true;
      if (job) limit();
    },
    onAnswer(answer) {
      const done = take();
      served += 1;
      cancel = clock.after(idle, () => end('killed'));
      if (done) onAnswer(done, answer);
    },
    onEnd: (how) => onEnd(slot, how, take()),
  });
  process.release();

  const take = (): Job | undefined => {
    const taken = job;
    cancel();
    job = undefined;
    process.release();
    return taken;
  };

  /** Counts from when the process has loaded: on a busy machine that takes longer than most renders. */
  const limit = (): void => {
    cancel();
    since = clock.monotonic();
    cancel = clock.after(isReady ? timeout : START_MS, () => end('overdue'));
  };

  const end = (how: SlotEnd): void => {
    const left = take();
    void process.kill();
    onEnd(slot, how, left);
  };

  const slot: Slot = {
    busyMs: () => job && clock.monotonic() - since,
    assign(next) {
      job = next;
      limit();
      process.hold();
      process.send(toWire(next.request));
    },
    hasServed: () => served > 0,
    close: () => ({ job: take(), gone: process.kill() }),
  };
  cancel = clock.after(idle, () => end('killed'));
  return slot;
}
