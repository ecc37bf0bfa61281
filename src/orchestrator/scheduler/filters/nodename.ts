import { type Filter, onNodeChange } from './filter.ts';

/** plugins/nodename: an unbound pod has no name of a node; what is evaluated for one that has, must not move it. */
export const NODE_NAME: Filter = {
  name: 'NodeName',
  prepare: ({ pod }) =>
    pod.spec.nodeName
      ? {
          check: ({ name }) => name === pod.spec.nodeName,
          explain: () => ({ reasons: ["node(s) didn't match the requested node name"], mayYield: false }),
        }
      : undefined,
  isHelpedBy: onNodeChange(({ pod }, { name }) => name === pod.spec.nodeName),
};
