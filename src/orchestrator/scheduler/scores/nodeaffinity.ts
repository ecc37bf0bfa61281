import { fitsTerm } from '../../../kube/kinds/podspec/nodeaffinity.ts';
import { proportional, type Score } from './score.ts';

/** plugins/nodeaffinity: the weights of the preferred terms that select the node. */
export const NODE_AFFINITY_SCORE: Score = {
  name: 'NodeAffinity',
  rate({ pod }, nodes) {
    const { preferredDuringSchedulingIgnoredDuringExecution: terms = [] } =
      pod.spec.affinity?.nodeAffinity ?? {};
    if (terms.length === 0) return undefined;
    return proportional(
      nodes.map(({ node }) =>
        terms.reduce((sum, { preference, weight }) => sum + (fitsTerm(preference, node) ? weight : 0), 0),
      ),
    );
  },
};
