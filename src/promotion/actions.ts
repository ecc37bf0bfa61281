import type { Clock } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { PromotionReport } from '../model/faces.ts';
import type { Environment, GateState } from '../model/types.ts';
import { type ApproveRequest, approve, waitingOn } from './approve.ts';
import { evaluateGates } from './gates.ts';
import { gather, isDeployed } from './gather.ts';
import { gatesOf } from './permit.ts';
import { type PromoteOptions, promote } from './promote.ts';

/** What the faces can ask of promotion, for an environment that they have found. */
export function createPromotionActions(options: PromoteOptions, clock: Clock) {
  return {
    promote: ({ spec }: Environment, request: { dryRun: boolean; by: string }): Promise<PromotionReport> =>
      promote(options, spec.delivery, spec.environment, request),

    approve: ({ spec }: Environment, request: ApproveRequest): Promise<PromotionReport> =>
      approve(options, spec.delivery, spec.environment, request),

    /** The gates that lead to an environment as they stand now; none where no promotion leads there. */
    async gates(target: Environment): Promise<readonly GateState[]> {
      const { spec, status } = target;
      if (!status?.promotionPolicy) return [];
      try {
        const { tip, standing } = await waitingOn(options, target);
        if (tip && standing?.type === 'direct') return await gatesOf(options, target, tip, standing);
        const without = { ...options, rehearse: async () => [] };
        const gathered = await gather(without, spec.delivery, spec.environment);
        const { facts } = gathered;
        const done = facts.lineage.type === 'level' && isDeployed(gathered);
        return done ? [] : evaluateGates(facts.policy, facts, clock.now());
      } catch (error) {
        // Nothing is there to promote yet: no gate stands in the way of nothing.
        if (error instanceof ProblemError) return [];
        throw error;
      }
    },
  };
}
