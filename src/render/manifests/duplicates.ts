import type { Problem } from '../../base/errors.ts';
import { formatPlace } from '../../base/place.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { formatRef, gvkOf, refOf } from '../../kube/values/types.ts';
import { hookOf } from './hooks.ts';
import type { Written } from './read.ts';

/** Every object once, and those that are written twice with different content: the second would silently win. */
export interface Distinct {
  readonly written: readonly Written[];
  readonly problems: readonly Problem[];
}

/** The version does not tell objects apart, the group does, and the events of hooks do. A copy that says the same (a Role for two namespaces that are one here) is dropped. */
export function distinct(all: readonly Written[]): Distinct {
  const first = new Map<string, Written>();
  const problems = all.flatMap((written): Problem[] => {
    const { object, origin } = written;
    const { group, kind } = gvkOf(object);
    const { namespace = '', name } = object.metadata;
    const key = JSON.stringify([group, kind, namespace, name, hookOf(object)?.events ?? null]);
    const earlier = first.get(key);
    if (!earlier) {
      first.set(key, written);
      return [];
    }
    if (deepEqual(earlier.object, object)) return [];
    return [
      {
        reason: 'DuplicateObject',
        message: `${formatRef(refOf(object))} is written twice: here and at ${formatPlace(earlier.origin)}`,
        place: origin,
        remedy: 'Remove one of the two, or give it another name.',
      },
    ];
  });
  return { written: [...first.values()], problems };
}
