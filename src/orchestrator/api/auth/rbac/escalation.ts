import { type Awaitable, after } from '../../../../base/awaitable.ts';
import type { User } from '../../../../kube/client/client.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
} from '../../../../kube/kinds/objects.data.ts';
import { deepEqual } from '../../../../kube/values/equal.ts';
import type { KubeObject } from '../../../../kube/values/types.ts';
import type { Authorizer, GrantAttributes } from '../../authorization.ts';
import { forbidden, notFound } from '../../errors.ts';
import type { RbacIndex } from './index.ts';
import { compact, describeRule, quoteList, uncovered } from './rules.ts';

export interface EscalationOptions {
  readonly index: RbacIndex;
  readonly authorize: Authorizer;
  /** Who may grant whatever they like. */
  readonly isPrivileged: (user: User) => boolean;
  /** Whether a user holds a rule of one verb and one resource other than by roles. */
  readonly holds: (user: User, namespace: string | undefined, part: PolicyRule) => boolean;
}

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody grants by a role or a binding what they do not hold themselves, unless they may `escalate` the role or `bind` it (Kubernetes
 * `pkg/registry/rbac/<kind>/policybased/storage.go`, `escalation_check.go`, ConfirmNoEscalation in `validation/rule.go`).
 * The check rejects with StatusError Forbidden, or NotFound where the role of a binding is missing.
 */
export function createEscalationCheck(
  options: EscalationOptions,
): (grant: GrantAttributes) => Awaitable<void> {
  return (grant) => {
    const { user, object, live } = grant;
    if (options.isPrivileged(user)) return;
    if (live && isOnlyForGarbageCollection(object, live)) return;
    return isBinding(grant) ? checkBinding(options, grant) : checkRole(options, grant);
  };
}

const isBinding = ({ resource }: GrantAttributes): boolean => resource.plural.endsWith('bindings');

/** Owner references and finalizers stay in the hands of the garbage collector (`pkg/registry/rbac/helpers.go` IsOnlyMutatingGCFields). */
function isOnlyForGarbageCollection(object: KubeObject, live: KubeObject): boolean {
  const { ownerReferences, finalizers, managedFields } = live.metadata;
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    managedFields: _managed,
    ...metadata
  } = object.metadata;
  const same = {
    ...metadata,
    ...(ownerReferences ? { ownerReferences } : {}),
    ...(finalizers ? { finalizers } : {}),
    ...(managedFields ? { managedFields } : {}),
  };
  return deepEqual({ ...object, metadata: same }, live);
}

function checkRole(options: EscalationOptions, grant: GrantAttributes): Awaitable<void> {
  const { user, resource, namespace, name, object, live } = grant;
  const escalate = {
    verb: 'escalate',
    group: GROUP,
    resource: resource.plural,
    ...(namespace === undefined ? {} : { namespace }),
    // The name of what is created is not known to the authorizer.
    ...(live ? { name } : {}),
  };
  return after(options.authorize(user, escalate), ({ allowed }) => {
    if (allowed) return;
    assertHeld(options, grant, (object as Role).rules ?? []);
    if (!hasAggregation(object) && !(live && hasAggregation(live))) return;
    // It can gather anything.
    if (missingOf(options, grant, EVERYTHING).length > 0) {
      throw forbidden(resource, name, 'must have cluster-admin privileges to use the aggregationRule');
    }
  });
}

const hasAggregation = (role: KubeObject): boolean =>
  ((role as ClusterRole).aggregationRule?.clusterRoleSelectors ?? []).length > 0;

function checkBinding(options: EscalationOptions, grant: GrantAttributes): Awaitable<void> {
  const { user, namespace, object } = grant;
  const { roleRef } = object as RoleBinding | ClusterRoleBinding;
  const plural = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  const bind = {
    verb: 'bind',
    group: roleRef.apiGroup,
    resource: plural,
    name: roleRef.name,
    ...(namespace === undefined ? {} : { namespace }),
  };
  return after(options.authorize(user, bind), ({ allowed }) => {
    if (!allowed) assertHeld(options, grant, rulesOf(options, grant, roleRef));
  });
}

/** What is missing is said to be a binding: kube-apiserver names the resource of the request. */
function rulesOf(
  { index }: EscalationOptions,
  { resource, namespace }: GrantAttributes,
  roleRef: RoleRef,
): readonly PolicyRule[] {
  const rules = index.rulesOf(roleRef, namespace);
  if (!rules) throw notFound(resource, roleRef.name);
  return rules;
}

function missingOf(
  { index, holds }: EscalationOptions,
  { user, namespace }: GrantAttributes,
  wanted: readonly PolicyRule[],
): readonly PolicyRule[] {
  const owned = index.grants(user, namespace).flatMap((found) => ('rule' in found ? [found.rule] : []));
  return uncovered(owned, wanted).filter((part) => !holds(user, namespace, part));
}

function assertHeld(options: EscalationOptions, grant: GrantAttributes, wanted: readonly PolicyRule[]): void {
  const missing = missingOf(options, grant, wanted);
  if (missing.length === 0) return;
  const { user, resource, name } = grant;
  const lines = [...new Set(compact(missing).map(describeRule))].sort();
  throw forbidden(
    resource,
    name,
    `user ${JSON.stringify(user.name)} (groups=${quoteList(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`,
  );
}
