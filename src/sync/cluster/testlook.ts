import type { Clock } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { AppRun, HookRecord, TestRun } from '../../model/types.ts';
import { runId } from '../plan/hooks/runs.ts';
import { lookAtHooks } from './hooklook.ts';

/** A test is looked at as a hook is: the same marks, deadlines and last words. Its phase is none of a delivery's, and only names it. */
const PHASE: HookRecord['phase'] = 'PostSync';

const runOf = ({ app, revision, attempt }: TestRun, hooks: readonly HookRecord[]): AppRun => ({
  app,
  digest: revision.slice(-16),
  revision,
  attempt,
  cause: 'upgrade',
  state: 'Deployed',
  hooks,
});

/** Marks the object of a test as made by this run of it. */
export const testMark = (run: TestRun): string => runId(runOf(run, []), PHASE);

/** How a test that is under way stands now. Writes nothing. */
export async function lookAtTest(
  run: TestRun,
  looking: { readonly client: KubeClient; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<TestRun> {
  const { app: _app, revision: _revision, attempt: _attempt, state, ...ref } = run;
  if (state !== 'Starting' && state !== 'Running') return run;
  const [after] = await lookAtHooks([runOf(run, [{ ...ref, phase: PHASE, state }])], looking);
  const found = after?.hooks?.[0];
  if (found === undefined || (found.state === state && found.uid === run.uid)) return run;
  const { phase: _phase, state: ended, ...rest } = found;
  return { ...run, ...rest, state: ended === 'Succeeded' ? 'Passed' : ended };
}
