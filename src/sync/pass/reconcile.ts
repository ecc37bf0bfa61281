import { rfc3339 } from '../../base/clock.ts';
import { noCrashGuard } from '../../base/crashguard.ts';
import { formatProblem, problemOf } from '../../base/errors.ts';
import type { Again } from '../../base/queue.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { FINAL_STAGES, type Stage } from '../../model/progress.ts';
import {
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  type Phase,
  PILOTAGE_NAMESPACE,
} from '../../model/types.ts';
import { clientOf, problemOfPass } from '../cluster/access.ts';
import { type Watchers, wantedOf } from '../cluster/watchers.ts';
import { CRASH_LOOP, recordFrozen, settleHold } from '../intake/wanted.ts';
import { assessedBy, goalOf } from '../state/goal.ts';
import { createMemory, forgetPacing, type Memory } from '../state/memory.ts';
import { LOOKS } from '../state/pacing.ts';
import { changeStatus, conditionOf, withCondition, withoutCondition } from '../state/status.ts';
import { explained, permissionOf } from '../state/stops.ts';
import { closedFor } from '../state/window.ts';
import { passDeadline } from './deadline.ts';
import { leaveCommit, supersedeOperation } from './operation.ts';
import type { PassParts } from './parts.ts';
import { runPass } from './pass.ts';
import { tearDown } from './teardown.ts';

export interface Reconciler {
  /** One pass for one Environment, by the name of its object. */
  reconcile(name: string, signal: AbortSignal): Promise<Again>;
  /** Ends the pass under way if it works for another revision than the environment wants now. */
  interrupt(environment: Environment): void;
}

/** Puts the terms in force that a revision brings which has been let through. True when something changed. */
export type Govern = (environment: Environment, revision: string, memory: Memory) => Promise<boolean>;

