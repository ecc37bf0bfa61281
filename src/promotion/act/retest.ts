import type { KubeClient } from '../../kube/client/client.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** A person's word that tests of a revision that failed in its source run once more. To the millisecond, as their beginnings are. */
export async function askForTests(
  home: KubeClient,
  source: Environment,
  { revision, by, now }: { readonly revision: string; readonly by: string; readonly now: number },
): Promise<NonNullable<Environment['spec']['retest']>> {
  const retest = { revision, by, at: new Date(now).toISOString() };
  await home.patch<Environment>(
    ENVIRONMENTS,
    { namespace: PILOTAGE_NAMESPACE, name: source.metadata.name ?? '' },
    { type: 'merge', body: { spec: { retest } } },
    { fieldManager: 'pilotage' },
  );
  return retest;
}
