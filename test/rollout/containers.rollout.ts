import { describeRollout } from './rollout.ts';

describeRollout('containers', process.env.CONTAINER_ENGINE);
