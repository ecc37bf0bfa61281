import { POD_SPECS } from '../../kube/kinds/podspec/places.ts';
import { isObject } from '../../kube/values/equal.ts';
import { gvkOf, type KubeObject } from '../../kube/values/types.ts';
import type { ImageChange } from '../../model/imagereference.ts';

/** A container of a rendered object. */
export interface RenderedContainer {
  readonly kind: string;
  readonly object: string;
  readonly container: string;
  /** `spec.template.spec.containers[0].image` */
  readonly field: string;
  readonly image: string;
}

/** Every container of every object that runs some, the ones that come first included. */
export function containersOf(objects: readonly KubeObject[]): RenderedContainer[] {
  return objects.flatMap((object) => {
    const { group, kind } = gvkOf(object);
    const path = POD_SPECS[`${group}/${kind}`];
    if (!path) return [];
    let spec: unknown = object;
    for (const member of path) spec = isObject(spec) ? spec[member] : undefined;
    if (!isObject(spec)) return [];
    const pod = spec;
    return ['containers', 'initContainers'].flatMap((list) => {
      const all = pod[list];
      if (!Array.isArray(all)) return [];
      return all.flatMap((one, i) =>
        isObject(one) && typeof one.image === 'string' && typeof one.name === 'string'
          ? [
              {
                kind,
                object: object.metadata.name ?? '',
                container: one.name,
                field: `${path.join('.')}.${list}[${i}].image`,
                image: one.image,
              },
            ]
          : [],
      );
    });
  });
}

export const containerName = ({ kind, object, container }: RenderedContainer): string =>
  `${kind.toLowerCase()}/${object}:${container}`;

/** Those that a change is about. */
export const meantBy =
  ({ name, workload }: Pick<ImageChange, 'name' | 'workload'>) =>
  (one: RenderedContainer): boolean =>
    one.container === name &&
    (workload === undefined || `${one.kind}/${one.object}`.toLowerCase() === workload.toLowerCase());
