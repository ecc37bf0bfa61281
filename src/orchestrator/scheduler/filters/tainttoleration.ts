import { type Filter, onNodeChange } from './filter.ts';
import { untolerated } from './taints.ts';

/** plugins/tainttoleration */
export const TAINT_TOLERATION: Filter = {
  name: 'TaintToleration',
  prepare: (pod) => ({
    check: ({ node }) => untolerated(pod, node.spec?.taints) === undefined,
    explain({ node }) {
      const taint = untolerated(pod, node.spec?.taints);
      const reason = `node(s) had untolerated taint {${taint?.key}: ${taint?.value ?? ''}}`;
      return { reasons: [reason], mayYield: false };
    },
  }),
  isHelpedBy: onNodeChange((pod, { node }) => untolerated(pod, node.spec?.taints) === undefined),
};
