import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../../kube/kinds/objects.data.ts';
import { formatSelector, type LabelSelector, selectorOf } from '../../../kube/values/selectors.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { type Column, none, wide } from './columns.ts';
import type { Strategy } from './kind.ts';
import { scale } from './scale.ts';

/** What kinds with a controller share: it writes their status, and reports the generation that it has seen. */
export const WORKLOAD: Strategy = { status: true, generation: true };

export const WORKLOAD_SCALE = scale({
  specReplicas: '.spec.replicas',
  statusReplicas: '.status.replicas',
  selector: '.spec.selector',
});

type Template = PodTemplateSpec | undefined;

/** The wide columns of a kind that makes pods: `template` says where it keeps what they are made of. */
export const containersAndImages = <T extends KubeObject>(
  template: (object: T) => Template,
): readonly Column[] => [
  wide<T>('Containers', (object) => containerNames(template(object))),
  wide<T>('Images', (object) => containerImages(template(object))),
];

export const selectorColumn = <T extends KubeObject>(
  selector: (object: T) => LabelSelector | undefined,
): Column => wide<T>('Selector', (object) => none(formatSelector(selectorOf(selector(object)) ?? [])));

export const WORKLOAD_DETAILS = [
  ...containersAndImages<Deployment | ReplicaSet>(({ spec }) => spec.template),
  selectorColumn<Deployment | ReplicaSet>(({ spec }) => spec.selector),
];

export const containerNames = (template: Template): string =>
  containersOf(template)
    .map(({ name }) => name)
    .join(',');

export const containerImages = (template: Template): string =>
  containersOf(template)
    .map(({ image }) => image ?? '')
    .join(',');

const containersOf = (template: Template) => template?.spec?.containers ?? [];
