import type { Problem } from '../../base/errors.ts';
import type { Job } from '../../kube/kinds/objects.data.ts';
import { JOBS } from '../../kube/kinds/resources.data.ts';
import { isOfKind } from '../../kube/values/types.ts';
import { hookOf } from '../../render/manifests/hooks.ts';
import type { Manifest } from '../../render/types.ts';

/**
 * Names each Job that the cluster deletes some time after its end. What git says that there is comes back when it is gone, and runs again:
 * a migration would without end.
 */
export const warnOfVanishing = (manifests: readonly Manifest[]): readonly Problem[] =>
  manifests.flatMap(({ object, origin }) => {
    // A hook that is gone does not come back.
    if (!isOfKind(object, JOBS) || hookOf(object)) return [];
    if ((object as Job).spec?.ttlSecondsAfterFinished === undefined) return [];
    return {
      reason: 'JobRunsAgain',
      message: `Job ${object.metadata.name ?? '(no name)'}: ttlSecondsAfterFinished deletes it after its end, and what is delivered is made again: it runs each time`,
      place: origin,
      remedy: 'Leave ttlSecondsAfterFinished out: a Job that has ended stays as the record that it ran.',
    };
  });
