import * as builtin from '../../kube/kinds/resources.data.ts';
import { gvkOf } from '../../kube/values/types.ts';

const NAMES: ReadonlySet<string> = new Set(Object.values(builtin).map(({ kind }) => kind));
const KINDS: ReadonlySet<string> = new Set(
  Object.values(builtin).map(({ group, kind }) => `${group}/${kind}`),
);

interface Type {
  readonly apiVersion: string;
  readonly kind: string;
}

/** How a person allows a kind: `ClusterRole`; a custom resource that shares its name with a built-in kind is `ClusterRole.example.com`. */
export function allowanceFor(type: Type): string {
  const { group, kind } = gvkOf(type);
  return NAMES.has(kind) && !KINDS.has(`${group}/${kind}`) ? `${kind}.${group}` : kind;
}

export function isAllowed(type: Type, allowed: readonly string[]): boolean {
  const { group, kind } = gvkOf(type);
  return allowed.includes(allowanceFor(type)) || allowed.includes(`${kind}.${group}`);
}
