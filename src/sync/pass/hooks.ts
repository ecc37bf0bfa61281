import { rfc3339 } from '../../base/clock.ts';
import { type Problem, problemOf } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { builtinKind } from '../../kube/kinds/builtin.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../kube/kinds/resources.data.ts';
import { formatRef, gvkOf, isOfKind, type KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { fullName } from '../../model/names.ts';
import type { AppRun, Environment, HookPhase, HookRecord } from '../../model/types.ts';
import { type Applied, applyStage } from '../cluster/apply.ts';
import { deadlineMs, isWaitedFor, isWork, withDeadline } from '../plan/hooks/end.ts';
import { withRecord } from '../plan/hooks/runs.ts';
import { nameOfHook } from '../plan/hooks/settle.ts';
import { saysKeep } from '../plan/prune.ts';
import { refKey } from '../plan/refkey.ts';
import { blotSealed } from '../plan/sealed.ts';
import type { Step } from '../plan/types.ts';
import { changeStatus } from '../state/status.ts';
import type { PassParts } from './parts.ts';

export type HookStep = Extract<Step, { action: 'hook' }>;

export const isHookStep = (step: Step): step is HookStep => step.action === 'hook';

/** How the hooks of one stage stand. */
export interface HooksRun {
  readonly failures: readonly Problem[];
  /** What is waited for: `hook Job shop-dev/migrate (PreSync)`. */
  readonly waitsFor?: string;
}

export interface HookRunner {
  /** Starts what can be started now, in order. Never waits: a later pass finds how it ended. */
  run(steps: readonly HookStep[]): Promise<HooksRun>;
  /** The records as they are stored now. */
  readonly runs: readonly AppRun[];
  /** When the first hook that is under way is given up, in milliseconds from now. */
  readonly untilMs: number | undefined;
}

export interface HookRunnerOptions {
  readonly options: PassParts;
  readonly client: KubeClient;
  readonly environment: Environment;
  readonly revision: string;
  readonly runs: readonly AppRun[];
  readonly signal: AbortSignal;
}

/**
 * Runs hooks once: that one begins is on record before its object is made, and the object is marked with its run. So after a crash at any point
 * either the object is found again, or it was never made.
 */
export function createHookRunner(given: HookRunnerOptions): HookRunner {
  const { options, client, environment, revision, signal } = given;
  const name = environment.metadata.name ?? '';
  let { runs } = given;
  let untilMs: number | undefined;

  async function record(step: HookStep, changed: Pick<HookRecord, 'state'> & Partial<HookRecord>) {
    const startedAt = rfc3339(options.clock.now());
    runs = withRecord(runs, step.app, { ...step.ref, phase: step.phase, startedAt, ...changed });
    await changeStatus(options, name, (status) => ({ ...status, runs }));
  }

  async function start(step: HookStep): Promise<HooksRun> {
    const { live } = step;
    if (live?.metadata.deletionTimestamp) return waits(`the old ${formatRef(step.ref)} to be gone`);
    const isOld = live !== undefined && live.metadata.annotations?.[ANNOTATIONS.hookRun] !== step.run;
    if (isOld && isReplaced(step)) {
      if (!isWork(step.ref) && saysKeep(live)) return { failures: [keptFromBefore(step)] };
      const failures = failuresOf(
        step,
        await one({ ...step, action: 'prune', live, reason: 'it runs anew' }),
      );
      return failures.length > 0 ? { failures } : waits(`the old ${formatRef(step.ref)} to be gone`);
    }
    await record(step, { state: 'Starting' });
    const object = marked(withDeadline(step.object), step.run);
    const applied = await one({ ...step, action: 'create', object, cause: 'change' });
    const failures = failuresOf(step, applied);
    if (failures.length > 0) return { failures };
    const uid = applied?.outcome === 'written' ? applied.object.metadata.uid : undefined;
    const made = uid ? { uid } : {};
    if (isWaitedFor(step.ref, step.marks)) {
      await record(step, { state: 'Running', ...made });
      return waitsFor(step, object, options.clock.now());
    }
    await record(step, { state: 'Succeeded', endedAt: rfc3339(options.clock.now()), ...made });
    return DONE;
  }

  const one = async (step: Step): Promise<Applied | undefined> =>
    (await applyStage(client, [step], revision, signal)).get(refKey(step.ref));

  function waitsFor(step: HookStep, object: KubeObject | undefined, startedAt: number): HooksRun {
    const left = Math.max(0, startedAt + deadlineMs(object) - options.clock.now());
    untilMs = Math.min(untilMs ?? left, left);
    return waits(nameOfHook({ ...step.ref, phase: step.phase, state: 'Running', startedAt: '' }));
  }

  return {
    get runs() {
      return runs;
    },
    get untilMs() {
      return untilMs;
    },
    async run(steps) {
      const failures: Problem[] = [];
      let waiting: string | undefined;
      for (const step of steps) {
        const { record: before } = step;
        if (before?.state === 'Failed') failures.push(hookFailed(step, before, environment));
        else {
          const ran =
            before?.state === 'Running'
              ? waitsFor(step, step.live, Date.parse(before.startedAt))
              : await start(step);
          failures.push(...ran.failures);
          waiting ??= ran.waitsFor;
        }
        // Helm runs one after the other, Argo CD those of a wave side by side.
        if (step.marks.tool === 'helm' && (failures.length > 0 || waiting)) break;
        signal.throwIfAborted();
      }
      return { failures, ...(waiting ? { waitsFor: waiting } : {}) };
    },
  };
}

const DONE: HooksRun = { failures: [] };
const waits = (waitsFor: string): HooksRun => ({ failures: [], waitsFor });

/**
 * Work is done anew by a new object. Of other kinds Helm deletes the old object too, and with it what it holds; here it is changed in place,
 * as the note at `hookSetDeletePolicy` (helm `pkg/action/hooks.go`) wishes. Custom kinds may be work (Workflow), and are deleted where the
 * policy of the hook says so; definitions never go.
 */
const isReplaced = ({ ref, marks }: HookStep): boolean =>
  isWork(ref) ||
  (marks.deletes.includes('before') &&
    builtinKind(gvkOf(ref)) === undefined &&
    !isOfKind(ref, CUSTOM_RESOURCE_DEFINITIONS));

const keptFromBefore = (step: HookStep): Problem => ({
  reason: 'HookKept',
  message: `hook ${formatRef(step.ref)} (${step.phase}): the object of an earlier run would make way, and its annotation ${ANNOTATIONS.prune} says keep`,
  ...(step.origin ? { place: step.origin } : {}),
  remedy:
    'Delete it by hand; or give the hook another delete policy than before-hook-creation: then it is changed in place.',
});

const marked = (object: KubeObject, run: string): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [ANNOTATIONS.hookRun]: run },
  },
});

