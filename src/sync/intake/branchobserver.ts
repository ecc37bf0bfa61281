import { createHash } from 'node:crypto';
import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { type CrashGuard, noCrashGuard } from '../../base/crashguard.ts';
import { formatProblem, type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type Again, createWorkQueue, type Failure } from '../../base/queue.ts';
import type { Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import type { Affected, Pushed, Source } from './wanted.ts';

export interface ObserverOptions {
  readonly home: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the repositories that are hosted here: their names, and each of them. */
  readonly list: () => Promise<readonly string[]>;
  readonly hosted: (delivery: string) => Promise<Repository | undefined>;
  /** Keeps branches whose reading ends this process from doing so for ever. Default: nothing is remembered. */
  readonly crashes?: CrashGuard;
  readonly record: (
    delivery: string,
    branches: Readonly<Record<string, string>>,
    defaultBranch: string | undefined,
    source: Source,
    pushed?: Pushed,
  ) => Promise<readonly Affected[]>;
}

/** Sees to it that the record says what the branches of the repositories say, whatever fails meanwhile. */
export interface Observer {
  /**
   * Reads the branches of a hosted repository into the record, after `pushed` where a push is the reason. Rejects when that fails, which
   * is tried again by itself until it succeeds.
   */
  observe(delivery: string, pushed?: Pushed): Promise<readonly Affected[]>;
  /** The same of branches that a remote reported: the caller tries again. */
  observed(
    delivery: string,
    branches: Readonly<Record<string, string>>,
    defaultBranch: string | undefined,
  ): Promise<readonly Affected[]>;
  /** Why the record does not say what the branches of a delivery say; undefined where it does, as far as is known. */
  failureOf(delivery: string): Problem | undefined;
  /** Looks at every hosted repository, and from then on again and again. Resolves after the first look. */
  start(signal: AbortSignal): Promise<void>;
}

/** Pushes report branches; this finds what was missed: a crash between push and record, git at work in the folder itself. */
const COMPARE_MS = 60_000;
const RETRY = { baseDelayMs: 500, maxDelayMs: 15_000 };
/** Key of the piece of work that looks for repositories to compare. */
const ALL = '';

export function createObserver(options: ObserverOptions): Observer {
  const { home, clock, logger, list, hosted, crashes = noCrashGuard } = options;
  const failures = new Map<string, Problem>();
  const queue = createWorkQueue({
    clock,
    ...RETRY,
    work,
    onFailure: logFailure,
  });

  function logFailure({ key, error, retryMs }: Pick<Failure, 'key' | 'error' | 'retryMs'>): void {
    const why = formatProblem(problemOf(error));
    logger.error({ delivery: key, retryMs, error: why }, 'branches cannot be taken in');
  }

  const record: ObserverOptions['record'] = (delivery, branches, ...rest) => {
    const key = `branches of ${delivery}`;
    const state = createHash('sha256').update(JSON.stringify(branches)).digest('hex');
    const deaths = crashes.givenUp(key, state);
    if (deaths !== undefined) throw new ProblemError(diedOf(deaths));
    return crashes.during(key, state, () => options.record(delivery, branches, ...rest));
  };

  async function work(key: string): Promise<Again> {
    if (key !== ALL) {
      await take(key);
      return undefined;
    }
    for (const delivery of await list()) {
      if (failures.has(delivery) || !(await isRecorded(delivery))) queue.add(delivery);
    }
    return { afterMs: COMPARE_MS };
  }

  async function isRecorded(delivery: string): Promise<boolean> {
    const repository = await hosted(delivery);
    const key = { namespace: PILOTAGE_NAMESPACE, name: delivery };
    const object = await home.get(DELIVERIES, key).catch(notFoundAsUndefined);
    // What holds nothing to deliver has no record.
    if (!repository || !object) return true;
    return deepEqual(await repository.branches(), object.status?.branches ?? {});
  }

  function take(delivery: string, pushed?: Pushed): Promise<readonly Affected[]> {
    return noted(delivery, async () => {
      const repository = await hosted(delivery);
      if (!repository) return [];
      const [branches, defaultBranch] = [await repository.branches(), await repository.defaultBranch()];
      return record(delivery, branches, defaultBranch, 'push', pushed);
    });
  }

  async function noted<T>(delivery: string, work: () => Promise<T>): Promise<T> {
    try {
      const done = await work();
      failures.delete(delivery);
      return done;
    } catch (error) {
      failures.set(delivery, problemOf(error));
      throw error;
    }
  }

  async function observe(delivery: string, pushed?: Pushed): Promise<readonly Affected[]> {
    try {
      return await take(delivery, pushed);
    } catch (error) {
      const retryMs = RETRY.baseDelayMs;
      queue.addAfter(delivery, retryMs);
      logFailure({ key: delivery, error, retryMs });
      throw error;
    }
  }

  return {
    observe,
    observed: (delivery, branches, defaultBranch) =>
      noted(delivery, () => record(delivery, branches, defaultBranch, 'poll')),
    failureOf: (delivery) => failures.get(delivery),
    async start(signal) {
      onAbort(signal, () => void queue.stop());
      for (const delivery of await list()) {
        // One damaged repository freezes its own delivery, and keeps no other from starting.
        await observe(delivery).catch(() => undefined);
      }
      queue.addAfter(ALL, COMPARE_MS);
    },
  };
}

const diedOf = (deaths: number): Problem => ({
  reason: 'CrashLoop',
  message: `Pilotage died ${deaths} times while it read them; what is deployed stays`,
  remedy: 'Push another commit.',
});
