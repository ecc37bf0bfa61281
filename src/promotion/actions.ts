import { ProblemError } from '../base/errors.ts';
import type {
  BackportReport,
  PromotionReport,
  ReleaseReport,
  SetImageReport,
  TogetherReport,
} from '../model/faces.ts';
import type { Environment } from '../model/types.ts';
import type { User } from '../model/user.ts';
import { type ApproveRequest, approve, waitingOn } from './act/approve.ts';
import { backport } from './act/backport.ts';
import { type HoldRequest, hold, release } from './act/hold.ts';
import { type PromoteRequest, promote } from './act/promote.ts';
import { type RejectRequest, reject } from './act/reject.ts';
import { type SetImageRequest, setImage } from './act/setimage.ts';
import { withSkips } from './act/skip.ts';
import { withStories } from './act/stories.ts';
import { promoteTogether } from './act/together.ts';
import { decide } from './decide/decide.ts';
import { gatherFacts, isDeployed } from './decide/facts.ts';
import { evaluateGates } from './gates/policy.ts';
import type { PromoteOptions } from './options.ts';
import { gatesOf } from './permit/permit.ts';

/** What the faces can ask of promotion, for an environment that they have found. */
export function createPromotionActions(options: PromoteOptions) {
  const { clock } = options;
  return {
    promote: ({ spec }: Environment, request: PromoteRequest, user: User): Promise<PromotionReport> =>
      promote(options, spec.delivery, spec.environment, request, user),

    approve: ({ spec }: Environment, request: ApproveRequest, user: User): Promise<PromotionReport> =>
      approve(options, spec.delivery, spec.environment, request, user),

    reject: (
      { spec }: Environment,
      request: RejectRequest,
      user: User,
    ): Promise<{ readonly message: string }> =>
      reject(options, spec.delivery, spec.environment, request, user),

    hold: (target: Environment, request: HoldRequest, user: User) => hold(options, target, request, user),

    release: (target: Environment) => release(options, target),

    promoteTogether: (
      targets: readonly Environment[],
      request: { readonly dryRun: boolean },
      user: User,
    ): Promise<TogetherReport> =>
      promoteTogether(
        options,
        targets.map(({ spec }) => spec),
        request,
        user,
      ),

    withSkips: (target: Environment, releases: readonly ReleaseReport[]) =>
      withSkips(options, target, releases),

    withStories: (target: Environment, releases: readonly ReleaseReport[]) =>
      withStories(options, target, releases),

    backport: ({ spec }: Environment, request: { dryRun: boolean }, user: User): Promise<BackportReport> =>
      backport(options, spec.delivery, spec.environment, request, user),

    setImage: (target: Environment, request: SetImageRequest, user: User): Promise<SetImageReport> =>
      setImage(options, target, request, user),

    /** The gates that lead to an environment as they are now, and what a person has to do first; empty where no promotion leads there. */
    async gatesTo(target: Environment): Promise<Pick<PromotionReport, 'gates' | 'problems'>> {
      const { spec, status } = target;
      if (!status?.promotionPolicy) return NOTHING;
      try {
        const { tip, provenance } = await waitingOn(options, target);
        if (tip && provenance?.type === 'direct')
          return { gates: await gatesOf(options, target, tip, provenance), problems: [] };
        const without = { ...options, rehearse: async () => [] };
        const gathered = await gatherFacts(without, spec.delivery, spec.environment);
        const { facts } = gathered;
        if (facts.lineage.type === 'level' && isDeployed(gathered)) return NOTHING;
        const decision = decide(facts, clock.now());
        // The reasons of the environment say that it is pinned or held, the gates say which of them is closed.
        const problems =
          decision.type === 'refuse'
            ? decision.problems.filter(({ reason }) => !SAID_ELSEWHERE.has(reason))
            : [];
        return { gates: evaluateGates(facts.policy, 'promotion', facts, clock.now()), problems };
      } catch (error) {
        // There is nothing to promote yet, so no gate is in its way.
        if (error instanceof ProblemError) return NOTHING;
        throw error;
      }
    },
  };
}

const NOTHING = { gates: [], problems: [] };
const SAID_ELSEWHERE: ReadonlySet<string> = new Set(['TargetPinned', 'TargetHeld', 'GateBlocked']);
