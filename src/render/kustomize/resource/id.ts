import { isClusterScoped } from '../schema/schema.ts';

/** Group, version and kind (kyaml `resid.Gvk`); '' in a selector: any. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

export interface ResourceId extends Gvk {
  readonly name: string;
  /** As written; '' where none is. */
  readonly namespace: string;
  /** In no namespace, as far as kustomize knows. An id that a kustomization writes has no scope. */
  readonly isCluster: boolean;
}

/** Stands for the namespace of what is in none. */
export const NO_NAMESPACE = '_non_namespaceable_';
export const DEFAULT_NAMESPACE = 'default';

export function gvkOf(apiVersion: string, kind: string): Gvk {
  const slash = apiVersion.indexOf('/');
  return { group: apiVersion.slice(0, Math.max(0, slash)), version: apiVersion.slice(slash + 1), kind };
}

export const apiVersionOf = ({ group, version }: Gvk): string =>
  group === '' ? version : `${group}/${version}`;

export const idOf = (gvk: Gvk, name: string, namespace: string): ResourceId => ({
  ...gvk,
  name,
  namespace,
  isCluster: isClusterScoped(apiVersionOf(gvk), gvk.kind),
});

export const effectiveNamespace = ({ isCluster, namespace }: ResourceId): string =>
  isCluster ? NO_NAMESPACE : namespace === '' ? DEFAULT_NAMESPACE : namespace;

export const sameGvk = (a: Gvk, b: Gvk): boolean =>
  a.group === b.group && a.version === b.version && a.kind === b.kind;

export const sameNamespace = (a: ResourceId, b: ResourceId): boolean =>
  effectiveNamespace(a) === effectiveNamespace(b);

export const sameId = (a: ResourceId, b: ResourceId): boolean =>
  a.name === b.name && sameGvk(a, b) && sameNamespace(a, b);

/** Whether the selector has nothing that differs. */
export const isSelected = (gvk: Gvk, selector: Gvk): boolean =>
  (selector.group === '' || selector.group === gvk.group) &&
  (selector.version === '' || selector.version === gvk.version) &&
  (selector.kind === '' || selector.kind === gvk.kind);

export const isIdSelected = (id: ResourceId, selector: ResourceId): boolean =>
  (selector.name === '' || selector.name === id.name) &&
  (selector.namespace === '' || sameNamespace(selector, id)) &&
  isSelected(id, selector);

/** `Deployment web in shop`, for messages. */
export const describeId = ({ kind, name, namespace }: ResourceId): string =>
  `${kind === '' ? 'object' : kind} ${name}${namespace === '' || namespace === NO_NAMESPACE ? '' : ` in ${namespace}`}`;

/** `Deployment.v1.apps`, as kustomize writes it and sorts by it. */
export const formatGvk = ({ group, version, kind }: Gvk): string =>
  [kind || '[noKind]', version || '[noVer]', group || '[noGrp]'].join('.');
