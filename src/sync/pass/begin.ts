import { rfc3339 } from '../../base/clock.ts';
import type { Problem } from '../../base/errors.ts';
import type { EnvironmentStatus } from '../../model/types.ts';
import { ensureNamespaces } from '../cluster/apply.ts';
import { actingAs } from '../cluster/identity.ts';
import { claimNamespace } from '../cluster/namespaceclaim.ts';
import { guardPreview } from '../cluster/previewguard.ts';
import type { Fence } from '../plan/fence.ts';
import type { Step } from '../plan/types.ts';
import { changeStatus, withCondition } from '../state/status.ts';
import { ownerOf } from './fencenow.ts';
import type { Pass } from './parts.ts';

/** The phase while something is under way, and with it the inventory that must be known before the first write. */
export async function mark(
  { options, environment, target }: Pass,
  phase: 'Rendering' | 'Applying',
  message: string,
  known: Pick<EnvironmentStatus, 'inventory' | 'runs'> = {},
): Promise<void> {
  const rolling = environment.status?.deployedRevision !== target;
  const now = options.clock.now();
  await changeStatus(options, environment.metadata.name ?? '', (status) => ({
    ...status,
    phase,
    phaseSince: rfc3339(now),
    message,
    ...(rolling
      ? { conditions: withCondition(status.conditions, 'Ready', 'False', now, phase, message) }
      : {}),
    ...known,
  }));
}

/** Its own namespace is claimed before the first object goes there; others are only made. As Pilotage: an environment makes none. */
export async function makeNamespaces(
  { options, client, environment, signal }: Pass,
  { namespaces, namespace }: Fence,
  names: readonly string[],
): Promise<Problem | undefined> {
  const others = names.filter((one) => one !== namespace);
  await ensureNamespaces(client, others, signal);
  if (!names.includes(namespace)) return undefined;
  const owner = ownerOf(options.instanceUid, environment);
  return claimNamespace(client, { owner, namespace, allowed: namespaces.includes(namespace), signal });
}

/** Before anything is written into a preview, its bounds are there. */
export async function guarded({ options, client, environment, signal }: Pass): Promise<void> {
  const { preview, namespace } = environment.spec;
  if (preview === undefined) return;
  const reach = { owner: ownerOf(options.instanceUid, environment), namespaces: [namespace], objects: [] };
  await guardPreview(actingAs(client, environment, reach), preview, namespace, signal);
}

/** Where these steps make something. */
export const namespacesOf = (steps: readonly Step[]): readonly string[] => [
  ...new Set(
    steps.flatMap(({ action, ref }) =>
      (action === 'create' || action === 'hook') && ref.namespace ? [ref.namespace] : [],
    ),
  ),
];
