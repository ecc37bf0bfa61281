import { isTolerated } from '../filters/taints.ts';
import { HIGHEST, proportional, type Score } from './score.ts';

/** plugins/tainttoleration: the fewer taints with `PreferNoSchedule` that the pod does not tolerate, the better. */
export const TAINT_TOLERATION_SCORE: Score = {
  name: 'TaintToleration',
  rate: (pod, nodes) =>
    proportional(
      nodes.map(({ node }) => {
        const unwelcome = (node.spec?.taints ?? []).filter(
          (taint) => taint.effect === 'PreferNoSchedule' && !isTolerated(pod, taint),
        );
        return unwelcome.length;
      }),
    )?.map((rate) => HIGHEST - rate),
};
