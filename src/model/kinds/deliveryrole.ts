import type { PilotageKind } from './kind.ts';
import { boolean, list, object, oneOf, optional, string } from './shape.ts';

/** What can be done with a delivery as a whole. */
export const DELIVERY_VERBS = [
  'get',
  'pull',
  'push',
  'init',
  'connect',
  'grant',
  'allow',
  'suspend',
] as const;
/** What can be done with an environment; `push` is to its branch. */
export const ENVIRONMENT_VERBS = [
  'get',
  'push',
  'sync',
  'setimage',
  'promote',
  'skip',
  'hold',
  'suspend',
  'approve',
  'reject',
  'rollback',
  'pin',
  'backport',
  'accept',
  'adopt',
  'renew',
  'remove',
] as const;

const spec = object({
  description: optional(string),
  deliveries: optional(list(oneOf(DELIVERY_VERBS))),
  environments: optional(list(oneOf(ENVIRONMENT_VERBS))),
  /** A ClusterRole of Kubernetes, given in the namespace of each environment (`view`, `edit`, `admin`). */
  clusterRole: optional(string),
  /** Manages users, tokens, roles and grants, where it is granted for everything. */
  administers: optional(boolean),
});

/**
 * What somebody may do who has it for a delivery or an environment (RoleGrant). Named so that `kubectl get roles` keeps its meaning. Verbs are
 * none of Kubernetes' writing ones: who may promote must not thereby rewrite the Environment object, which says where it delivers.
 */
export const DELIVERY_ROLE = {
  kind: 'DeliveryRole',
  plural: 'deliveryroles',
  shortName: 'prole',
  spec,
  status: object({}),
  columns: [
    ['Description', '.spec.description'],
    ['Cluster Role', '.spec.clusterRole'],
  ],
} as const satisfies PilotageKind;
