import type { KubeClient, User } from '../../kube/client/client.ts';
import { SCOPE } from '../../kube/client/scope.ts';
import type { ObjectRef, Resource } from '../../kube/values/types.ts';
import type { Environment } from '../../model/types.ts';
import { trackingOf } from '../plan/tracking.ts';
import type { Owner } from '../plan/types.ts';

export interface Reach {
  readonly owner: Owner;
  /** Where it may write: its own namespace and those that a person allowed and its objects name. */
  readonly namespaces: readonly string[];
  /** What it delivers or has delivered, for what lies outside of namespaces and for what it may no longer write but read. */
  readonly objects: readonly { readonly ref: ObjectRef; readonly resource: Resource | undefined }[];
}

/**
 * Who an environment is to the API server of this machine: nobody's administrator, but a user of its own whom the server keeps inside
 * its reach, so that a mistake in a plan is refused and not carried out. Another cluster knows Pilotage by its kubeconfig.
 */
export function identityOf({ owner, namespaces, objects }: Reach): User {
  const outside = objects.flatMap(({ ref, resource }) =>
    resource && ref.namespace === undefined ? [`${resource.group}/${resource.plural}/${ref.name}`] : [],
  );
  const seen = objects.flatMap(({ ref }) => ref.namespace ?? []);
  return {
    name: `system:pilotage:environment:${owner.delivery}:${owner.environment}`,
    groups: [SCOPE.group, 'system:authenticated'],
    extra: {
      [SCOPE.namespaces]: namespaces,
      [SCOPE.reads]: [...new Set(seen)],
      [SCOPE.objects]: [...new Set(outside)],
      [SCOPE.owns]: [trackingOf(owner, '')],
    },
  };
}

/** What is written to this machine's cluster is written as the environment, which its API server confines. */
export const actingAs = (client: KubeClient, { spec }: Environment, reach: Reach): KubeClient =>
  spec.cluster === undefined ? client.as(identityOf(reach)) : client;
