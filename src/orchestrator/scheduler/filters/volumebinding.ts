import { volumesOn } from '../volumes.ts';
import type { Filter } from './filter.ts';

/** plugins/volumebinding, volumerestrictions and volumezone. */
export const VOLUME_BINDING: Filter = {
  name: 'VolumeBinding',
  prepare(_pod, _view, volumes) {
    if (volumes.type === 'none') return undefined;
    if (volumes.type === 'refused') return { message: volumes.message };
    return {
      check: ({ node }) => volumesOn(volumes, node).ok,
      explain({ node }) {
        const found = volumesOn(volumes, node);
        return { reasons: found.ok ? [] : found.reasons, mayYield: false };
      },
    };
  },
  // A claim for one pod alone is free when the pod that has it ends.
  isHelpedBy: (_, { type }) => type === 'storage' || type === 'node' || type === 'left',
};