export function createReconciler(options: PassParts, watchers: Watchers, govern: Govern): Reconciler {
  const memories = new Map<string, Memory>();
  const { crashes = noCrashGuard } = options;

  const goalNow = (environment: Environment) => goalOf(environment, options.suspensionOf(environment));

  const memoryOf = (name: string): Memory => {
    const memory = memories.get(name) ?? createMemory();
    memories.set(name, memory);
    return memory;
  };

  async function reconcile(name: string, signal: AbortSignal): Promise<Again> {
    const key = { namespace: PILOTAGE_NAMESPACE, name };
    const environment = await options.home.get(ENVIRONMENTS, key, { signal }).catch(notFoundAsUndefined);
    if (environment === undefined) {
      memories.delete(name);
      watchers.drop(name);
      return undefined;
    }
    const memory = memoryOf(name);
    const suspension = options.suspensionOf(environment);
    const goal = goalOf(environment, suspension);
    if (goal.type === 'nothing') {
      watchers.drop(name);
      return tearDown(options, environment, goal.delivered, signal).catch(async (error) => {
        await fail(environment, speaker(options, environment, 'the deletion', memory), error);
        throw error;
      });
    }
    if (memory.requested !== environment.spec.syncRequestedAt) {
      memory.requested = environment.spec.syncRequestedAt;
      forgetPacing(memory);
    }
    if (conditionOf(environment, 'Held') && (await settleHold(options, environment))) {
      return { afterMs: 0 };
    }
    if (isForgiven(environment)) {
      await changeStatus(options, name, (status) => ({
        ...status,
        conditions: withoutCondition(status.conditions, 'Frozen'),
      }));
      return { afterMs: 0 };
    }
    // It was just created: what its branch wants is being recorded, and wakes it.
    if (goal.type === 'stopped' && environment.status === undefined && !memory.isExpected) {
      memory.isExpected = true;
      return { afterMs: LOOKS.firstCommit };
    }
    if (goal.type === 'stopped') {
      await stand(environment, goal.phase, goal.message);
      const until = suspension?.hold.until;
      return until === undefined ? undefined : { afterMs: Date.parse(until) - options.clock.now() };
    }
    const permission = await permissionOf(options, environment, goal.target, memory).catch(async (error) => {
      await fail(environment, speaker(options, environment, goal.target, memory), error);
      throw error;
    });
    if (permission.type === 'held') return wait(environment, goal.target, permission.message, memory, signal);
    // What has begun goes on: half of it would be taken back.
    const hasBegun = memory.operation?.target === goal.target;
    const closed = hasBegun ? undefined : closedFor(environment, goal.target, options.clock.now());
    if (closed) {
      // Until a window opens somebody may hold or reject what passes now.
      delete memory.permitted;
      return wait(environment, goal.target, closed.message, memory, signal, closed.until);
    }
    // A pin holds a revision for a while; it brings no terms with it.
    if (!environment.spec.pin && (await govern(environment, goal.target, memory))) return { afterMs: 0 };
    return pass(environment, goal.target, memory, signal, { note: permission.note });
  }

  /** It is frozen for deaths that a person has had forgotten. */
  function isForgiven(environment: Environment): boolean {
    const { metadata, spec, status } = environment;
    const target = spec.pin?.revision ?? status?.wantedRevision ?? '';
    if (conditionOf(environment, 'Frozen')?.reason !== CRASH_LOOP) return false;
    return crashes.givenUp(metadata.name ?? '', target) === undefined;
  }

  /** The daemon died of it, again and again: it stays up without it. */
  async function freeze(environment: Environment, target: string, deaths: number): Promise<Again> {
    const { delivery, environment: name } = environment.spec;
    const message =
      `Pilotage died ${deaths} times while it worked on ${target.slice(0, 12)}; what is deployed stays\n` +
      `  → push another revision, or try this one again: pilotage sync ${delivery}/${name}`;
    await recordFrozen(options, environment, { reason: CRASH_LOOP, message });
    return undefined;
  }

  /** What is deployed stays, and is kept as it is, while the revision that is wanted waits for its gates. */
  async function wait(
    environment: Environment,
    wanted: string,
    message: string,
    memory: Memory,
    signal: AbortSignal,
    /** When it ends by itself, in milliseconds; absent: nobody knows. */
    until?: number,
  ): Promise<Again> {
    speaker(options, environment, wanted, memory)('held', message);
    const deployed = environment.status?.deployedRevision;
    const again =
      deployed === undefined
        ? await stand(environment, 'Waiting', message, message)
        : await pass(environment, deployed, memory, signal, { wanted, held: message });
    const look = until === undefined ? LOOKS.gates : until - options.clock.now();
    return { afterMs: Math.min(look, again?.afterMs ?? LOOKS.resync) };
  }

  /** Nothing is touched: only the phase and its reason are kept true. */
  async function stand(
    environment: Environment,
    phase: Phase,
    message: string,
    waitsForGates?: string,
  ): Promise<Again> {
    watchers.drop(environment.metadata.name ?? '');
    const now = options.clock.now();
    await changeStatus(options, environment.metadata.name ?? '', ({ waitsForGates: _before, ...status }) => ({
      ...status,
      ...assessedBy(environment, goalNow(environment)),
      ...(waitsForGates ? { waitsForGates } : {}),
      // What was wanted since then is not what runs.
      ...(phase === 'Suspended' && status.deployedRevision !== status.wantedRevision
        ? { sync: 'OutOfSync' as const }
        : {}),
      phase,
      message,
      phaseSince: status.phase === phase && status.phaseSince ? status.phaseSince : rfc3339(now),
      conditions: withCondition(status.conditions, 'Ready', 'False', now, phase, message),
    }));
    return undefined;
  }

  async function pass(
    environment: Environment,
    target: string,
    memory: Memory,
    signal: AbortSignal,
    how: { readonly note?: string | undefined; readonly wanted?: string; readonly held?: string },
  ): Promise<Again> {
    const name = environment.metadata.name ?? '';
    const deaths = crashes.givenUp(name, target);
    if (deaths !== undefined) return freeze(environment, target, deaths);
    const say = how.held === undefined ? speaker(options, environment, target, memory) : () => {};
    if (memory.operation && memory.operation.target !== target) {
      const { target: older } = memory.operation;
      if (await supersedeOperation(options, memory, target)) {
        const tell = speaker(options, environment, older, memory);
        tell('superseded', `${older.slice(0, 12)} gives way to ${target.slice(0, 12)}`);
      }
    }
    const abort = new AbortController();
    const deadline = passDeadline(options.clock, (error) => abort.abort(error));
    const parts = { ...options, buildImages: deadline.sparing(options.buildImages) };
    memory.pass = { wanted: how.wanted ?? target, abort };
    watchers.pause(name);
    const both = AbortSignal.any([signal, abort.signal]);
    try {
      const client = await clientOf(options, environment);
      const result = await crashes.during(name, target, () =>
        runPass({ options: parts, client, environment, target, memory, say, signal: both }),
      );
      const stored = await changeStatus(options, name, (status) => {
        const found = explained(result.status, status, how, options.clock.now());
        return {
          ...without(found, ...OBSERVED),
          ...assessedBy(environment, goalNow(environment)),
          ...pick(status, ...OBSERVED),
          conditions: merged(status.conditions, found.conditions),
        };
      });
      await leaveCommit(options, environment, stored);
      if (result.prepared && result.live) {
        // What is being pruned is watched until it is gone: only then does it leave the inventory.
        const objects = result.prepared.plan.steps.flatMap(({ ref, resource }) =>
          resource ? [{ ref, resource }] : [],
        );
        watchers.set(name, client, wantedOf(objects, result.live));
      }
      // Another commit may have been recorded as deployed while this pass was concluding: what was just written is not of that one.
      const isOvertaken = stored?.status?.wantedRevision !== environment.status?.wantedRevision;
      return { afterMs: isOvertaken ? 0 : Math.min(LOOKS.resync, result.afterMs ?? LOOKS.resync) };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      // Its time is over, or it works for what is not wanted any more.
      const error = abort.signal.aborted ? deadline.overdue() : thrown;
      if (error === undefined) return { afterMs: 0 };
      await fail(environment, say, error);
      throw error;
    } finally {
      deadline.cancel();
      watchers.resume(name);
      delete memory.pass;
    }
  }

  /** The cluster, git or the store failed in a way that no pass foresees: said, and tried again by the queue. */
  async function fail(environment: Environment, say: Say, error: unknown): Promise<void> {
    const problem = problemOfPass(environment, error);
    const message = formatProblem(problem);
    const now = options.clock.now();
    say('failed', message);
    const change = ({ healthySince: _since, waitsForGates: _gates, ...status }: EnvironmentStatus) => ({
      ...status,
      ...assessedBy(environment, goalNow(environment)),
      sync: 'Unknown' as const,
      // What cannot be asked is not known to be well, and no promotion may build on it.
      health: 'Unknown' as const,
      phase: 'Failed' as const,
      phaseSince: status.phase === 'Failed' && status.phaseSince ? status.phaseSince : rfc3339(now),
      message,
      conditions: withCondition(status.conditions, 'Ready', 'False', now, problem.reason, message),
    });
    await changeStatus(options, environment.metadata.name ?? '', change).catch((lost: unknown) =>
      options.logger.warn(
        { environment: environment.metadata.name, failure: message, error: problemOf(lost).message },
        'a failure could not be written into the status',
      ),
    );
  }

  return {
    reconcile,
    interrupt(environment) {
      const memory = memories.get(environment.metadata.name ?? '');
      const goal = goalNow(environment);
      const wanted = goal.type === 'revision' ? goal.target : undefined;
      if (memory?.pass && memory.pass.wanted !== wanted) {
        memory.pass.abort.abort(new Error(`superseded by ${wanted ?? 'a stop'}`));
      }
    },
  };
}

