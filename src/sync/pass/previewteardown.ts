import { rfc3339 } from '../../base/clock.ts';
import type { Again } from '../../base/queue.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import type { Environment } from '../../model/types.ts';
import { clientOf } from '../cluster/access.ts';
import { actingAs } from '../cluster/identity.ts';
import { removeNamespace } from '../cluster/previewnamespace.ts';
import { LOOKS } from '../state/pacing.ts';
import { changeStatus } from '../state/status.ts';
import { ownerOf } from './fencenow.ts';
import type { PassParts } from './parts.ts';

/**
 * Removes what a preview has made, by its namespace; hooks of a deletion are not run, for whoever may push a branch must not keep its preview
 * by one that fails. Again until it is gone: then `release` lets the object go.
 */
export async function tearDownPreview(
  options: PassParts,
  environment: Environment,
  release: () => Promise<undefined>,
  signal: AbortSignal,
): Promise<Again> {
  const { namespace } = environment.spec;
  const owner = ownerOf(options.instanceUid, environment);
  const ref = { apiVersion: 'v1', kind: 'Namespace', name: namespace };
  // As itself: it reaches its own namespace, and no other.
  const client = actingAs(await clientOf(options, environment), environment, {
    ...{ owner, namespaces: [namespace] },
    objects: [{ ref, resource: NAMESPACES }],
  });
  const inventory = environment.status?.inventory ?? [];
  const removal = await removeNamespace(client, owner, namespace, inventory, signal);
  if (removal.state === 'gone') return release();
  await changeStatus(options, environment.metadata.name ?? '', (status) => ({
    ...status,
    phase: 'Applying',
    phaseSince:
      status.phase === 'Applying' && status.phaseSince ? status.phaseSince : rfc3339(options.clock.now()),
    message: removal.message,
  }));
  return { afterMs: LOOKS.teardown };
}
