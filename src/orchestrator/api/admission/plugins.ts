import type { Problem } from '../../../base/errors.ts';
import type { Store } from '../../store/types.ts';
import { diskRoom } from './diskroom.ts';
import { namespaceLifecycle } from './namespacelifecycle.ts';
import type { AdmissionPlugin } from './plugin.ts';

export interface AdmissionWorld {
  readonly store: Store;
  /** Why the disk takes nothing that grows. */
  readonly lacksRoom: () => Problem | undefined;
}

/**
 * The plug-ins in their order, one file each. `more` stand between: a write to a namespace that is not there reaches none of
 * them, and what they add counts when the room on the disk is judged.
 */
export const admissionPlugins = (
  { store, lacksRoom }: AdmissionWorld,
  more: readonly AdmissionPlugin[] = [],
): readonly AdmissionPlugin[] => [namespaceLifecycle(store), ...more, diskRoom(lacksRoom)];
