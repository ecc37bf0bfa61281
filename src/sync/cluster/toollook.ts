import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { isForbidden, isNotFound } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { newestRelease, releaseObjects } from '../plan/helmrelease.ts';
import { formatTool, type ToolMark, toolsOf } from '../plan/othertools.ts';
import { type Reconciler, readApplication, readFlux, unseen } from '../plan/reconcilers.ts';
import { refKey } from '../plan/refkey.ts';

const SOURCES = [
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', read: readApplication },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', read: readFlux },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', read: readFlux },
] as const;

/** So many Applications, Kustomizations and HelmReleases are read at once, and so many pages. */
const PAGE = 250;
const MOST_PAGES = 40;

/**
 * Which tools have any of these objects, by marks on them and by what the tools list themselves; a tool that marks name and that is not
 * there is `unseen`. `cluster` sees all namespaces, for that is where tools live.
 */
export async function lookForTools(
  cluster: KubeClient,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<readonly Reconciler[]> {
  const keys = new Set(objects.map((object) => refKey(refOf(object))));
  const marks = new Map(objects.flatMap(toolsOf).map((mark) => [formatTool(mark), mark] as const));
  const there: Reconciler[] = [];
  for (const { apiVersion, kind, read } of SOURCES)
    for (const object of await all(cluster, { apiVersion, kind }, signal)) {
      const reconciler = read(object);
      const named = [...marks].filter(([, mark]) => isOne(mark, reconciler.mark));
      if (named.length === 0 && !reconciler.has.some((key) => keys.has(key))) continue;
      for (const [name] of named) marks.delete(name);
      there.push(reconciler);
    }
  const others = await Promise.all(
    [...marks.values()].map((mark) =>
      mark.tool === 'helm' ? releaseOf(cluster, mark, signal) : unseen(mark),
    ),
  );
  return [...there, ...others];
}

/** A tracking id leaves the namespace out where the Application is where Argo CD is. */
const isOne = (mark: ToolMark, found: ToolMark): boolean =>
  mark.kind === found.kind &&
  mark.name === found.name &&
  (mark.namespace === undefined || mark.namespace === found.namespace);

async function releaseOf(cluster: KubeClient, mark: ToolMark, signal: AbortSignal): Promise<Reconciler> {
  const { name, namespace } = mark;
  if (namespace === undefined) return unseen(mark);
  const labelSelector = `owner=helm,name=${name}`;
  const { items } = await cluster.list(SECRETS, { namespace, labelSelector, signal }).catch(nothing);
  const newest = newestRelease(items);
  const objects = newest ? (releaseObjects(newest, namespace) ?? []) : [];
  return { ...unseen(mark), has: objects.map(refKey) };
}

async function all(
  cluster: KubeClient,
  gvk: { apiVersion: string; kind: string },
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const resource = await cluster.resourceFor(gvk);
  if (resource === undefined) return [];
  const found: KubeObject[] = [];
  let next: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const list = await cluster
      .list(resource, { limit: PAGE, ...(next ? { continue: next } : {}), signal })
      .catch(nothing);
    found.push(...list.items.map((item) => ({ ...item, ...gvk })));
    next = list.metadata?.continue;
    if (!next) break;
  }
  return found;
}

/** A kubeconfig may not show them: then marks stand alone, and what they name is unseen. */
function nothing(error: unknown): { items: readonly KubeObject[]; metadata?: { continue?: string } } {
  if (isForbidden(error) || isNotFound(error)) return { items: [] };
  throw error;
}

const refOf = ({ apiVersion, kind, metadata: { name = '', namespace } }: KubeObject) => ({
  apiVersion,
  kind,
  name,
  ...(namespace ? { namespace } : {}),
});
