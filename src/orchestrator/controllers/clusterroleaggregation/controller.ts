import type { Again } from '../../../base/queue.ts';
import { splitKey } from '../../../kube/client/cache.ts';
import { type Controller, createController, watch } from '../../../kube/client/controller.ts';
import { CLUSTER_ROLES } from '../../../kube/kinds/resources.data.ts';
import type { ControllerContext } from '../context.ts';
import { decideRules } from './decide.ts';

const MANAGER = 'clusterrole-aggregation-controller';

/** Keeps the rules of cluster roles that gather those of others (`admin`, `edit` and `view`). */
export function createClusterRoleAggregation({
  client,
  clock,
  logger,
  informers,
}: ControllerContext): Controller {
  const { clusterRoles } = informers;

  async function reconcile(key: string): Promise<Again> {
    const { name } = splitKey(key);
    const role = clusterRoles.get({ name });
    const rules = role && decideRules(role, clusterRoles.list());
    if (!rules) return undefined;
    const { apiVersion, kind } = role;
    const intent = { apiVersion, kind, metadata: { name }, rules };
    await client.apply(CLUSTER_ROLES, intent, { fieldManager: MANAGER, force: true });
    return undefined;
  }

  /** A change of any role may concern all that gather. */
  const gathering = (): readonly string[] =>
    clusterRoles
      .list()
      .flatMap(({ metadata, aggregationRule }) => (aggregationRule ? [metadata.name ?? ''] : []));

  return createController({
    name: 'clusterroleaggregation',
    clock,
    logger,
    watches: [watch(clusterRoles, gathering)],
    reconcile,
    // Roles gather in a chain, one cache behind the other.
    baseDelayMs: 5,
  });
}
