import { POD_SPECS, podTemplateOf } from '../../kube/kinds/podspec/places.ts';
import { isObject } from '../../kube/values/equal.ts';
import { gvkOf, type JsonObject } from '../../kube/values/types.ts';
import type { Remark } from './rule.ts';
import type { LintedObject, Subject } from './subject.ts';

/** The spec of a pod in an object, and the pointer to it. */
export interface LintedPod {
  readonly linted: LintedObject;
  readonly spec: JsonObject;
  readonly pointer: string;
}

export interface LintedContainer {
  readonly pod: LintedPod;
  readonly container: JsonObject;
  readonly pointer: string;
  readonly list: 'containers' | 'initContainers';
}

export function podsOf({ objects }: Subject): readonly LintedPod[] {
  return objects.flatMap((linted) => {
    const { group, kind } = gvkOf(linted.object);
    const template = podTemplateOf({ group, kind }, linted.object);
    const path = POD_SPECS[`${group}/${kind}`];
    return template && path && isObject(template.spec)
      ? [{ linted, spec: template.spec, pointer: `/${path.join('/')}` }]
      : [];
  });
}

export function containersOf(subject: Subject): readonly LintedContainer[] {
  return podsOf(subject).flatMap((pod) =>
    (['initContainers', 'containers'] as const).flatMap((list) => {
      const members = pod.spec[list];
      return (Array.isArray(members) ? members : []).flatMap((container, index) =>
        isObject(container) ? [{ pod, container, list, pointer: `${pod.pointer}/${list}/${index}` }] : [],
      );
    }),
  );
}

/** `Deployment web` */
export const nameOf = ({ object }: LintedObject): string => `${object.kind} ${object.metadata.name ?? ''}`;

/** `Deployment web, container app` */
export const nameOfContainer = ({ pod, container }: LintedContainer): string =>
  `${nameOf(pod.linted)}, container ${String(container.name ?? '')}`;

/** A remark about an object, at the member that a pointer names. */
export const remarkOn = (linted: LintedObject, pointer: string, message: string): Remark => ({
  message,
  place: linted.at(pointer),
  object: linted.object,
});
