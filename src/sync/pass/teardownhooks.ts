import type { KubeClient } from '../../kube/client/client.ts';
import type { AppRun, Environment } from '../../model/types.ts';
import { lookAtHooks } from '../cluster/hooklook.ts';
import { dueHooks } from '../plan/hooks/due.ts';
import { deletionOf } from '../plan/hooks/runs.ts';
import { refKey } from '../plan/refkey.ts';
import type { Hooks } from './hooksnow.ts';
import type { PassParts } from './parts.ts';
import { deletionHooks } from './released.ts';

/** The hooks that run when an environment is deleted: those of the release that is deployed. Reads alone. */
export async function teardownHooks(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  signal: AbortSignal,
): Promise<Hooks> {
  const { spec, status } = environment;
  const hooks = await deletionHooks(options, client, environment, {
    release: status?.release,
    hadHooks: status?.runs && status.runs.length > 0,
  });
  const apps = [...new Set(hooks.map(({ app }) => app))];
  const before = await lookAtHooks(status?.runs ?? [], { client, clock: options.clock, signal });
  const runs = apps.map((app) => {
    const known = before.find((run) => run.app === app) ?? neverRun(app, status?.deployedRevision ?? '');
    return deletionOf(known, spec.syncRequestedAt);
  });
  const due = dueHooks(hooks, runs);
  // What has yet to run, or is read for its end, is not pruned under its hands.
  return { runs, due, all: new Set(due.map(({ ref }) => refKey(ref))), spent: new Set() };
}

/** It was deployed before hooks were recorded. */
const neverRun = (app: string, revision: string): AppRun => ({
  ...{ app, digest: '', revision, attempt: 0, cause: 'upgrade', state: 'Complete' },
});
