import type { User } from '../../../../kube/client/client.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from '../../../../kube/kinds/objects.data.ts';
import type { KubeObject } from '../../../../kube/values/types.ts';

/** The four plurals of rbac.authorization.k8s.io. */
export const RBAC_PLURALS = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'] as const;
export type RbacPlural = (typeof RBAC_PLURALS)[number];

type Binding = RoleBinding | ClusterRoleBinding;

/** A rule that holds for a user, and the words for where it comes from; or a binding whose role is missing. */
export type Grant =
  | { readonly rule: PolicyRule; readonly source: () => string }
  | { readonly missing: string };

/**
 * Roles and bindings as they are now, found by whom they bind: what a request costs depends on the bindings of its user, never on how
 * many there are.
 */
export interface RbacIndex {
  /** The object as it is now; undefined: gone. */
  set(plural: RbacPlural, key: Key, object: KubeObject | undefined): void;
  /** What cluster role bindings, then role bindings of the namespace give a user, in that order and lazily. */
  grants(user: User, namespace: string | undefined): Iterable<Grant>;
  /** The rules of a role; undefined where there is no such role. */
  rulesOf(
    roleRef: Pick<RoleRef, 'kind' | 'name'>,
    namespace: string | undefined,
  ): readonly PolicyRule[] | undefined;
}

export interface Key {
  /** Absent: at the cluster scope. */
  readonly namespace?: string;
  readonly name: string;
}

const NO_RULES: readonly PolicyRule[] = [];

export function createRbacIndex(): RbacIndex {
  const roles = new Map<string, readonly PolicyRule[]>();
  const bindings = new Map<string, Binding>();
  /** subject → namespace of the bindings, '' for those of the cluster → their keys. */
  const bySubject = new Map<string, Map<string, Set<string>>>();

  function setBinding(key: string, namespace: string, binding: Binding | undefined): void {
    const before = bindings.get(key);
    for (const subject of keysOf(before, namespace)) bySubject.get(subject)?.get(namespace)?.delete(key);
    if (!binding) bindings.delete(key);
    else bindings.set(key, binding);
    for (const subject of keysOf(binding, namespace)) {
      const places = bySubject.get(subject) ?? new Map<string, Set<string>>();
      bySubject.set(subject, places);
      places.set(namespace, (places.get(namespace) ?? new Set()).add(key));
    }
  }

  const rulesOf: RbacIndex['rulesOf'] = ({ kind, name }, namespace = '') =>
    roles.get(kind === 'Role' ? `${namespace}/${name}` : `/${name}`);

  function* grantsIn(user: User, namespace: string): Iterable<Grant> {
    for (const key of boundIn(user, namespace)) {
      const binding = bindings.get(key);
      if (!binding) continue;
      const { roleRef } = binding;
      const rules = rulesOf(roleRef, namespace);
      if (!rules) {
        yield {
          missing: `${roleRef.kind.toLowerCase()}.rbac.authorization.k8s.io "${roleRef.name}" not found`,
        };
        continue;
      }
      const source = () => describe(binding, user, namespace);
      for (const rule of rules) yield { rule, source };
    }
  }

  /** In the order of the user's name and groups; a binding that names several of them counts once. */
  function boundIn(user: User, namespace: string): ReadonlySet<string> {
    const found = new Set<string>();
    for (const subject of [`User ${user.name}`, ...user.groups.map((group) => `Group ${group}`)]) {
      for (const key of bySubject.get(subject)?.get(namespace) ?? []) found.add(key);
    }
    return found;
  }

  return {
    set(plural, { namespace = '', name }, object) {
      const key = `${namespace}/${name}`;
      if (plural === 'clusterroles' || plural === 'roles') {
        if (!object) roles.delete(key);
        else roles.set(key, (object as Role | ClusterRole).rules ?? NO_RULES);
      } else setBinding(key, namespace, object as Binding | undefined);
    },
    *grants(user, namespace) {
      yield* grantsIn(user, '');
      if (namespace) yield* grantsIn(user, namespace);
    },
    rulesOf,
  };
}

const keysOf = (binding: Binding | undefined, namespace: string): readonly string[] =>
  (binding?.subjects ?? [])
    .map((subject) => subjectKey(subject, namespace))
    .filter((key) => key !== undefined);

/** A service account is a user by its name; one without a namespace is one of the binding's (`validation/rule.go` appliesToUser). */
function subjectKey({ kind, name, namespace }: Subject, ofBinding: string): string | undefined {
  if (kind === 'User' || kind === 'Group') return `${kind} ${name}`;
  const home = namespace || ofBinding;
  return kind === 'ServiceAccount' && home ? `User system:serviceaccount:${home}:${name}` : undefined;
}

/** `RoleBinding "viewers/shop" of Role "viewer" to User "ann"`, name before namespace, as Kubernetes words it. */
function describe({ metadata, roleRef, subjects = [] }: Binding, user: User, namespace: string): string {
  const applies = (subject: Subject) => {
    const key = subjectKey(subject, namespace);
    return key === `User ${user.name}` || user.groups.some((group) => key === `Group ${group}`);
  };
  const subject = subjects.find(applies);
  const named =
    subject?.kind === 'ServiceAccount' ? `${subject.name}/${subject.namespace || namespace}` : subject?.name;
  const binding = namespace
    ? `RoleBinding "${metadata.name}/${namespace}"`
    : `ClusterRoleBinding "${metadata.name}"`;
  return `${binding} of ${roleRef.kind} "${roleRef.name}" to ${subject?.kind} "${named}"`;
}
