/** Grants of Pilotage → Roles and RoleBindings of Kubernetes. Pure. */
import type { PolicyRule, Role, RoleBinding, Subject } from '../../kube/kinds/objects.data.ts';
import { environmentObjectName } from '../../model/names.ts';
import { type DeliveryRole, PILOTAGE_GROUP, PILOTAGE_NAMESPACE, type RoleGrant } from '../../model/types.ts';

/** On everything that is made of a grant. */
export const GRANT_LABEL = `${PILOTAGE_GROUP}/grant`;
/** Above every environment: no other namespace of a home cluster is opened. */
const RBAC = 'rbac.authorization.k8s.io';

export interface Place {
  readonly delivery: string;
  readonly environment: string;
  /** Of the home cluster; absent where it delivers to another one, whose rights are its own. */
  readonly namespace?: string;
}

export interface Wanted {
  readonly roles: readonly Role[];
  readonly bindings: readonly RoleBinding[];
}

const NOTHING: Wanted = { roles: [], bindings: [] };

/** What a grant comes to, in the environments that there are. A role that does not exist gives nothing. */
export function objectsOf(
  grant: RoleGrant,
  role: DeliveryRole | undefined,
  places: readonly Place[],
): Wanted {
  const { subjects } = grant.spec;
  if (!role || subjects.length === 0) return NOTHING;
  const covered = places.filter((place) => covers(grant, place));
  const rules = rulesOf(grant, role, covered);
  const own = { ...metadataOf(grant), namespace: PILOTAGE_NAMESPACE };
  const who = subjects.map(({ kind, name }): Subject => ({ apiGroup: RBAC, kind, name }));
  const inHome: Wanted =
    rules.length === 0
      ? NOTHING
      : {
          roles: [{ apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: own, rules }],
          bindings: [bindingOf(own, { kind: 'Role', name: own.name }, who)],
        };
  const { clusterRole } = role.spec;
  const namespaces = [...new Set(covered.flatMap(({ namespace }) => (namespace ? [namespace] : [])))];
  const elsewhere = clusterRole
    ? namespaces.map((namespace) =>
        bindingOf({ ...metadataOf(grant), namespace }, { kind: 'ClusterRole', name: clusterRole }, who),
      )
    : [];
  return { roles: inHome.roles, bindings: [...inHome.bindings, ...elsewhere] };
}

const covers = ({ spec }: RoleGrant, { delivery, environment }: Place): boolean =>
  (spec.deliveries?.includes(delivery) ?? true) && (spec.environments?.includes(environment) ?? true);

const metadataOf = ({ metadata }: RoleGrant) => ({
  name: `pilotage:grant:${metadata.name}`,
  labels: { [GRANT_LABEL]: metadata.name ?? '' },
});

const bindingOf = (
  metadata: { readonly name: string; readonly namespace: string },
  roleRef: { readonly kind: string; readonly name: string },
  subjects: readonly Subject[],
): RoleBinding => ({
  apiVersion: `${RBAC}/v1`,
  kind: 'RoleBinding',
  metadata,
  roleRef: { apiGroup: RBAC, ...roleRef },
  subjects,
});

/** Inside PILOTAGE_NAMESPACE. Where a grant names no deliveries, its rules name no objects, and hold for those that come later. */
function rulesOf({ spec }: RoleGrant, { spec: role }: DeliveryRole, covered: readonly Place[]): PolicyRule[] {
  const { deliveries, environments } = spec;
  const isAll = deliveries === undefined && environments === undefined;
  const deliveryVerbs = (role.deliveries ?? []).filter((verb) => isPermitted(verb, spec));
  const environmentVerbs = role.environments ?? [];
  const names = covered.map((place) => environmentObjectName(place.delivery, place.environment)).sort();
  return [
    ...ruleFor('deliveries', deliveryVerbs, deliveries),
    ...ruleFor('environments', environmentVerbs, isAll ? undefined : names),
    ...(isAll && environmentVerbs.includes('get') ? [READ_ALL] : []),
    ...(isAll && role.administers ? [ADMINISTER] : []),
  ];
}

/**
 * Of one environment nobody changes the delivery as a whole; and what reaches beyond a delivery (clusters, namespaces and kinds that it may
 * use) is allowed by those alone who have the role for all.
 */
function isPermitted(
  verb: NonNullable<DeliveryRole['spec']['deliveries']>[number],
  { deliveries, environments }: RoleGrant['spec'],
): boolean {
  if (verb === 'get' || verb === 'pull') return true;
  // Branches of no environment harm none.
  if (verb === 'push') return true;
  if (verb === 'allow') return deliveries === undefined && environments === undefined;
  return environments === undefined;
}

const ruleFor = (
  resource: string,
  verbs: readonly string[],
  resourceNames: readonly string[] | undefined,
): PolicyRule[] =>
  verbs.length === 0 || resourceNames?.length === 0
    ? []
    : [
        {
          apiGroups: [PILOTAGE_GROUP],
          resources: [resource],
          verbs,
          ...(resourceNames ? { resourceNames } : {}),
        },
      ];

const READ_ALL: PolicyRule = {
  apiGroups: [PILOTAGE_GROUP],
  resources: ['deliveries', 'environments', 'releases', 'promotions'],
  verbs: ['get', 'list', 'watch'],
};

const ADMINISTER: PolicyRule = {
  apiGroups: [PILOTAGE_GROUP],
  resources: ['users', 'tokens', 'deliveryroles', 'rolegrants'],
  verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
};
