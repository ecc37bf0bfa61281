import type { Strategy } from '../../kube/kinds/podspec/schedulers.ts';
import { IMAGE_LOCALITY } from './scores/imagelocality.ts';
import { INTER_POD_AFFINITY_SCORE } from './scores/interpodaffinity.ts';
import { NODE_AFFINITY_SCORE } from './scores/nodeaffinity.ts';
import { BALANCED_ALLOCATION, LEAST_ALLOCATED, MOST_ALLOCATED } from './scores/noderesources.ts';
import { DEFAULT_SPREAD_SCORE, POD_TOPOLOGY_SPREAD_SCORE } from './scores/podtopologyspread.ts';
import { RANDOM } from './scores/random.ts';
import type { Score } from './scores/score.ts';
import { TAINT_TOLERATION_SCORE } from './scores/tainttoleration.ts';

/** Scores and their weights. */
export type Profile = readonly (readonly [Score, number])[];

/** What a pod says itself weighs as in kube-scheduler's default profile, whatever the strategy. */
const PREFERENCES: Profile = [
  [TAINT_TOLERATION_SCORE, 3],
  [NODE_AFFINITY_SCORE, 2],
  [INTER_POD_AFFINITY_SCORE, 2],
];

export const PROFILES: Readonly<Record<Strategy, Profile>> = {
  /** kube-scheduler's default profile. */
  spread: [
    ...PREFERENCES,
    [DEFAULT_SPREAD_SCORE, 2],
    [LEAST_ALLOCATED, 1],
    [BALANCED_ALLOCATION, 1],
    [IMAGE_LOCALITY, 1],
  ],
  binpack: [...PREFERENCES, [POD_TOPOLOGY_SPREAD_SCORE, 2], [MOST_ALLOCATED, 1]],
  random: [...PREFERENCES, [POD_TOPOLOGY_SPREAD_SCORE, 2], [RANDOM, 1]],
};
