import type { KubeClient } from '../kube/client/client.ts';
import { PILOTAGE_NAMESPACE, USERS } from '../model/types.ts';

/** How many accounts that may sign in each group has. Who signs in elsewhere has an account from the first time on. */
export async function groupSizes(home: KubeClient): Promise<Readonly<Record<string, number>>> {
  const { items } = await home.list(USERS, { namespace: PILOTAGE_NAMESPACE });
  const sizes: Record<string, number> = {};
  for (const { spec } of items) {
    if (spec.disabled) continue;
    for (const group of new Set(spec.groups ?? [])) sizes[group] = (sizes[group] ?? 0) + 1;
  }
  return sizes;
}
