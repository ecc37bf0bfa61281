import type { Deployment, PodTemplateSpec } from '../../../kube/kinds/objects.data.ts';
import { formatSelector, type LabelSelector, selectorOf } from '../../../kube/values/selectors.ts';
import { wide } from './columns.ts';
import type { Strategy } from './kind.ts';
import { scale } from './scale.ts';

/** What the kinds of apps/v1 share. */
export const WORKLOAD: Strategy = { status: true, generation: true };

export const WORKLOAD_SCALE = scale({
  specReplicas: '.spec.replicas',
  statusReplicas: '.status.replicas',
  selector: '.spec.selector',
});

export const WORKLOAD_DETAILS = [
  wide<Deployment>('Containers', ({ spec }) =>
    templateContainers(spec.template)
      .map((c) => c.name)
      .join(','),
  ),
  wide<Deployment>('Images', ({ spec }) =>
    templateContainers(spec.template)
      .map((c) => c.image)
      .join(','),
  ),
  wide<Deployment>('Selector', ({ spec }) => selectorText(spec.selector)),
];

/** The containers of a pod template, for the columns of kinds that have one elsewhere than at `spec.template`. */
export function templateContainers(template: PodTemplateSpec | undefined) {
  return template?.spec.containers ?? [];
}

function selectorText(selector: LabelSelector | undefined): string {
  return formatSelector(selectorOf(selector) ?? []);
}
