import type { AppRun, HookRecord } from '../../../model/types.ts';
import { refKey } from '../refkey.ts';
import type { Desired, HookPlace } from '../types.ts';
import { runsIn } from './phases.ts';
import { isSameHook, isUnderWay } from './runs.ts';

export type Hook = Desired & { readonly hook: HookPlace };

export const isHook = (desired: Desired): desired is Hook => desired.hook !== undefined;

/** A hook that has yet to end well, in one phase of the run of its app. */
export interface DueHook extends Hook {
  readonly run: AppRun;
  readonly record?: HookRecord;
}

/** What has to run, or go on, before its run is done. Those of SyncFail are due once another hook of the app has failed. */
export function dueHooks(hooks: readonly Hook[], runs: readonly AppRun[]): readonly DueHook[] {
  return hooks.flatMap((hook) => {
    const run = runs.find(({ app }) => app === hook.app);
    if (run === undefined || run.state === 'Complete') return [];
    const { phase, marks } = hook.hook;
    if (!runsIn(marks, phase, run.cause) || (phase === 'SyncFail' && !hasFailed(run))) return [];
    const record = run.hooks?.find((one) => isSameHook(one, { ...hook.ref, phase }));
    return record?.state === 'Succeeded' ? [] : [{ ...hook, run, ...(record ? { record } : {}) }];
  });
}

const hasFailed = (run: AppRun): boolean =>
  run.hooks?.some(({ state, phase }) => state === 'Failed' && phase !== 'SyncFail') ?? false;

/** `refKey` of hooks whose own policy has their object deleted, now that they have ended. */
export function spentHooks(
  hooks: readonly Hook[],
  runs: readonly AppRun[],
  due: readonly DueHook[],
): ReadonlySet<string> {
  const awaited = new Set(
    due.filter(({ record }) => record?.state !== 'Failed').map(({ ref }) => refKey(ref)),
  );
  const spent = hooks.filter(({ ref, app, hook }) => {
    const records = runs.find((run) => run.app === app)?.hooks ?? [];
    const record = records.find((one) => isSameHook(one, { ...ref, phase: hook.phase }));
    if (record === undefined || isUnderWay(record) || awaited.has(refKey(ref))) return false;
    return hook.marks.deletes.includes(record.state === 'Succeeded' ? 'succeeded' : 'failed');
  });
  return new Set(spent.map(({ ref }) => refKey(ref)));
}