type Say = (stage: Stage, message: string) => void;

/** Publishes progress, but the same thing about the same revision only once in a row, and the same wait only once. */
function speaker(options: PassParts, { spec }: Environment, revision: string, memory: Memory): Say {
  return (stage, message) => {
    const said = `${revision} ${stage} ${gist(message)}`;
    if (memory.said === said || (stage === 'waiting' && memory.waits.has(said))) return;
    memory.said = said;
    if (stage === 'waiting') memory.waits.add(said);
    else if (FINAL_STAGES.has(stage)) memory.waits.clear();
    const { delivery, environment } = spec;
    options.progress.publish({ at: options.clock.now(), delivery, environment, revision, stage, message });
  };
}

/** A probe that goes on failing, or a pod that fails as its twin did, is no news. */
const gist = (message: string): string =>
  message
    .replace(/ \(restarted \d+ times?\)/g, '')
    .replace(/\b\d+ times?\b/g, 'again')
    .replace(/\bpod \S+:/g, 'a pod:');

/** Conditions that the pass owns win; the others are kept as they are in the store. */
function merged(
  stored: NonNullable<Environment['status']>['conditions'],
  ours: NonNullable<Environment['status']>['conditions'],
): NonNullable<NonNullable<Environment['status']>['conditions']> {
  const ready = (ours ?? []).filter(({ type }) => type === 'Ready');
  return [...(stored ?? []).filter(({ type }) => type !== 'Ready'), ...ready].sort((a, b) =>
    a.type < b.type ? -1 : 1,
  );
}

/** The observer of branches may have written these since the pass began, or taken them away. */
const OBSERVED = ['wantedRevision', 'wantedBy', 'observation', 'promotionPolicy', 'proposal'] as const;

function without<T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Omit<T, K> {
  const rest = { ...from };
  for (const key of keys) delete rest[key];
  return rest;
}

function pick<T extends object, K extends keyof T>(from: T, ...keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key];
  return picked;
}
