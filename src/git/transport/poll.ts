import type { Clock } from '../../base/clock.ts';
import { type Problem, problemOf } from '../../base/errors.ts';
import type { Oid } from '../types.ts';
import { AskedTooOften } from './remote-errors.ts';

export interface BranchList {
  readonly head: string | undefined;
  readonly branches: Readonly<Record<string, Oid>>;
}

/** The result of one poll. A failed list is not an empty list: nothing is concluded from it. */
export type PollResult =
  | { readonly kind: 'listed'; readonly list: BranchList }
  | { readonly kind: 'failed'; readonly problem: Problem; readonly waitMs?: number };

export interface BranchChange {
  readonly branch: string;
  /** null: the branch is new. */
  readonly from: Oid | null;
  /** null: the branch is gone. */
  readonly to: Oid | null;
}

export type PollDecision =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'changed';
      readonly changes: readonly BranchChange[];
      readonly headMoved: boolean;
      readonly list: BranchList;
    }
  /** `waitMs`: the remote wants not to be asked before. */
  | { readonly kind: 'failed'; readonly problem: Problem; readonly waitMs?: number };

/** Compares a poll with the last list that succeeded (undefined: there was none; then everything is new). */
export function pollDecision(known: BranchList | undefined, result: PollResult): PollDecision {
  if (result.kind === 'failed') return result;
  const before = new Map(Object.entries(known?.branches ?? {}));
  const after = new Map(Object.entries(result.list.branches));
  const changes = [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((branch) => ({ branch, from: before.get(branch) ?? null, to: after.get(branch) ?? null }))
    .filter((change) => change.from !== change.to);
  const headMoved = known === undefined || known.head !== result.list.head;
  if (changes.length === 0 && !headMoved) return { kind: 'unchanged' };
  return { kind: 'changed', changes, headMoved, list: result.list };
}

/** Next delay: the interval ± 10 %, so that many repositories do not poll in step; doubled for each failure in a row, to at most 5 minutes. */
export function pollDelay(intervalMs: number, failures: number, random: number): number {
  const base = Math.min(intervalMs * 2 ** Math.min(failures, 10), Math.max(intervalMs, 300_000));
  return Math.round(base * (0.9 + 0.2 * random));
}

const DEFAULT_POLL_INTERVAL_MS = 15_000;

export interface Poller {
  /** Polls now (for example because of a webhook). Resolves when the result of a poll that began after this call has been handled. */
  poke(): Promise<void>;
  stop(): void;
}

/**
 * Polls `list`, at once and then at intervals, and reports decisions one at a time.
 * When `onDecision` rejects, the decision is not remembered and is reported again.
 */
export function startPoller(options: {
  readonly clock: Clock;
  /** 0 ≤ random() < 1 */
  readonly random: () => number;
  readonly intervalMs?: number;
  readonly known?: BranchList;
  readonly list: (signal: AbortSignal) => Promise<BranchList>;
  readonly onDecision: (decision: PollDecision) => Promise<void> | void;
  /** Called with the reason when `onDecision` rejected. */
  readonly onFailure?: (error: unknown) => void;
}): Poller {
  const interval = options.intervalMs ?? DEFAULT_POLL_INTERVAL_MS;
  const stopping = new AbortController();
  let known = options.known;
  let failures = 0;
  let cancel = () => {};
  let tail: Promise<void> = Promise.resolve();

  const ask = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    cancel();
    const result = await listOnce(options.list, stopping.signal);
    if (stopping.signal.aborted) return;
    const decision = pollDecision(known, result);
    let waits = decision.kind === 'failed' ? (decision.waitMs ?? 0) : 0;
    failures = decision.kind === 'failed' ? failures + 1 : 0;
    try {
      await options.onDecision(decision);
      if (decision.kind === 'changed') known = decision.list;
    } catch (error) {
      failures += 1;
      waits = waitOf(error);
      options.onFailure?.(error);
    }
    cancel();
    if (!stopping.signal.aborted)
      cancel = options.clock.after(Math.max(waits, pollDelay(interval, failures, options.random())), poke);
  };
  let waiting: Promise<void> | undefined;
  // One that waits for its turn begins after this call too, so that any number of calls costs one poll.
  const poke = (): Promise<void> => {
    waiting ??= tail.then(() => {
      waiting = undefined;
      return ask();
    });
    tail = waiting;
    return waiting;
  };

  void poke();
  return {
    poke,
    stop() {
      stopping.abort();
      cancel();
    },
  };
}

async function listOnce(
  list: (signal: AbortSignal) => Promise<BranchList>,
  signal: AbortSignal,
): Promise<PollResult> {
  try {
    return { kind: 'listed', list: await list(signal) };
  } catch (error) {
    return { kind: 'failed', problem: problemOf(error), waitMs: waitOf(error) };
  }
}

const waitOf = (error: unknown): number => (error instanceof AskedTooOften ? error.waitMs : 0);
