import { createHash } from 'node:crypto';
import { HIGHEST, type Score } from './score.ts';

/** Any node is as good as another. The same pod and node always get the same number: a decision can be repeated. */
export const RANDOM: Score = {
  name: 'Random',
  rate: (pod, nodes) =>
    nodes.map(({ name }) => {
      const drawn = createHash('sha256').update(`${pod.uid} ${name}`).digest().readUInt32BE(0);
      return (HIGHEST * drawn) / 2 ** 32;
    }),
};
