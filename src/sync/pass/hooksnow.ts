import type { KubeClient } from '../../kube/client/client.ts';
import type { AppRun, Environment } from '../../model/types.ts';
import { lookAtHooks } from '../cluster/hooklook.ts';
import { dueHooks, type Hook, spentHooks } from '../plan/hooks/due.ts';
import { busyHook, deletionOf, runsNow } from '../plan/hooks/runs.ts';
import type { PlannedHooks } from '../plan/planinput.ts';
import { refKey } from '../plan/refkey.ts';
import type { Bundle } from '../plan/types.ts';
import { appDigests } from '../source/bundle.ts';
import type { PassParts } from './parts.ts';

/** Where the hooks of a target stand. */
export interface Hooks extends PlannedHooks {
  readonly runs: readonly AppRun[];
}

/** Looks at hooks that are under way, and finds which are due. Writes nothing. */
export async function hooksNow(
  { clock, releaseKey }: PassParts,
  client: KubeClient,
  { environment, target, signal }: { environment: Environment; target: string; signal: AbortSignal },
  bundle: Bundle,
  hooks: readonly Hook[],
  hooksOfGone: (run: AppRun) => Promise<readonly Hook[]>,
  takenOver: ReadonlySet<string> = new Set(),
): Promise<Hooks> {
  const { spec, status } = environment;
  const apps = appDigests(bundle, [...new Set(hooks.map(({ app }) => app))], releaseKey);
  const before = await lookAtHooks(status?.runs ?? [], { client, clock, signal });
  const isDeployed = status?.deployedRevision !== undefined;
  const facts = {
    target,
    isRolling: status?.deployedRevision !== target,
    isRollback: spec.pin?.release !== undefined,
    requestedAt: spec.syncRequestedAt,
    deployed: new Set(isDeployed ? status.inventory?.map(({ app }) => app) : []),
    takenOver,
  };
  const all = keysOf(hooks);
  const busy = busyHook(before, apps, facts);
  if (busy) return { runs: before, due: [], all, spent: new Set(), busy };
  const names = new Set(bundle.apps.map(({ name }) => name));
  const begun = runsNow(before, apps, facts);
  const gone = begun.filter(({ app }) => !names.has(app));
  const leaving = await Promise.all(
    gone.map(async (run) => leavingApp(deletionOf(run, spec.syncRequestedAt), await hooksOfGone(run))),
  );
  const runs = [...begun.filter(({ app }) => names.has(app)), ...leaving.flatMap(({ run }) => run ?? [])];
  const both = [...hooks, ...leaving.flatMap((one) => (one.run ? one.hooks : []))];
  const due = dueHooks(both, runs);
  return { runs, due, all: keysOf(both), spent: spentHooks(hooks, runs, due) };
}

const keysOf = (hooks: readonly Hook[]): ReadonlySet<string> => new Set(hooks.map(({ ref }) => refKey(ref)));

/** The run of an app that is gone lasts until the hooks of its deletion are done; then its objects go as all others do. */
function leavingApp(run: AppRun, hooks: readonly Hook[]): { hooks: readonly Hook[]; run?: AppRun } {
  const own = hooks.filter(({ app }) => app === run.app);
  return dueHooks(own, [run]).length > 0 ? { hooks: own, run } : { hooks: own };
}
