import type { Filter } from './filter.ts';

/** Nothing allocates devices. */
export const DYNAMIC_RESOURCES: Filter = {
  name: 'DynamicResources',
  prepare: ({ pod }) =>
    (pod.spec.resourceClaims ?? []).length === 0
      ? undefined
      : {
          check: () => false,
          explain: () => ({ reasons: ['cannot allocate all claims'], mayYield: false }),
        },
  isHelpedBy: () => false,
};
