import type { KubeObject } from '../../kube/values/types.ts';
import { ANNOTATIONS, LABELS } from '../../model/annotations.ts';
import { formatTool, toolsOf } from './othertools.ts';
import type { Owner } from './types.ts';

export const trackingOf = (owner: Owner, app: string): string =>
  `${owner.instance}/${owner.delivery}/${owner.environment}/${app}`;

/** Whose a live object is, as far as its marks tell. */
export type Holder =
  | { readonly type: 'ours'; readonly app: string }
  | { readonly type: 'none' }
  /** A tool's from which a person may take it over. */
  | { readonly type: 'tool'; readonly name: string }
  /** `environment`: `shop/dev`, where it is one of this Pilotage. */
  | { readonly type: 'other'; readonly name: string; readonly environment?: string };

/** Marks by which tools that nothing is taken over from say that an object is theirs: annotation or label → how to call them. */
const OTHER_TOOLS: readonly (readonly [key: string, name: string])[] = [
  ['objectset.rio.cattle.io/id', 'Rancher object set'],
  ['kapp.k14s.io/app', 'kapp application'],
];

export function holderOf(live: KubeObject, owner: Owner): Holder {
  const { annotations = {}, labels = {} } = live.metadata;
  const tracking = annotations[ANNOTATIONS.tracking];
  if (tracking !== undefined) return tracked(tracking, labels, owner);
  for (const [key, name] of OTHER_TOOLS) {
    const value = annotations[key] ?? labels[key];
    if (value !== undefined) return { type: 'other', name: `${name} ${value}` };
  }
  const controller = live.metadata.ownerReferences?.find((ref) => ref.controller);
  if (controller) return { type: 'other', name: `${controller.kind} ${controller.name}` };
  const [tool] = toolsOf(live);
  return tool ? { type: 'tool', name: formatTool(tool) } : { type: 'none' };
}

/** An environment that is made again under its old name is the successor of the one that went: owners are names. */
function tracked(tracking: string, labels: Readonly<Record<string, string>>, owner: Owner): Holder {
  const [instance = '', ...rest] = tracking.split('/');
  if (instance !== owner.instance) return { type: 'other', name: `another Pilotage (instance ${instance})` };
  // Earlier versions wrote the UID of the Environment here; its name is in the labels.
  const [delivery, environment, app = ''] =
    rest.length > 2 ? rest : [labels[LABELS.delivery], labels[LABELS.environment], rest[1]];
  if (delivery === owner.delivery && environment === owner.environment) return { type: 'ours', app };
  const name = `${delivery ?? '?'}/${environment ?? '?'}`;
  return { type: 'other', name: `environment ${name}`, environment: name };
}
