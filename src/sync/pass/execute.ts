import { createHash } from 'node:crypto';
import { type Problem, problemOf } from '../../base/errors.ts';
import { createUserRules, NO_RULES, type UserRules } from '../../health/userrules.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { formatRef, type KubeObject } from '../../kube/values/types.ts';
import type { Environment } from '../../model/types.ts';
import { type Applied, applyStage } from '../cluster/apply.ts';
import { judgeOne } from '../cluster/judge.ts';
import { describeConflicts, lastManager } from '../plan/conflicts.ts';
import { isAct } from '../plan/plan.ts';
import { refKey } from '../plan/refkey.ts';
import { blotSealed } from '../plan/sealed.ts';
import type { Plan, Step } from '../plan/types.ts';
import { type Pacing, takeHeals } from '../state/pacing.ts';
import { type HookRunner, isAfterSync, isHookStep } from './hooks.ts';

const NO_HOOKS: Pick<HookRunner, 'run'> = { run: async () => ({ failures: [] }) };

export interface Execution {
  /** Objects as the server returned them. */
  readonly written: ReadonlyMap<string, KubeObject>;
  readonly failures: readonly Problem[];
  /** Whether a deletion was asked for. */
  readonly deleted: boolean;
  /** Writes that were not made: they wait for an earlier stage to be healthy, or for a deletion. */
  readonly waiting: readonly Step[];
  /** The first object that an unfinished stage waits for. */
  readonly waitsFor?: { readonly step: Step; readonly verdict: Verdict };
  /** The hook that is waited for. */
  readonly waitsForHook?: string;
  /** All that is to be there is written: what is left is pruning, and hooks that come after. */
  readonly isApplied: boolean;
}

/**
 * Executes a plan stage by stage: the next one only when all of the last is healthy. It never blocks: what has to wait is returned,
 * and a later pass, woken by a change of health, plans again and goes on from there. So a newer revision supersedes by merely being planned.
 */
export async function execute(
  client: KubeClient,
  steps: readonly Step[],
  live: ReadonlyMap<string, KubeObject>,
  revision: string,
  signal: AbortSignal,
  hooks: Pick<HookRunner, 'run'> = NO_HOOKS,
  rules: UserRules = NO_RULES,
): Promise<Execution> {
  const written = new Map<string, KubeObject>();
  let deleted = false;
  const stages = [...new Set(steps.map(({ stage }) => stage))].sort((a, b) => a - b);
  for (const stage of stages) {
    const members = steps.filter((step) => step.stage === stage);
    const results = await applyStage(client, members, revision, signal);
    for (const [key, result] of results) {
      if (result.outcome === 'written') written.set(key, result.object);
      deleted ||= result.outcome === 'deleting';
    }
    const ran = await hooks.run(members.filter(isHookStep));
    const unwritten = failuresOf(members, results);
    const failures = [...unwritten, ...ran.failures];
    const deleting = members.filter((step) => step.action === 'wait' || step.action === 'recreate');
    const later = steps.filter((step) => step.stage > stage && isAct(step));
    if (failures.length > 0) {
      const failed = ran.failures.length > 0 ? members.filter(isHookStep) : [];
      const isApplied = unwritten.length === 0 && [...failed, ...later].every(isAfterwards);
      return { written, deleted, failures, waiting: later, isApplied };
    }
    if (ran.waitsFor) {
      const waiting = [...members.filter(isHookStep), ...deleting, ...later];
      const isApplied = waiting.every(isAfterwards);
      return { written, deleted, failures, waiting, waitsForHook: ran.waitsFor, isApplied };
    }
    const objectOf = (key: string) => written.get(key) ?? live.get(key);
    const waitsFor = await unhealthy(client, members, objectOf, rules);
    const isApplied = [...deleting, ...later].every(isAfterwards);
    if (deleting.length > 0) {
      return { written, deleted, failures: [], waiting: [...deleting, ...later], isApplied };
    }
    if (later.length > 0 && waitsFor)
      return { written, deleted, failures: [], waiting: later, waitsFor, isApplied };
  }
  return { written, deleted, failures: [], waiting: [], isApplied: true };
}

