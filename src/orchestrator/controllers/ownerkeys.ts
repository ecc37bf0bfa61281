import { byNamespace, type Index, keyOf } from '../../kube/client/cache.ts';
import { type LabelSelector, selectorMatches } from '../../kube/values/selectors.ts';
import { isOfKind, type KubeObject, type Resource } from '../../kube/values/types.ts';
import { controllerOf } from './controllerref.ts';

const selectorIn = ({ spec }: KubeObject): LabelSelector | undefined =>
  (spec as { readonly selector?: LabelSelector } | undefined)?.selector;

/** Keys of the owners that a change of a dependent concerns: its controller, or, of an orphan, those in its namespace that select it. */
export function ownerKeys<T extends KubeObject>(
  resource: Resource<T>,
  ownersIn: Index<T>,
  selector: (owner: T) => LabelSelector | undefined = selectorIn,
): (dependent: KubeObject) => readonly string[] {
  return (dependent) => {
    const controller = controllerOf(dependent);
    const { namespace = '', labels } = dependent.metadata;
    if (controller) return isOfKind(controller, resource) ? [`${namespace}/${controller.name}`] : [];
    return ownersIn(namespace)
      .filter((owner) => selectorMatches(selector(owner), labels))
      .map((owner) => keyOf(owner.metadata));
  };
}

/** Index values: the namespace of what no controller owns. */
export const orphansByNamespace = (object: KubeObject): readonly string[] =>
  controllerOf(object) ? [] : byNamespace(object);
