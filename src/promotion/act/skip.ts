import { rfc3339 } from '../../base/clock.ts';
import { ProblemError } from '../../base/errors.ts';
import type { ReleaseReport } from '../../model/faces.ts';
import type { Environment, Promotion } from '../../model/types.ts';
import type { PromotionFacts } from '../decide/decide.ts';
import { evaluateGates } from '../gates/policy.ts';
import type { PromotionSources } from '../options.ts';
import { promotionsTo } from '../record/lookup.ts';

export interface SkipRequest {
  readonly gates: readonly string[];
  readonly reason: string;
}

/** A person's word that this revision passes gates, as it is recorded: of those that are closed now. `now` in milliseconds. @throws ProblemError */
export function skipsOf(
  facts: PromotionFacts,
  request: SkipRequest | undefined,
  by: string,
  now: number,
): NonNullable<Promotion['spec']['skips']> {
  if (request === undefined) return [];
  const reason = request.reason.trim();
  if (reason === '')
    throw new ProblemError({
      reason: 'ReasonMissing',
      message: 'A gate is skipped for a reason, which stays on record.',
      remedy: `pilotage promote ${facts.target} --skip GATE --reason WHY`,
    });
  const states = evaluateGates(facts.policy, 'promotion', facts, now);
  return [...new Set(request.gates)].flatMap((gate) => {
    if (gate === 'hold')
      throw new ProblemError({
        reason: 'HoldStands',
        message: `${facts.target} is held by a person: that is not skipped.`,
        remedy: `Take it off: pilotage hold ${facts.target} --off`,
      });
    const state = states.find((one) => one.gate === gate);
    if (state === undefined)
      throw new ProblemError({
        reason: 'UnknownGate',
        message: `No gate ${gate} leads to ${facts.target}; there are: ${states.map((one) => one.gate).join(', ')}.`,
      });
    return state.state === 'Passed' ? [] : [{ gate, by, at: rfc3339(now), reason }];
  });
}

/** Releases with the gates that a person skipped for what they brought. */
export async function withSkips(
  sources: PromotionSources,
  target: Environment,
  releases: readonly ReleaseReport[],
): Promise<readonly ReleaseReport[]> {
  const skipped = (await promotionsTo(sources, target)).filter(({ spec }) => spec.skips !== undefined);
  return releases.map((release) => {
    const promotion = skipped.find(({ spec, status }) =>
      [status?.mergeCommit, spec.revision].includes(release.revision),
    );
    return promotion?.spec.skips ? { ...release, skipped: promotion.spec.skips } : release;
  });
}
