import { isObject } from '../../kube/values/equal.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { formatTool, type ToolMark, type ToolName } from './othertools.ts';

/** Whether a tool goes on writing what it has: found doing so, found suspended, or not found in the cluster of the objects. */
export type Activity = 'reconciles' | 'suspended' | 'unseen';

/** A tool that has some of what is to be taken over. */
export interface Reconciler {
  readonly mark: ToolMark;
  readonly activity: Activity;
  /** What it says that it has; `apps/Deployment/shop-prod/web` each, as `refKey` writes it. */
  readonly has: readonly string[];
}

/** What lists of its own an Argo CD Application keeps (argo-cd `pkg/apis/application/v1alpha1/types.go`). */
export function readApplication(application: KubeObject): Reconciler {
  const { name = '', namespace, annotations = {} } = application.metadata;
  const automated = at(application, 'spec', 'syncPolicy', 'automated');
  const isOff =
    automated === undefined ||
    at(automated, 'enabled') === false ||
    annotations['argocd.argoproj.io/skip-reconcile'] === 'true';
  const mark = { tool: 'argocd', kind: 'Application', name, ...(namespace ? { namespace } : {}) } as const;
  const has = itemsAt(application, 'status', 'resources').map(
    (one) => `${text(one, 'group')}/${text(one, 'kind')}/${text(one, 'namespace')}/${text(one, 'name')}`,
  );
  return { mark, activity: isOff ? 'suspended' : 'reconciles', has };
}

/**
 * A Kustomization or a HelmRelease of Flux: `spec.suspend`; the former lists `NAMESPACE_NAME_GROUP_KIND`
 * (fluxcd/cli-utils `object.ObjMetadata`: a colon of a name is written `__`).
 */
export function readFlux(object: KubeObject): Reconciler {
  const { name = '', namespace } = object.metadata;
  const kind = object.kind === 'HelmRelease' ? 'HelmRelease' : 'Kustomization';
  const has = itemsAt(object, 'status', 'inventory', 'entries').map((entry) => keyOfEntry(text(entry, 'id')));
  return {
    mark: { tool: 'flux', kind, name, ...(namespace ? { namespace } : {}) },
    activity: at(object, 'spec', 'suspend') === true ? 'suspended' : 'reconciles',
    has: has.filter((key) => key !== ''),
  };
}

function keyOfEntry(id: string): string {
  const match = /^([^_]*)_(.+)_([^_]*)_([^_]+)$/.exec(id);
  if (match === null) return '';
  const [, namespace = '', name = '', group = '', kind = ''] = match;
  return `${group}/${kind}/${namespace}/${name.replaceAll('__', ':')}`;
}

/** One that only its marks tell of. Helm writes when a person calls it, and at no other time. */
export const unseen = (mark: ToolMark): Reconciler => ({
  mark,
  activity: mark.tool === 'helm' ? 'suspended' : 'unseen',
  has: [],
});

/** How a tool is made to stop, without what it has being deleted. */
export function howToStop({ tool, kind, name, namespace }: ToolMark): string {
  const where = namespace ? ` -n ${namespace}` : '';
  if (tool === 'argocd')
    return `kubectl${where} patch application ${name} --type merge -p '{"spec":{"syncPolicy":{"automated":null}}}'`;
  return `flux suspend ${kind.toLowerCase()} ${name}${where}`;
}

/** What becomes of the tool's own record, which stays, and how it goes without taking along what it had. */
export function howToForget({ tool, kind, name, namespace }: ToolMark): string {
  const where = namespace ? ` -n ${namespace}` : '';
  if (tool === 'helm')
    return `never helm uninstall ${name}, which deletes the objects: kubectl${where} delete secret -l owner=helm,name=${name}`;
  if (tool === 'argocd')
    return `kubectl${where} patch application ${name} --type merge -p '{"metadata":{"finalizers":null}}' && kubectl${where} delete application ${name}`;
  return `flux suspend ${kind.toLowerCase()} ${name}${where}, and delete it while it is suspended: then nothing is deleted with it`;
}

/** Those that may write again what is taken over, unless a person takes from them by name. */
export const inTheWay = (
  reconcilers: readonly Reconciler[],
  from: ToolName | undefined,
): readonly Reconciler[] =>
  reconcilers.filter(({ activity, mark }) => activity !== 'suspended' && mark.tool !== from);

/** `Argo CD Application argocd/shop reconciles it` */
export const formatReconciler = ({ mark, activity }: Reconciler): string =>
  activity === 'unseen'
    ? `${formatTool(mark)} is not in this cluster, so nobody knows whether it still reconciles`
    : `${formatTool(mark)} ${activity === 'reconciles' ? 'still reconciles' : 'does not reconcile'}`;

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => (isObject(found) ? found[key] : undefined), value);
}
const itemsAt = (value: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
};
const text = (value: unknown, key: string): string => {
  const found = at(value, key);
  return typeof found === 'string' ? found : '';
};
