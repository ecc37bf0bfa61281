import { describeRollout } from './rollout.ts';

describeRollout('processes');
