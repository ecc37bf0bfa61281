import type { KubeObject } from '../kube/types.ts';
import { ANNOTATIONS } from '../model/types.ts';
import type { Owner } from './types.ts';

export const trackingOf = (owner: Owner, app: string): string =>
  `${owner.instance}/${owner.environment}/${app}`;

/** Whose a live object is, as far as its marks tell. */
export type Holder =
  | { readonly type: 'ours'; readonly app: string }
  | { readonly type: 'none' }
  | { readonly type: 'other'; readonly name: string };

/** Marks by which other tools say that an object is theirs: annotation or label → how to call them. */
const OTHER_TOOLS: readonly (readonly [key: string, name: string])[] = [
  ['meta.helm.sh/release-name', 'Helm release'],
  ['argocd.argoproj.io/tracking-id', 'Argo CD application'],
  ['kustomize.toolkit.fluxcd.io/name', 'Flux Kustomization'],
  ['helm.toolkit.fluxcd.io/name', 'Flux HelmRelease'],
  ['objectset.rio.cattle.io/id', 'Rancher object set'],
  ['kapp.k14s.io/app', 'kapp application'],
];

export function holderOf(live: KubeObject, owner: Owner): Holder {
  const { annotations = {}, labels = {} } = live.metadata;
  const tracking = annotations[ANNOTATIONS.tracking];
  if (tracking !== undefined) return tracked(tracking, owner);
  for (const [key, name] of OTHER_TOOLS) {
    const value = annotations[key] ?? labels[key];
    if (value !== undefined) return { type: 'other', name: `${name} ${value}` };
  }
  const controller = live.metadata.ownerReferences?.find((ref) => ref.controller);
  return controller ? { type: 'other', name: `${controller.kind} ${controller.name}` } : { type: 'none' };
}

function tracked(tracking: string, owner: Owner): Holder {
  const [instance, environment, app = ''] = tracking.split('/');
  if (instance !== owner.instance) return { type: 'other', name: `another Pilotage (instance ${instance})` };
  if (environment !== owner.environment) {
    return { type: 'other', name: `another environment of this Pilotage (${environment})` };
  }
  return { type: 'ours', app };
}
