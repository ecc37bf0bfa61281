import type { Problem } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import { formatRef, gvkOf, refOf } from '../../kube/values/types.ts';
import type { Written } from './read.ts';

/** Objects that are written twice: the second would silently win. The version does not tell them apart, the group does. */
export function findDuplicates(all: readonly Written[]): Problem[] {
  const first = new Map<string, Written>();
  return all.flatMap((written) => {
    const { object, origin } = written;
    const { group, kind } = gvkOf(object);
    const key = JSON.stringify([group, kind, object.metadata.namespace ?? '', object.metadata.name]);
    const earlier = first.get(key);
    if (!earlier) {
      first.set(key, written);
      return [];
    }
    return [
      {
        reason: 'DuplicateObject',
        message: `${formatRef(refOf(object))} is written twice: here and at ${formatPlace(earlier.origin)}`,
        place: origin,
        remedy: 'Remove one of the two, or give it another name.',
      },
    ];
  });
}
