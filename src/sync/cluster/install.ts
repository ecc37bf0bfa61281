import { type Clock, sleep } from '../../base/clock.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../kube/kinds/resources.data.ts';
import { apiVersionOf } from '../../kube/values/types.ts';
import { PILOTAGE_CRDS } from '../../model/crds.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { ensureNamespaces } from './apply.ts';

const POLL_MS = 50;

/** Brings the kinds of pilotage.dev and their namespace into the home cluster, and waits until they are served. */
export async function install(home: KubeClient, clock: Clock, signal: AbortSignal): Promise<void> {
  for (const definition of PILOTAGE_CRDS) {
    await home.apply(CUSTOM_RESOURCE_DEFINITIONS, definition, {
      fieldManager: 'pilotage-install',
      force: true,
      signal,
    });
  }
  await ensureNamespaces(home, [PILOTAGE_NAMESPACE], signal);
  for (const { kind } of [ENVIRONMENTS, ...PILOTAGE_CRDS.map(({ spec }) => spec.names)]) {
    while (!(await home.resourceFor({ apiVersion: apiVersionOf(ENVIRONMENTS), kind }))) {
      await sleep(clock, POLL_MS, signal);
    }
  }
}