const isAfterwards = (step: Step): boolean =>
  step.action === 'prune' || (isHookStep(step) && isAfterSync(step.phase));

function failuresOf(members: readonly Step[], results: ReadonlyMap<string, Applied>): readonly Problem[] {
  return members.flatMap((step) => {
    const result = results.get(refKey(step.ref));
    if (result?.outcome !== 'failed') return [];
    const { message, remedy } = problemOf(result.error);
    return {
      reason: 'ApplyFailed',
      message: `${formatRef(step.ref)}: ${'object' in step ? blotSealed(message, step) : message}`,
      ...(step.origin ? { place: step.origin } : {}),
      ...(remedy ? { remedy } : {}),
    };
  });
}

async function unhealthy(
  client: KubeClient,
  members: readonly Step[],
  objectOf: (key: string) => KubeObject | undefined,
  rules: UserRules,
): Promise<Execution['waitsFor']> {
  const people = createUserRules(rules);
  for (const step of members) {
    if (step.action === 'prune' || step.action === 'forget' || step.action === 'keep' || isHookStep(step))
      continue;
    const object = objectOf(refKey(step.ref));
    const own = await judgeOne(client, step.ref, object);
    const verdict = object ? people.judge(object, own) : own;
    if (verdict.state !== 'Healthy' && verdict.state !== 'Suspended') return { step, verdict };
  }
  return undefined;
}

/** The same (revision, plan) has the same key: failures of it are counted together, and forgotten when either changes. */
export function attemptKey(revision: string, plan: Plan): string {
  const writes = plan.steps
    .filter(isAct)
    .map((step) => [
      refKey(step.ref),
      step.action,
      step.action === 'update' ? step.diff : isHookStep(step) ? [step.run, step.record?.state ?? null] : null,
    ]);
  return createHash('sha256')
    .update(JSON.stringify([revision, writes]))
    .digest('hex');
}

export interface Healing {
  /** The steps that may be taken. */
  readonly steps: readonly Step[];
  readonly problems: readonly Problem[];
  readonly pacing: Pacing;
  /** When the first refused object may be healed again, in milliseconds from now. */
  readonly retryMs?: number;
}

/** Takes healing from its budget; an object that is fought over is left alone, and its other manager named. */
export function withinBudget(
  steps: readonly Step[],
  before: Pacing,
  now: number,
  environment: Environment,
): Healing {
  const drifted = steps.filter(isDrift).map(({ ref }) => refKey(ref));
  const { pacing, refused: keys, retryMs } = takeHeals(before, drifted, now);
  const isRefused = (step: Step): boolean => isDrift(step) && keys.has(refKey(step.ref));
  const refused = steps.filter(isRefused);
  return {
    pacing,
    steps: refused.length === 0 ? steps : steps.filter((step) => !isRefused(step)),
    problems: refused.map((step) => ({
      reason: 'DriftFight',
      message: `${formatRef(step.ref)} is changed again and again by ${otherManager(step)}: it is left alone for now`,
      ...(step.origin ? { place: step.origin } : {}),
      remedy: `Stop the other one, or let ${environment.spec.delivery}/${environment.spec.environment} only report drift: drift: report in pilotage.yaml.`,
    })),
    ...(retryMs === undefined ? {} : { retryMs }),
  };
}

export const isDrift = (step: Step): boolean =>
  (step.action === 'update' || step.action === 'create') && step.cause === 'drift';

function otherManager(step: Step): string {
  if (step.action !== 'update') return 'somebody who deletes it';
  if (step.conflicts.length > 0) return `another manager: ${describeConflicts(step.conflicts)}`;
  return lastManager(step.live) ?? 'another manager';
}