function failuresOf(step: HookStep, applied: Applied | undefined): readonly Problem[] {
  if (applied?.outcome !== 'failed') return [];
  const { message, remedy } = problemOf(applied.error);
  return [
    {
      reason: 'ApplyFailed',
      message: `hook ${formatRef(step.ref)} (${step.phase}): ${blotSealed(message, step)}`,
      ...(step.origin ? { place: step.origin } : {}),
      ...(remedy ? { remedy } : {}),
    },
  ];
}

const hasFailed = ({ record }: HookStep): boolean => record?.state === 'Failed';

/** Hooks whose object has yet to be made, and may be: after a failure only what follows from it. */
export function startingHooks(steps: readonly Step[]): readonly HookStep[] {
  const hooks = steps.filter(isHookStep);
  const isLost = hooks.some(hasFailed);
  return hooks.filter(
    ({ record, phase }) => (record?.state ?? 'Starting') === 'Starting' && (!isLost || phase === 'SyncFail'),
  );
}

/** Whether a hook has failed without which nothing more is written, and all that follows from its failure is done. */
export function isStoppedByHook(steps: readonly Step[]): boolean {
  const hooks = steps.filter(isHookStep);
  const followUps = hooks.filter((step) => step.phase === 'SyncFail' && !hasFailed(step));
  return followUps.length === 0 && hooks.some((step) => hasFailed(step) && !isAfterSync(step.phase));
}

/** Whether all objects are there when the hooks of a phase run. */
export const isAfterSync = (phase: HookPhase): boolean =>
  phase === 'PostSync' || phase === 'PreDelete' || phase === 'PostDelete';

export const failedHooks = (steps: readonly Step[], environment: Environment): readonly Problem[] =>
  steps.flatMap((step) =>
    isHookStep(step) && step.record?.state === 'Failed' ? [hookFailed(step, step.record, environment)] : [],
  );

/** Why nothing after a hook is done, and what would have it done. */
function hookFailed(step: HookStep, record: HookRecord, environment: Environment): Problem {
  return {
    reason: 'HookFailed',
    message: `${nameOfHook(record)} failed: ${record.message ?? 'it says no more'}`,
    ...(step.origin ? { place: step.origin } : {}),
    remedy: `Push a correction; or run it again as it is: pilotage sync ${fullName(environment)}`,
  };
}
