import type { Problem, Result } from '../../base/errors.ts';
import { backoffMs } from '../../base/queue.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { Permission } from '../../model/permission.ts';
import type { Release, Terms } from '../../model/types.ts';
import { NOTHING_SEEN, type Seen } from '../cluster/judge.ts';
import type { Sourced } from '../source/source.ts';
import { createHealBudget, type HealBudget } from './healbudget.ts';

/**
 * What the reconciler remembers of one environment between passes. All of it can be lost: it saves work (the last rendering),
 * paces retries, and keeps a person from hearing the same thing twice.
 */
export interface Memory {
  /** The pass under way, and the revision that was wanted when it began, so that a newer one can end it. */
  pass?: { readonly wanted: string; readonly abort: AbortController };
  /** The last revision that was let through: a rollout under way is not called back by a gate that closes again. */
  permitted?: { readonly target: string; readonly permission: Extract<Permission, { type: 'allowed' }> };
  /** What the pilotage.yaml of a revision says of the environment. */
  declared?: { readonly revision: string; readonly terms: Terms };
  /** The rendering of `key`; a failed one is kept until `retryAt` (monotonic). */
  source?: {
    readonly key: string;
    readonly result: Result<Sourced>;
    readonly retryAt: number;
    readonly failures: number;
  };
  /** What the last complete apply wrote. */
  previous?: { readonly release: number; readonly objects: ReadonlyMap<string, KubeObject> };
  /** The release that is being rolled out. `since` is monotonic. */
  operation?: { readonly target: string; readonly since: number; release?: Release };
  /** The last failed attempt: the same (revision, plan) is not tried again before `retryAt` (monotonic). */
  attempt?: {
    readonly key: string;
    readonly failures: number;
    readonly retryAt: number;
    readonly problems: readonly Problem[];
  };
  /** `refKey` → the intent that was proved to agree with one revision of the live object: the proof holds while both stay. */
  readonly agreements: Map<string, Agreement>;
  readonly budget: HealBudget;
  /** `spec.syncRequestedAt` as last seen: a new one forgets all pacing. */
  requested?: string;
  /** The revision whose rendering and plan were told. */
  announced?: string;
  /** The last progress that was told, and what has been waited for since the last end of a rollout. */
  said?: string;
  readonly waits: Set<string>;
  /** What was ready and what was ill at the last look. */
  seen: Seen;
}

export interface Agreement {
  readonly intent: KubeObject;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export const createMemory = (): Memory => ({
  agreements: new Map(),
  budget: createHealBudget(),
  waits: new Set(),
  seen: NOTHING_SEEN,
});

/** A person asks for it now: pacing ends, and so does trust in what was rendered. */
export function forgetPacing(memory: Memory): void {
  delete memory.attempt;
  delete memory.source;
  delete memory.announced;
  memory.budget.reset();
}

/** 1 s, doubled by each failure in a row, to 5 minutes. */
export const retryDelay = (failures: number): number => backoffMs(failures, 1_000, 300_000);

/** Counts failures of the same attempt; answers how long to wait after one. */
export function remember(
  memory: Memory,
  key: string,
  problems: readonly Problem[],
  now: number,
): number | undefined {
  if (problems.length === 0) {
    delete memory.attempt;
    return undefined;
  }
  const failures = (memory.attempt?.key === key ? memory.attempt.failures : 0) + 1;
  const delay = retryDelay(failures);
  memory.attempt = { key, failures, retryAt: now + delay, problems };
  return delay;
}
